"""kill -9 in the middle of a step, then a restart: each type ends as if nothing had happened."""
import docker as daemon
import objects
import pytest
from kubectl import condition, history
from stand_in import StandIn, is_running
from waiting import stays, wait_until

BED = "node"
pytestmark = pytest.mark.usefixtures("docker_daemon")


def with_stand_in(new_controller, tmp_path, tool):
    """A controller whose `tool` can be held still; what else it needs is the real thing."""
    stand_in = StandIn(tmp_path / "tools", tool)
    return stand_in, new_controller(f"--tools-dir={stand_in.directory}", "--allow-loopback").start()


def crash_in_step(namespace, stand_in, controller, name):
    """Kills the controller while its tool is held; the journal must be open, nothing of it is lost."""
    pid = stand_in.wait_held()
    opened = namespace.wait_for(name, lambda o: "operation" in o["status"])["status"]["operation"]
    controller.kill()
    assert namespace.deployment(name)["status"]["operation"]["id"] == opened["id"]
    return pid, opened


def assert_settled(item, opened, pid):
    """The journal is closed: the interrupted operation is on record or was resumed; its tool is gone."""
    assert "operation" not in item["status"]
    assert condition(item, "Stalled") == {}
    assert history(item)[0]["result"] == "Succeeded"
    assert {h["result"] for h in history(item)} <= {"Succeeded", "Interrupted"}
    assert opened["revision"] <= item["status"]["revision"] <= item["status"]["lastRevision"]
    wait_until(lambda: not is_running(pid), 15, what="the tool that the dead controller had started is gone")


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", ["create", "rename", "stop", "start"])
def test_killed_in_a_docker_upgrade_it_finishes_after_the_restart(namespace, new_controller, tmp_path, step, when):
    stand_in, controller = with_stand_in(new_controller, tmp_path, "docker")
    wanted = objects.docker_hello()
    namespace.apply(wanted)
    namespace.wait_ready("hello")
    stand_in.hold(step, when=when)
    namespace.apply(objects.at_version(wanted, "1.1.0"))
    pid, opened = crash_in_step(namespace, stand_in, controller, "hello")
    controller.start()
    stand_in.release()
    item = namespace.wait_for("hello", lambda o: o["status"].get("version") == "1.1.0" and condition(o, "Ready")["status"] == "True", 90)
    assert_settled(item, opened, pid)
    assert daemon.page(objects.port_of(wanted)) == "hello 1.1.0\n"
    wait_until(lambda: daemon.images_of(namespace.namespace, "hello") == ["deployctl.local/hello:1.1.0"], 15,
               what="one container is left, the new one")


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_in_a_kubernetes_apply_it_finishes_after_the_restart(namespace, new_controller, tmp_path, when):
    stand_in, controller = with_stand_in(new_controller, tmp_path, "kubectl")
    namespace.apply(objects.kubernetes_hello())
    namespace.wait_ready("hello")
    stand_in.hold("apply", when=when, without=["--dry-run=server"])
    namespace.apply(objects.kubernetes_hello(version="1.1.0"))
    pid, opened = crash_in_step(namespace, stand_in, controller, "hello")
    controller.start()
    stand_in.release()
    item = namespace.wait_for("hello", lambda o: o["status"].get("version") == "1.1.0" and condition(o, "Ready")["status"] == "True", 90)
    assert_settled(item, opened, pid)
    assert namespace.get("configmap", "hello-page")["data"] == {"index.html": "hello 1.1.0\n"}


def test_killed_in_a_rollback_it_finishes_the_rollback(namespace, new_controller, tmp_path):
    stand_in, controller = with_stand_in(new_controller, tmp_path, "kubectl")
    namespace.apply(objects.config_map_only(text="first"))
    namespace.wait_ready("settings")
    namespace.apply(objects.config_map_only(text="second"))
    namespace.wait_ready("settings")
    stand_in.hold("apply", without=["--dry-run=server"])
    namespace.annotate("settings", rollback_to="1/back")
    crash_in_step(namespace, stand_in, controller, "settings")
    controller.start()
    stand_in.release()
    namespace.wait_for("settings", lambda o: o["status"]["lastHandled"]["rollback"]["result"] == "Done" and "operation" not in o["status"], 60)
    assert namespace.get("configmap", "settings")["data"] == {"text": "first"}


def test_a_hook_that_may_not_repeat_is_not_run_again_until_somebody_forces_it(namespace, new_controller, tmp_path):
    count, gate, hook = tmp_path / "count", tmp_path / "gate", tmp_path / "hook"
    hook.write_text(f"#!/bin/sh\necho run >>{count}\nwhile [ -e {gate} ]; do sleep 0.05; done\n")
    hook.chmod(0o755)
    gate.touch()
    controller = new_controller("--allow-loopback").start()
    namespace.apply(objects.docker_hello(hooks={"preDeploy": [{"name": "migrate", "command": [str(hook)]}]}))
    wait_until(count.exists, 30, what="the hook runs")
    namespace.wait_for("hello", lambda o: "operation" in o["status"])
    controller.kill()
    gate.unlink()
    controller.start()
    namespace.wait_for("hello", lambda o: condition(o, "Ready").get("status") == "False")
    stays(lambda: count.read_text() == "run\n", 3)
    namespace.annotate("hello", force_at="now")
    namespace.wait_ready("hello", 60)
    assert count.read_text() == "run\nrun\n"


def test_a_restart_runs_no_tool_for_what_already_serves(namespace, new_controller, tmp_path):
    stand_in, controller = with_stand_in(new_controller, tmp_path, "docker")
    namespace.apply(objects.docker_hello())
    before = namespace.wait_ready("hello")
    controller.terminate()
    stand_in.forget()
    controller.start()
    # Asking a tool for its version, once at start, is no work on an object.
    stays(lambda: [r["argv"] for r in stand_in.runs() if r["argv"] != ["--version"]] == [], 3)
    assert namespace.deployment("hello")["metadata"]["resourceVersion"] == before["metadata"]["resourceVersion"]


def test_work_directories_of_a_killed_controller_are_removed_at_the_next_start(namespace, new_controller, tmp_path):
    # fault X6
    stand_in, controller = with_stand_in(new_controller, tmp_path, "kubectl")
    stand_in.hold("apply", without=["--dry-run=server"])
    namespace.apply(objects.config_map_only())
    _, opened = crash_in_step(namespace, stand_in, controller, "settings")
    directory = controller.work / opened["id"]
    assert [oct(p.stat().st_mode & 0o777) for p in (controller.work, directory, directory / "kubeconfig")] == ["0o700", "0o700", "0o600"]
    controller.start()
    stand_in.release()
    namespace.wait_ready("settings")
    wait_until(lambda: not [p for p in controller.work.rglob("*") if p.is_file()], 10, what="no file of any operation is left")
