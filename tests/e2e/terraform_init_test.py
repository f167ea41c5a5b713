"""What an operation of an object has initialised is there for the next one."""
import json
import shutil

import places
import pytest
from kubectl import KIND, condition
from modules import TOOL, in_state, module, page, resource
from stand_in import StandIn
from waiting import wait_until


@pytest.fixture
def stand_in(tmp_path):
    made = StandIn(tmp_path / "tools", TOOL)
    pinned = places.tools() / "kubectl"
    (made.directory / "kubectl").symlink_to(pinned if pinned.exists() else shutil.which("kubectl"))
    return made


def words(stand_in):
    return [run["argv"][0] for run in stand_in.runs() if run["argv"][0] != "version" and run["argv"] != ["--version"]]


def release(namespace, stand_in, wanted, version):
    stand_in.forget()
    namespace.apply(wanted)
    namespace.wait_for("hello", lambda o: o["status"].get("version") == version and condition(o, "Ready")["status"] == "True", 60)
    return words(stand_in)


def test_an_unchanged_module_is_planned_and_nothing_else(namespace, new_controller, stand_in):
    new_controller(f"--tools-dir={stand_in.directory}").start()
    assert release(namespace, stand_in, module(), "1.0.0") == ["init", "plan", "show", "apply", "output", "plan"]
    assert release(namespace, stand_in, module(version="1.0.1"), "1.0.1") == ["plan"]
    assert release(namespace, stand_in, module("hello 2", version="2.0.0"), "2.0.0") == ["plan", "show", "apply", "output", "plan"]
    assert page(namespace) == "hello 2"


def test_a_module_that_needs_it_is_initialised_again(namespace, new_controller, stand_in):
    controller = new_controller(f"--tools-dir={stand_in.directory}").start()
    release(namespace, stand_in, module(), "1.0.0")
    wanted = module(extra='module "net" {\n  source = "./net"\n}\n', version="2.0.0")
    wanted["spec"]["source"]["inline"]["files"]["net/main.tf"] = 'resource "terraform_data" "net" {\n}\n'
    assert release(namespace, stand_in, wanted, "2.0.0") == ["plan", "init", "plan", "show", "apply", "output", "plan"]
    controller.terminate()
    shutil.rmtree(controller.work / "tool-caches", ignore_errors=True)
    controller.start()
    wanted["spec"]["version"] = "2.0.1"
    assert release(namespace, stand_in, wanted, "2.0.1") == ["plan", "init", "plan"]


def test_what_was_initialised_goes_with_the_object(namespace, controller):
    namespace.apply(module())
    namespace.wait_ready("hello")
    caches = controller.work / "tool-caches"
    assert len(list(caches.iterdir())) == 1
    namespace.run("delete", KIND, "hello", "--timeout=60s")
    wait_until(lambda: list(caches.iterdir()) == [], 10, what="it is removed")


def test_two_objects_at_once_are_initialised_each_for_itself(namespace, controller):
    # fault T7
    twins = []
    for name in ("hello", "other"):
        twin = json.loads(json.dumps(module(extra=resource(name))))
        twin["metadata"]["name"] = name
        twins.append(twin)
    namespace.apply(*twins)
    for twin in twins:
        namespace.wait_ready(twin["metadata"]["name"])
    assert in_state(namespace) == {"terraform_data.page", "terraform_data.hello"}
