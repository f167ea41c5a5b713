"""A canary secret goes through every part of the product and must turn up nowhere it does not belong."""
import base64
import json
import pathlib

import docker as daemon
import objects
import pytest
from canaries import CANARY, REFERENCE, command_lines_with, found_in, make_secret, texts_of_api_objects
from kubectl import KIND, condition
from stand_in import StandIn
from waiting import wait_until

BED = "node"
pytestmark = pytest.mark.usefixtures("docker_daemon")

ROTATED = "canary-rotated-8Jw-secret"


def talkative_hook(path):
    """A hook that does what tools should not: it prints its environment."""
    path.write_text("#!/bin/sh\nenv\necho \"$PASSWORD\" >&2\nprintf %s \"$PASSWORD\" | base64\nexit ${HOOK_CODE:-0}\n")
    path.chmod(0o755)
    return [{"name": "talk", "command": [str(path)]}]


def test_a_secret_value_is_in_no_object_no_log_and_no_metric(namespace, controller, tmp_path):
    # fault X3, X4
    make_secret(namespace)
    hooks = {"preDeploy": talkative_hook(tmp_path / "hook")}
    namespace.apply(objects.docker_hello(variables=REFERENCE, env=REFERENCE, hooks=hooks))
    namespace.wait_ready("hello")
    failing = objects.docker_hello("failing", variables=REFERENCE + [{"name": "HOOK_CODE", "value": "1"}], hooks=hooks,
                                   retry={"limit": 1, "interval": "1s"})
    namespace.apply(failing)
    namespace.wait_for("failing", lambda o: condition(o, "Ready").get("status") == "False")
    for kind, text in texts_of_api_objects(namespace):
        assert found_in(text) == [], kind
    assert found_in(controller.log()) == []
    assert found_in(controller.metrics()) == []


def test_a_secret_value_is_in_no_command_line_and_only_in_the_environment_of_the_tool(namespace, new_controller, tmp_path):
    # fault X1, X2
    make_secret(namespace)
    docker_tool, kubectl_tool = StandIn(tmp_path / "tools", "docker"), StandIn(tmp_path / "tools", "kubectl")
    controller = new_controller(f"--tools-dir={tmp_path / 'tools'}", "--allow-loopback").start()
    namespace.apply(objects.docker_hello(variables=REFERENCE), objects.config_map_only(variables=REFERENCE))
    seen = set()

    def scan():
        seen.update(command_lines_with(CANARY))
        return all(condition(namespace.deployment(n), "Ready").get("status") == "True" for n in ("hello", "settings"))
    wait_until(scan, 60, what="both are ready", every=0.01)
    assert seen == set()
    runs = docker_tool.runs() + kubectl_tool.runs()
    assert runs and [r["argv"] for r in runs if found_in(json.dumps(r["argv"], ensure_ascii=False))] == []
    # The object's environment reaches its own tool alone; the controller never holds it.
    assert found_in(pathlib.Path(f"/proc/{controller.process.pid}/environ").read_bytes().decode()) == []
    assert [r["argv"] for r in kubectl_tool.runs() if found_in(json.dumps(r["environ"], ensure_ascii=False))] == []


def test_the_container_gets_the_value_all_the_same(namespace, controller):
    make_secret(namespace)
    namespace.apply(objects.docker_hello(variables=REFERENCE))
    namespace.wait_ready("hello")
    environment = daemon.containers_of(namespace.namespace, "hello")[0]["Config"]["Env"]
    assert f"PASSWORD={CANARY}" in environment


def test_no_file_of_an_operation_outlives_it(namespace, controller):
    # fault X6
    make_secret(namespace)
    namespace.apply(objects.docker_hello(variables=REFERENCE), objects.docker_hello("broken", version="1.2.0", variables=REFERENCE))
    namespace.wait_ready("hello")
    namespace.wait_for("broken", lambda o: condition(o, "Ready").get("status") == "False", 60)
    namespace.run("delete", KIND, "broken", "--timeout=60s")
    wait_until(lambda: not [p for p in controller.work.rglob("*") if p.is_file()], 15, what="the work directory holds no file")


def test_a_rotated_secret_is_used_anew_and_the_old_value_stays_hidden(namespace, controller, tmp_path):
    # fault X9
    make_secret(namespace)
    hooks = {"preDeploy": talkative_hook(tmp_path / "hook")}
    wanted = objects.docker_hello(variables=REFERENCE, hooks=hooks)
    namespace.apply(wanted)
    namespace.wait_ready("hello")
    make_secret(namespace, ROTATED)
    namespace.apply(objects.at_version(wanted, "1.1.0"))
    namespace.wait_ready("hello")
    wait_until(lambda: f"PASSWORD={ROTATED}" in daemon.containers_of(namespace.namespace, "hello")[0]["Config"]["Env"], 10)
    for kind, text in texts_of_api_objects(namespace):
        assert found_in(text) == [] and found_in(text, ROTATED) == [], kind
    assert found_in(controller.log()) == [] and found_in(controller.log(), ROTATED) == []


def test_an_applied_secret_leaves_no_copy_in_an_annotation(namespace, controller):
    # fault K7
    manifest = f'apiVersion: v1\nkind: Secret\nmetadata:\n  name: applied\nstringData:\n  password: {json.dumps(CANARY)}\n'
    item = objects.deployment("secret", "kubernetes", version="1", source={"inline": {"files": {"secret.yaml": manifest}}}, kubernetes={})
    namespace.apply(item)
    namespace.wait_ready("secret")
    applied = namespace.get("secret", "applied")
    assert base64.b64decode(applied["data"]["password"]).decode() == CANARY
    assert found_in(json.dumps(applied["metadata"])) == []
    assert "kubectl.kubernetes.io/last-applied-configuration" not in applied["metadata"].get("annotations", {})


def test_shell_text_in_every_string_stays_text(namespace, controller, tmp_path):
    # fault S1
    touched = tmp_path / "touched"
    nasty = f"; touch {touched} $(touch {touched}) `touch {touched}` | touch {touched}\n&& touch {touched}"
    namespace.apply({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "nasty"}, "stringData": {"value": nasty}})
    variables = [{"name": "PLAIN", "value": nasty}, {"name": "SECRET", "valueFrom": {"secretKeyRef": {"name": "nasty", "key": "value"}}}]
    wanted = objects.docker_hello(variables=variables)
    wanted["spec"]["docker"]["command"] = ["/bin/httpd", "-f", "-p", "8080", "-h", "/www", "-r", nasty]
    wanted["spec"]["hooks"] = {"preDeploy": [{"name": "echo", "command": ["/bin/echo", nasty]}]}
    namespace.apply(wanted)
    namespace.wait_ready("hello")
    container = daemon.containers_of(namespace.namespace, "hello")[0]
    assert container["Config"]["Cmd"][-1] == nasty
    assert not touched.exists()
