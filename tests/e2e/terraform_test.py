"""Modules by the pinned tofu, their state in the cluster. Built-in resources only: needs no node and no registry. With
DEPLOYCTL_TERRAFORM_BINARY the same by that tool."""
import base64
import gzip
import hashlib
import json
import os
import pathlib
import signal

import pytest
from kubectl import KIND, condition, history
from modules import BINARY, LOCK, STATE, TOOL, in_state, module, page, resource, state
from waiting import stays, wait_until

def outputs(namespace, name):
    return {key: base64.b64decode(value).decode() for key, value in namespace.get("secret", f"{name}-outputs")["data"].items()}


def ready_message(item):
    return condition(item, "Ready").get("message", "")


def tool_of(controller):
    """The tool's process that runs `apply` for this controller."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if words[0].endswith(TOOL.encode()) and b"apply" in words and any(str(controller.work).encode() in word for word in words):
            found.append(int(entry.name))
    return found


def test_a_module_is_deployed_upgraded_and_destroyed(namespace, controller):
    namespace.apply(module())
    item = namespace.wait_ready("hello")
    assert page(namespace) == "hello 1"
    assert item["status"]["target"] == {"namespace": namespace.namespace, "workspace": "Auto/default"}
    namespace.apply(module("hello 2", version="2.0.0"))
    namespace.wait_for("hello", lambda o: o["status"].get("version") == "2.0.0" and condition(o, "Ready")["status"] == "True")
    assert page(namespace) == "hello 2"
    lease = namespace.get("lease", LOCK)
    namespace.run("delete", KIND, "hello", "--timeout=60s")
    assert namespace.find("secret", STATE) is None, "the empty state is removed with the rest"
    wait_until(lambda: namespace.find("lease", LOCK) is None, 90, what="its lock goes with the object")
    assert lease["metadata"].get("ownerReferences") is None, "and not before all was destroyed"


def test_an_orphaned_module_keeps_its_state(namespace, controller):
    namespace.apply(module())
    namespace.wait_ready("hello")
    namespace.run("patch", KIND, "hello", "--type=merge", "-p", json.dumps({"spec": {"deletionPolicy": "Orphan"}}))
    namespace.run("delete", KIND, "hello", "--timeout=60s")
    stays(lambda: in_state(namespace) == {"terraform_data.page"} and namespace.find("lease", LOCK) is not None, 2)


def test_a_state_in_another_namespace_is_refused(namespace, controller):
    own = 'terraform {\n  backend "kubernetes" {\n    secret_suffix = "own"\n    namespace = "kube-system"\n  }\n}\n'
    namespace.apply(module(extra=own))
    item = namespace.wait_reason("hello", "AccessDenied")
    assert 'the state would be kept in namespace "kube-system"' in ready_message(item)
    namespace.apply(module(extra=own.replace("kube-system", namespace.namespace)))
    namespace.wait_ready("hello")
    assert namespace.get("secret", "tfstate-default-own")["metadata"]["namespace"] == namespace.namespace


def test_an_apply_that_fails_half_way_is_rolled_back_by_a_plan(namespace, controller):
    namespace.apply(module())
    namespace.wait_ready("hello")
    namespace.apply(module("hello 2", resource("extra") + resource("broken", "exit 3"), "2.0.0"))
    item = namespace.wait_reason("hello", "RolledBack")
    assert "local-exec provisioner error" in ready_message(item)
    assert page(namespace) == "hello 1"
    assert in_state(namespace) == {"terraform_data.page"}
    assert [h["kind"] for h in history(item)][:2] == ["Rollback", "Deploy"]


def test_a_rollback_that_would_build_something_again_waits_for_a_person(namespace, controller):
    namespace.apply(module(extra=resource("kept")))
    namespace.wait_ready("hello")
    namespace.apply(module("hello 2", resource("broken", "exit 3"), "2.0.0"))
    item = namespace.wait_reason("hello", "AwaitingApproval")
    assert item["status"]["plan"]["kind"] == "Rollback" and item["status"]["plan"]["add"] == 1
    namespace.annotate("hello", approve=item["status"]["plan"]["id"])
    namespace.wait_reason("hello", "RolledBack")
    assert in_state(namespace) == {"terraform_data.page", "terraform_data.kept"}


def test_what_a_release_built_that_succeeded_is_not_destroyed_by_a_rollback_before_somebody_approves(namespace, controller):
    namespace.apply(module())
    namespace.wait_ready("hello")
    namespace.apply(module("hello 2", resource("database"), "2.0.0"))
    namespace.wait_for("hello", lambda o: o["status"].get("version") == "2.0.0" and condition(o, "Ready")["status"] == "True")
    namespace.annotate("hello", rollback_to="previous/x")
    item = namespace.wait_reason("hello", "AwaitingApproval")
    assert (item["status"]["plan"]["kind"], item["status"]["plan"]["destroy"]) == ("Rollback", 1)
    stays(lambda: in_state(namespace) == {"terraform_data.page", "terraform_data.database"}, 2)
    namespace.annotate("hello", approve=item["status"]["plan"]["id"])
    namespace.wait_reason("hello", "RolledBack")
    assert in_state(namespace) == {"terraform_data.page"} and page(namespace) == "hello 1"


def test_without_auto_approve_nothing_is_built_before_somebody_approves(namespace, controller):
    namespace.apply(module(autoApprove=False))
    item = namespace.wait_reason("hello", "AwaitingApproval")
    assert (item["status"]["plan"]["add"], item["status"]["plan"]["summary"]) == (1, "1 to add (terraform_data.page), 0 to change, 0 to destroy; outputs change")
    stays(lambda: in_state(namespace) == set(), 2)
    namespace.annotate("hello", approve=item["status"]["plan"]["id"])
    namespace.wait_ready("hello")
    assert page(namespace) == "hello 1"


# fault T2, T3
def test_killed_in_mid_apply_the_lock_of_the_dead_attempt_is_released_and_it_is_finished(namespace, new_controller, tmp_path):
    marks, gate = tmp_path / "marks", tmp_path / "gate"
    gate.touch()
    controller = new_controller().start()
    slow = resource("slow", f"echo begin >>{marks}; while [ -e {gate} ]; do sleep 0.05; done; echo end >>{marks}")
    namespace.apply(module(extra=slow, forceUnlock="OwnDead"))
    wait_until(marks.exists, 30, what="the apply runs")
    namespace.wait_for("hello", lambda o: o["status"].get("operation", {}).get("step") == "apply")
    controller.kill()
    for pid in tool_of(controller):
        os.killpg(pid, signal.SIGKILL)
    lease = namespace.get("lease", LOCK)
    assert lease["spec"]["holderIdentity"], "the lock is left"
    gate.unlink()
    controller.start()
    item = namespace.wait_ready("hello")
    assert in_state(namespace) == {"terraform_data.page", "terraform_data.slow"}
    assert marks.read_text() == "begin\nbegin\nend\n", "one after the other"
    assert "operation" not in item["status"]


# fault T3, P11
def test_killed_while_its_tool_lives_the_apply_is_waited_for_and_nothing_is_built_twice(namespace, new_controller, tmp_path):
    marks, gate = tmp_path / "marks", tmp_path / "gate"
    gate.touch()
    controller = new_controller().start()
    slow = resource("slow", f"echo begin >>{marks}; while [ -e {gate} ]; do echo tick; sleep 0.05; done; echo end >>{marks}")
    namespace.apply(module(extra=slow))
    wait_until(marks.exists, 30, what="the apply runs")
    namespace.wait_for("hello", lambda o: o["status"].get("operation", {}).get("step") == "apply")
    running = tool_of(controller)
    controller.kill()
    stays(lambda: tool_of(controller) == running, 2)
    controller.start()
    other = module()
    other["metadata"]["name"] = "other"
    namespace.apply(other)
    namespace.wait_ready("other")
    item = namespace.wait_for("hello", lambda o: "is let finish" in ready_message(o))
    assert f"process {running[0]} ({TOOL}) of it still runs" in ready_message(item)
    stays(lambda: tool_of(controller) == running and marks.read_text() == "begin\n", 2)
    gate.unlink()
    item = namespace.wait_ready("hello", 60)
    assert marks.read_text() == "begin\nend\n", "it was built once, by the run that had begun it"
    assert in_state(namespace) == {"terraform_data.page", "terraform_data.slow"}
    assert "operation" not in item["status"]


def lock_holder(namespace):
    return namespace.get("lease", LOCK)["spec"].get("holderIdentity")


# fault T4
def test_a_controller_that_is_told_to_end_lets_an_apply_finish(namespace, new_controller, tmp_path):
    marks, gate = tmp_path / "marks", tmp_path / "gate"
    gate.touch()
    controller = new_controller("--shutdown-grace=30s").start()
    namespace.apply(module(extra=resource("slow", f"echo begin >>{marks}; while [ -e {gate} ]; do sleep 0.05; done; echo end >>{marks}")))
    wait_until(marks.exists, 30, what="the apply runs")
    controller.process.send_signal(signal.SIGTERM)
    stays(lambda: len(tool_of(controller)) == 1 and controller.is_running(), 2)
    gate.unlink()
    assert controller.process.wait(timeout=15) == 0
    assert in_state(namespace) == {"terraform_data.page", "terraform_data.slow"} and not lock_holder(namespace)
    item = namespace.deployment("hello")
    assert history(item)[0]["result"] == "Interrupted" and "operation" not in item["status"]
    controller.start()
    namespace.wait_ready("hello")
    assert marks.read_text() == "begin\nend\n", "nothing is built twice"


# fault T4
def test_an_apply_that_outlasts_the_grace_is_told_to_stop_and_saves_its_state(namespace, new_controller, tmp_path):
    marks, gate = tmp_path / "marks", tmp_path / "gate"
    gate.touch()
    controller = new_controller("--shutdown-grace=1s").start()
    namespace.apply(module(extra=resource("slow", f"echo begin >>{marks}; while [ -e {gate} ]; do sleep 0.05; done; echo end >>{marks}")))
    wait_until(marks.exists, 30, what="the apply runs")
    assert controller.terminate(30) == 0
    assert tool_of(controller) == [] and not lock_holder(namespace)
    assert "terraform_data.page" in in_state(namespace)
    gate.unlink()
    controller.start()
    namespace.wait_ready("hello")
    assert marks.read_text() == "begin\nbegin\nend\n"
    assert in_state(namespace) == {"terraform_data.page", "terraform_data.slow"}


# fault T13
def test_an_apply_that_takes_longer_than_its_time_is_told_to_stop_and_says_so(namespace, controller, tmp_path):
    marks = tmp_path / "marks"
    wanted = module(extra=resource("slow", f"echo begin >>{marks}; sleep 600"))
    wanted["spec"].update(timeout="8s", retry={"limit": 0})
    namespace.apply(wanted)
    item = namespace.wait_for("hello", lambda o: condition(o, "Stalled").get("status") == "True", 60)
    assert history(item)[0]["reason"] == "StepTimeout", history(item)[0]
    wait_until(lambda: not lock_holder(namespace), 30, what="the lock is given back")
    assert marks.read_text() == "begin\n" and tool_of(controller) == []


# fault T1
def test_a_lock_of_somebody_else_is_waited_for_and_never_broken(namespace, controller):
    namespace.apply(module(forceUnlock="OwnDead"))
    namespace.wait_ready("hello")
    info = {"ID": "11111111-2222", "Operation": "OperationTypeApply", "Who": "somebody@else", "Version": "1.12.6", "Created": "2026-11-26T00:00:00Z"}
    patch = {"metadata": {"annotations": {"app.terraform.io/lock-info": json.dumps(info)}}, "spec": {"holderIdentity": info["ID"]}}
    namespace.run("patch", "lease", LOCK, "--type=merge", "-p", json.dumps(patch))
    namespace.apply(module("hello 2", version="2.0.0"))
    item = namespace.wait_reason("hello", "StateLocked")
    assert "lock 11111111-2222, held by somebody@else since 2026-11-26" in ready_message(item)
    assert f"{TOOL} force-unlock -force 11111111-2222" in ready_message(item)
    stays(lambda: namespace.get("lease", LOCK)["spec"]["holderIdentity"] == info["ID"], 3)
    assert page(namespace) == "hello 1" and namespace.deployment("hello")["status"]["revision"] == 1
    patch = {"metadata": {"annotations": {"app.terraform.io/lock-info": None}}, "spec": {"holderIdentity": None}}
    namespace.run("patch", "lease", LOCK, "--type=merge", "-p", json.dumps(patch))
    namespace.wait_for("hello", lambda o: o["status"].get("version") == "2.0.0" and condition(o, "Ready")["status"] == "True")
    assert page(namespace) == "hello 2"


# fault T3
def test_a_lost_state_is_no_reason_to_build_everything_again(namespace, controller):
    namespace.apply(module())
    namespace.wait_ready("hello")
    namespace.run("delete", "secret", STATE)
    namespace.apply(module("hello 2", version="2.0.0"))
    item = namespace.wait_for("hello", lambda o: "the state is missing" in ready_message(o))
    assert condition(item, "Ready")["reason"] == "StepFailed" and item["status"]["revision"] == 1
    namespace.run("delete", KIND, "hello", "--wait=false")
    namespace.wait_reason("hello", "DestroyFailed")
    namespace.run("patch", KIND, "hello", "--type=merge", "-p", json.dumps({"spec": {"deletionPolicy": "Orphan"}}))
    wait_until(lambda: namespace.find_deployment("hello") is None, 30, what="the object goes")


@pytest.mark.parametrize("name, change, message", [
    ("syntax error", {"source": {"inline": {"files": {"main.tf": "resource \"x\" {\n"}}}}, "main.tf"),
    ("missing variable", {"variables": []}, "spec.variables"),
    ("local backend", {"source": {"inline": {"files": {"main.tf": "terraform {\n  backend \"local\" {}\n}\n"}}}}, "backend \"local\""),
    ("own backend beside Kubernetes", {"source": {"inline": {"files": {"main.tf": "terraform {\n  backend \"s3\" {}\n}\n"}}},
                                       "terraform": {"autoApprove": True, **BINARY, "backend": "Kubernetes"}}, "spec.terraform.backend")])
def test_a_module_that_cannot_work_is_refused_with_its_place(namespace, controller, name, change, message):
    # fault T10
    wanted = module()
    wanted["spec"].update(change)
    namespace.apply(wanted)
    item = namespace.wait_reason("hello", "InvalidSpec")
    assert message in ready_message(item), name
    assert "revision" not in history(item)[0]


# fault T8
def test_a_provider_that_cannot_be_fetched_is_tried_again_and_nothing_is_touched(namespace, controller):
    namespace.apply(module())
    namespace.wait_ready("hello")
    namespace.apply(module("hello 2", 'terraform {\n  required_providers {\n    x = { source = "127.0.0.1:1/a/x" }\n  }\n}\n', "2.0.0"))
    item = namespace.wait_reason("hello", "SourceFailed")
    assert not condition(item, "Stalled") and page(namespace) == "hello 1"


def test_a_state_of_a_newer_version_waits_for_a_newer_tool_and_is_left_alone(namespace, controller):
    namespace.apply(module())
    namespace.wait_ready("hello")
    newer = base64.b64encode(gzip.compress(json.dumps({**state(namespace), "version": 5, "terraform_version": "99.0.0"}).encode())).decode()
    namespace.run("patch", "secret", STATE, "--type=merge", "-p", json.dumps({"data": {"tfstate": newer}}))
    namespace.apply(module("hello 2", version="2.0.0"))
    item = namespace.wait_reason("hello", "ExecutorUnavailable")
    assert "install that version of the tool" in ready_message(item)
    assert page(namespace) == "hello 1" and state(namespace)["version"] == 5


def test_a_plan_that_destroys_too_much_is_refused(namespace, controller):
    namespace.apply(module(extra=resource("extra")))
    namespace.wait_ready("hello")
    namespace.apply(module(version="2.0.0", maxDestroy=0))
    item = namespace.wait_reason("hello", "InvalidSpec")
    assert "spec.terraform.maxDestroy: the plan would destroy 1, more than 0" in ready_message(item)
    assert in_state(namespace) == {"terraform_data.page", "terraform_data.extra"}


# fault T14
def test_what_cannot_be_destroyed_keeps_the_object_until_it_is_orphaned(namespace, controller):
    stubborn = 'resource "terraform_data" "stubborn" {\n  provisioner "local-exec" {\n    when = destroy\n    command = "exit 3"\n  }\n}\n'
    namespace.apply(module(extra=stubborn))
    namespace.wait_ready("hello")
    namespace.run("delete", KIND, "hello", "--wait=false")
    item = namespace.wait_reason("hello", "DestroyFailed")
    assert "terraform_data.stubborn" in ready_message(item) and "set spec.deletionPolicy to Orphan" in ready_message(item)
    namespace.run("patch", KIND, "hello", "--type=merge", "-p", json.dumps({"spec": {"deletionPolicy": "Orphan"}}))
    wait_until(lambda: namespace.find_deployment("hello") is None, 30, what="the object goes")
    assert "terraform_data.stubborn" in in_state(namespace)


# fault T9
def test_a_plan_made_for_a_state_that_has_changed_since_is_made_again_and_asked_again(namespace, controller):
    namespace.apply(module())
    namespace.wait_ready("hello")
    namespace.apply(module("hello 2", version="2.0.0", autoApprove=False))
    item = namespace.wait_reason("hello", "AwaitingApproval")
    first = item["status"]["plan"]["id"]
    changed = state(namespace)
    changed["serial"] += 1
    for instance in changed["resources"][0]["instances"]:
        instance["attributes"]["input"] = {"value": "by hand", "type": "string"}
    packed = base64.b64encode(gzip.compress(json.dumps(changed).encode())).decode()
    namespace.run("patch", "secret", STATE, "--type=merge", "-p", json.dumps({"data": {"tfstate": packed}}))
    namespace.annotate("hello", approve=first)
    item = namespace.wait_for("hello", lambda o: o["status"].get("plan", {}).get("id", first) != first)
    assert condition(item, "Ready")["reason"] == "AwaitingApproval" and page(namespace) == "hello 1"
    namespace.annotate("hello", approve=item["status"]["plan"]["id"])
    namespace.wait_for("hello", lambda o: o["status"].get("version") == "2.0.0" and condition(o, "Ready")["status"] == "True")
    assert page(namespace) == "hello 2"


# fault T11
def test_a_secret_that_a_local_exec_prints_is_redacted_everywhere(namespace, controller):
    canary = "canary-91c7d2e5"
    namespace.run("create", "secret", "generic", "login", f"--from-literal=password={canary}")
    wanted = module(extra='variable "password" {}\n' + resource("noisy", "echo the password is ${var.password} >&2; exit 3"))
    wanted["spec"]["variables"].append({"name": "password", "valueFrom": {"secretKeyRef": {"name": "login", "key": "password"}}})
    wanted["spec"]["retry"]["limit"] = 0
    namespace.apply(wanted)
    item = namespace.wait_for("hello", lambda o: "local-exec" in json.dumps(o["status"].get("history", [])))
    assert canary not in json.dumps(item) and canary not in controller.log()
    assert canary not in namespace.run("get", "events.events.k8s.io", "-o", "json")


# fault I13
def test_a_deployment_waits_for_the_output_of_another_and_follows_it(namespace, controller):
    reader = module()
    reader["metadata"]["name"] = "reader"
    reader["spec"]["variables"] = [{"name": "greeting", "valueFrom": {"outputRef": {"deployment": "hello", "output": "page"}}}]
    namespace.apply(reader)
    item = namespace.wait_for("reader", lambda o: condition(o, "Ready").get("reason") == "DependencyNotReady")
    assert 'Deployment "hello" has no output "page" yet' in ready_message(item)
    namespace.apply(module())
    item = namespace.wait_ready("hello")
    assert item["status"]["outputs"] == {"secretName": "hello-outputs", "names": ["page"]}
    namespace.wait_ready("reader")
    assert outputs(namespace, "reader") == {"page": "hello 1"}
    namespace.apply(module("hello 2", version="2.0.0"))
    namespace.wait_for("reader", lambda o: o["status"].get("revision") == 2 and condition(o, "Ready")["status"] == "True")
    assert outputs(namespace, "reader") == {"page": "hello 2"}
    namespace.run("delete", KIND, "hello", "--timeout=60s")
    assert namespace.find("secret", "hello-outputs") is None


# fault X4
def test_a_sensitive_output_is_in_its_secret_and_nowhere_else(namespace, controller):
    canary = hashlib.sha256(b"canary").hexdigest()
    secret = 'output "password" {\n  value     = sha256("canary")\n  sensitive = true\n}\noutput "ports" {\n  value = [80, 443]\n}\n'
    namespace.apply(module(extra=secret))
    item = namespace.wait_ready("hello")
    assert item["status"]["outputs"]["names"] == ["page", "password", "ports"]
    assert outputs(namespace, "hello") == {"page": "hello 1", "password": canary, "ports": "[80,443]"}
    wanted = module(extra=secret + resource("noisy", f"echo the password is {canary} >&2; exit 3"), version="2.0.0")
    wanted["spec"]["retry"]["limit"] = 0
    namespace.apply(wanted)
    item = namespace.wait_for("hello", lambda o: "local-exec" in json.dumps(o["status"].get("history", [])))
    assert canary not in json.dumps(item["status"]) and canary not in controller.log()
    assert canary not in namespace.run("get", "events.events.k8s.io", "-o", "json")
