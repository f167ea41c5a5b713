"""The controller killed, or stopped, in the middle of each step of a module; a step that takes too long."""
import json
import pathlib
import shutil

import places
import pytest
from kubectl import KIND, condition, history
from modules import LOCK, STATE, TOOL, in_state, is_locked, module, page, resource
from stand_in import StandIn
from waiting import stays, wait_until

COUNTING = '''#!/usr/bin/python3
"""The tool, and a line for each signal that its group gets."""
import os, signal, subprocess, sys
def note(number, frame):
    with open({marks!r}, "a") as marks:
        marks.write(str(number) + "\\n")
for each in (signal.SIGINT, signal.SIGTERM):
    signal.signal(each, note)
child = subprocess.Popen([{real!r}, *sys.argv[1:]], preexec_fn=lambda: [signal.signal(s, signal.SIG_DFL) for s in (signal.SIGINT, signal.SIGTERM)])
while True:
    try:
        code = child.wait()
        break
    except InterruptedError:
        pass
sys.exit(code if code >= 0 else 128 - code)
'''


def in_tools(directory, name):
    """What else is needed beside a tool that was replaced."""
    pinned = places.tools() / name
    (pathlib.Path(directory) / name).symlink_to(pinned if pinned.exists() else shutil.which(name))


@pytest.fixture
def stand_in(tmp_path):
    made = StandIn(tmp_path / "tools", TOOL)
    in_tools(made.directory, "kubectl")
    return made


def applies_never_overlap(stand_in):
    """Of the tool's own runs, by its journal."""
    journal = [json.loads(line) for line in (stand_in.home / "journal").read_text().splitlines()]
    running = []
    for entry in (e for e in journal if e["argv"][:1] == ["apply"]):
        if entry["event"] == "start":
            assert not running, f"two at a time: {entry['argv']}"
            running.append(entry["pid"])
        elif entry["event"] == "end":
            running.remove(entry["pid"])
    return True


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", ["init", "plan", "show", "apply", "output"])
def test_killed_in_a_step_of_a_deployment_it_ends_as_if_nothing_had_happened(namespace, new_controller, stand_in, tmp_path, step, when):
    marks = tmp_path / "marks"
    controller = new_controller(f"--tools-dir={stand_in.directory}").start()
    stand_in.hold(step, when=when)
    namespace.apply(module(extra=resource("once", f"echo made >>{marks}"), forceUnlock="OwnDead"))
    stand_in.wait_held()
    controller.kill()
    controller.start(wait=False)
    stand_in.release()
    item = namespace.wait_ready("hello", 90)
    assert in_state(namespace) == {"terraform_data.page", "terraform_data.once"}
    assert marks.read_text() == "made\n", "built once"
    assert "operation" not in item["status"] and history(item)[0]["result"] == "Succeeded"
    assert not is_locked(namespace) and applies_never_overlap(stand_in)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", ["plan", "apply"])
def test_killed_in_a_step_of_a_destroy_it_ends_as_if_nothing_had_happened(namespace, new_controller, stand_in, tmp_path, step, when):
    marks = tmp_path / "marks"
    controller = new_controller(f"--tools-dir={stand_in.directory}").start()
    gone = f'resource "terraform_data" "gone" {{\n  provisioner "local-exec" {{\n    when = destroy\n    command = "echo gone >>{marks}"\n  }}\n}}\n'
    namespace.apply(module(extra=gone, forceUnlock="OwnDead"))
    namespace.wait_ready("hello")
    stand_in.hold(step, when=when)
    namespace.run("delete", KIND, "hello", "--wait=false")
    stand_in.wait_held()
    controller.kill()
    controller.start(wait=False)
    stand_in.release()
    wait_until(lambda: namespace.find_deployment("hello") is None, 90, what="the object goes")
    assert marks.read_text() == "gone\n", "destroyed once"
    assert namespace.find("secret", STATE) is None and applies_never_overlap(stand_in)


# fault T4
def test_stopped_in_mid_apply_the_tool_gets_one_signal_saves_its_state_and_releases_its_lock(namespace, new_controller, tmp_path):
    marks, signals, tools = tmp_path / "marks", tmp_path / "signals", tmp_path / "tools"
    tools.mkdir()
    in_tools(tools, "kubectl")
    pinned = places.tools() / TOOL
    (tools / TOOL).write_text(COUNTING.format(marks=str(signals), real=str(pinned if pinned.exists() else shutil.which(TOOL))))
    (tools / TOOL).chmod(0o755)
    controller = new_controller(f"--tools-dir={tools}").start()
    namespace.apply(module(extra=resource("slow", f"echo begin >>{marks}; [ $(wc -l <{marks}) -gt 1 ] || exec sleep 60")))
    wait_until(marks.exists, 30, what="the apply runs")
    namespace.wait_for("hello", lambda o: o["status"].get("operation", {}).get("step") == "apply")
    assert controller.terminate() == 0
    assert signals.read_text().splitlines() == ["2"], "SIGINT, once"
    assert "terraform_data.page" in in_state(namespace) and not is_locked(namespace)
    controller.start()
    namespace.wait_ready("hello")
    assert in_state(namespace) == {"terraform_data.page", "terraform_data.slow"}


# fault T13
def test_an_apply_that_takes_too_long_is_asked_to_stop_and_its_state_is_saved(namespace, controller):
    namespace.apply(module())
    namespace.wait_ready("hello")
    wanted = module("hello 2", resource("slow", "exec sleep 60"), "2.0.0")
    wanted["spec"].update({"timeout": "20s", "rollback": {"automatic": False}, "retry": {"limit": 0}})
    namespace.apply(wanted)
    item = namespace.wait_reason("hello", "StepTimeout")
    assert "took longer than 20s" in condition(item, "Ready")["message"]
    assert page(namespace) == "hello 2", "what was done before is in the state"
    assert not is_locked(namespace) and namespace.find("lease", LOCK) is not None
    stays(lambda: condition(namespace.deployment("hello"), "Ready")["reason"] == "StepTimeout", 2)
