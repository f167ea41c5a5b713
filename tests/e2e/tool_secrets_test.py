"""A canary secret goes through docker-compose and terraform as it does through the other tools: to whom it is for, and nowhere else."""
import json
import pathlib

import docker as daemon
import modules
import pytest
from canaries import CANARY, REFERENCE, command_lines_with, files_with, found_in, make_secret, texts_of_api_objects
from kubectl import KIND, condition
from projects import hello, services  # noqa: F401
from stand_in import StandIn
from waiting import wait_until

BED = "node"
pytestmark = pytest.mark.usefixtures("docker_daemon")


def project(hello):
    item = hello(variables=REFERENCE)
    item["spec"]["source"]["inline"]["files"]["compose.yaml"] += '    environment: ["PASSWORD"]\n'
    return item


def module():
    item = modules.module(extra='variable "PASSWORD" {}\n' + modules.resource("noisy", "env"))
    item["spec"]["variables"] += REFERENCE
    return item


@pytest.fixture(params=["docker-compose", "terraform"])
def case(request, hello):
    """The object, and the tools that it is made true with."""
    return (project(hello), ["docker-compose", "docker"]) if request.param == "docker-compose" else (module(), [modules.TOOL])


def test_a_secret_is_in_no_command_line_and_in_no_environment_but_that_of_its_tool(namespace, new_controller, tmp_path, case):
    # fault X1, X2
    item, names = case
    make_secret(namespace)
    tools = [StandIn(tmp_path / "tools", name) for name in names]
    controller = new_controller(f"--tools-dir={tmp_path / 'tools'}", "--allow-loopback").start()
    namespace.apply(item)
    seen = set()

    def is_ready():
        seen.update(command_lines_with(CANARY))
        return condition(namespace.deployment("hello"), "Ready").get("status") == "True"
    wait_until(is_ready, 90, what="it is ready", every=0.01)
    assert seen == set()
    runs = [run for tool in tools for run in tool.runs()]
    assert runs and [run["argv"] for run in runs if found_in(json.dumps(run["argv"], ensure_ascii=False))] == []
    assert found_in(pathlib.Path(f"/proc/{controller.process.pid}/environ").read_bytes().decode()) == []


def test_a_secret_is_in_no_object_no_log_no_metric_and_no_file_that_stays(namespace, controller, case):
    # fault X3, X4, X6
    item, _ = case
    make_secret(namespace)
    namespace.apply(item)
    namespace.wait_ready("hello", 90)
    broken = json.loads(json.dumps(item))
    files = broken["spec"]["source"]["inline"]["files"]
    if "main.tf" in files:
        files["main.tf"] += modules.resource("broken", "echo '${var.PASSWORD}' >&2; exit 3")
    else:
        files["compose.yaml"] += '    command: ["/bin/sh", "-c", "echo $$PASSWORD; exit 3"]\n'
    broken["spec"].update(version="2.0.0", retry={"limit": 0})
    namespace.apply(broken)
    namespace.wait_for("hello", lambda o: condition(o, "Ready").get("status") == "False" and "operation" not in o["status"], 120)
    for kind, text in texts_of_api_objects(namespace):
        assert found_in(text) == [], kind
    assert found_in(controller.log()) == [] and found_in(controller.metrics()) == []
    wait_until(lambda: files_with(CANARY, controller.work) == [], 15, what="the last operation's directory is gone")
    namespace.run("delete", KIND, "hello", "--timeout=60s")


def test_the_services_get_the_value_all_the_same(namespace, controller, hello):
    make_secret(namespace)
    namespace.apply(project(hello))
    namespace.wait_ready("hello", 90)
    assert f"PASSWORD={CANARY}" in services(namespace)["other"]["Config"]["Env"]
    assert found_in(json.dumps(daemon.containers_of(namespace.namespace, "hello")[0]["Config"]["Labels"])) == []
