"""kill -9 of the controller in the middle of each step of docker-compose, then a restart: it ends as if nothing had happened."""
import time

import pytest
from kubectl import KIND, condition, history
from projects import hello, kept_tags, page_of, services, tags_of  # noqa: F401
from stand_in import Held
from waiting import wait_until

BED = "node"
pytestmark = pytest.mark.usefixtures("docker_daemon")


@pytest.fixture
def held(new_controller, tmp_path):
    return lambda name: Held(new_controller, tmp_path / "tools", name, *({"docker", "docker-compose"} - {name}))


@pytest.mark.parametrize("tool, words, when", [
    ("docker", ["ps"], "before"), ("docker-compose", ["config"], "before"), ("docker-compose", ["build"], "after"), ("docker", ["image", "inspect"], "before"),
    ("docker-compose", ["--hash=*"], "before"), ("docker", ["tag"], "after"), ("docker-compose", ["up"], "before"), ("docker-compose", ["up"], "after"),
    ("docker", ["image", "ls"], "before")])
def test_killed_in_any_step_of_a_compose_upgrade_it_ends_as_if_nothing_had_happened(namespace, held, hello, tool, words, when):
    # fault D2, R1, R2
    place = held(tool)
    namespace.apply(hello(version="1.0.0"))
    namespace.wait_ready("hello", 90)
    other = services(namespace)["other"]["Id"]
    place.tool.hold(*words, when=when)
    wanted = hello(version="1.1.0")
    namespace.apply(wanted)
    place.die()
    item = namespace.wait_for("hello", lambda o: o["status"].get("version") == "1.1.0" and condition(o, "Ready")["status"] == "True" and "operation" not in o["status"], 120)
    assert page_of(wanted) == "hello 1.1.0\n"
    assert set(services(namespace)) == {"web", "other"} and services(namespace)["other"]["Id"] == other
    assert {entry["result"] for entry in history(item)} <= {"Succeeded", "Interrupted"}
    assert set(tags_of(namespace, 1, item["status"]["revision"])) <= set(kept_tags(namespace))
    runs = [" ".join(run["argv"]) for run in place.tools["docker-compose"].runs() if "version" not in run["argv"]]
    assert runs and all("--project-name=" in run for run in runs)


def test_killed_in_the_rollback_of_a_compose_project_it_goes_on_backwards(namespace, held, hello):
    # fault D2, R1, R3
    place = held("docker-compose")
    good = hello(version="1.0.0")
    namespace.apply(good)
    namespace.wait_ready("hello", 90)
    image = services(namespace)["web"]["Image"]
    ups = len([run for run in place.tool.runs() if "up" in run["argv"]])
    namespace.apply(hello(version="1.1.0", page="broken"))
    wait_until(lambda: len([run for run in place.tool.runs("start") if "up" in run["argv"]]) > ups, 60, what="the broken release is brought up", every=0.02)
    time.sleep(0.3)  # it has passed where a tool is held
    place.tool.hold("up")
    place.die()
    namespace.wait_reason("hello", "RolledBack", 120)
    assert page_of(good) == "hello 1.0.0\n" and services(namespace)["web"]["Image"] == image


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_while_a_compose_project_is_taken_down_it_goes_on(namespace, held, hello, when):
    # fault D2, R1, F1
    place = held("docker-compose")
    namespace.apply(hello())
    namespace.wait_ready("hello", 90)
    place.tool.hold("down", when=when)
    namespace.run("delete", KIND, "hello", "--wait=false")
    place.die()
    wait_until(lambda: namespace.find_deployment("hello") is None, 90)
    assert services(namespace) == {} and kept_tags(namespace) == []
