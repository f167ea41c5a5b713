"""Every sample as it stands in the repository: it becomes ready, serves what its comment says, and goes. (The one of ansible: ansible_test.py.)"""
import base64
import pathlib

import docker as daemon
import places
import pytest
import yaml
from controller import http_get
from kubectl import KIND

BED = "node"
pytestmark = pytest.mark.usefixtures("docker_daemon", "controller")


def page_of_the_pod(namespace):
    address = next(p["status"]["podIP"] for p in namespace.items("pods"))
    return http_get(f"http://{address}:8080/index.html")[1]


def output(namespace):
    secret = namespace.get("secret", "hello-terraform-outputs")
    return base64.b64decode(secret["data"]["page"]).decode()


WHAT_SERVES = {"docker": lambda _: http_get("http://127.0.0.1:18080/")[1],
               "docker-compose": lambda _: http_get("http://127.0.0.1:18081/")[1],
               "kubernetes": page_of_the_pod, "terraform": output}


def test_each_sample_becomes_ready_serves_and_goes(namespace):
    samples = {path.stem: path for path in pathlib.Path(places.SAMPLES).glob("*.yaml") if path.stem != "ansible"}
    assert samples.keys() == WHAT_SERVES.keys()
    for path in samples.values():
        namespace.run("apply", "--server-side", "-f", path)
    for kind, path in samples.items():
        namespace.wait_ready(yaml.safe_load(path.read_text())["metadata"]["name"], 90)
        assert WHAT_SERVES[kind](namespace).strip() == "hello 1.0.0", kind
    namespace.run("delete", KIND, "--all", "--timeout=120s")
    assert daemon.containers_of(namespace.namespace, "hello-docker") == []
