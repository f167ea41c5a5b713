"""A state that its backend does not take at the end of an apply, or that is elsewhere: nothing is built twice."""
import base64
import json
import os
import subprocess

import places
import pytest
from kubectl import KIND, Kubectl, condition, history
from modules import PAGE, STATE, TOOL, in_state, module, page, resource, state
from waiting import stays, wait_until

KEPT = "hello-errored-state"


class Frozen:
    """The state Secret of a namespace refuses updates, until `thaw`."""

    def __init__(self, admin, namespace):
        self.admin, self.namespace, self.name = Kubectl(admin, namespace.namespace), namespace, f"frozen-{namespace.namespace}"

    def can_be_written(self):
        return self.admin.try_run("annotate", "--overwrite", "--dry-run=server", "secret", STATE, "probe=1").returncode == 0

    def freeze(self):
        rules = [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["UPDATE"], "resources": ["secrets"], "resourceNames": [STATE]}]
        api = {"apiVersion": "admissionregistration.k8s.io/v1", "metadata": {"name": self.name}}
        where = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": self.namespace.namespace}}}
        self.admin.apply({**api, "kind": "ValidatingAdmissionPolicy", "spec": {"failurePolicy": "Fail", "matchConstraints": {"resourceRules": rules},
                                                                              "validations": [{"expression": "false", "message": "frozen"}]}},
                         {**api, "kind": "ValidatingAdmissionPolicyBinding", "spec": {"policyName": self.name, "validationActions": ["Deny"],
                                                                                     "matchResources": where}})
        wait_until(lambda: not self.can_be_written(), 30, what="the state is frozen")

    def thaw(self):
        self.admin.run("delete", "validatingadmissionpolicybinding,validatingadmissionpolicy", self.name, "--ignore-not-found")
        if self.namespace.find("secret", STATE) is not None:
            wait_until(self.can_be_written, 30, what="the state can be written again")


@pytest.fixture
def frozen(cluster, namespace):
    made = Frozen(cluster.admin, namespace)
    yield made
    made.thaw()


def built_in_vain(namespace, controller, frozen, tmp_path):
    """Release 2 builds something and its state is not written."""
    marks, gate = tmp_path / "marks", tmp_path / "gate"
    gate.touch()
    namespace.apply(module())
    namespace.wait_ready("hello")
    namespace.apply(module("hello 2", resource("once", f"echo made >>{marks}; while [ -e {gate} ]; do sleep 0.05; done"), "2.0.0"))
    wait_until(marks.exists, 30, what="the apply runs")
    frozen.freeze()
    gate.unlink()
    namespace.wait_for("hello", lambda o: condition(o, "Stalled"), 90)
    return marks, namespace.deployment("hello")


def kept_resources(namespace):
    kept = json.loads(base64.b64decode(namespace.get("secret", KEPT)["data"]["tfstate"]))
    return {f'{r["type"]}.{r["name"]}' for r in kept["resources"]}


# fault T5
def test_a_state_that_could_not_be_written_is_kept_and_waits_for_a_person(namespace, controller, frozen, tmp_path):
    marks, item = built_in_vain(namespace, controller, frozen, tmp_path)
    message = condition(item, "Ready")["message"]
    assert condition(item, "Stalled") and not condition(item, "Reconciling")
    assert f'kept in Secret "{KEPT}"' in message and "annotate deployctl.io/force-at" in message and f"get secret {KEPT}" in message
    assert kept_resources(namespace) == {"terraform_data.page", "terraform_data.once"}
    assert page(namespace) == "hello 1", "the backend has the old one"
    stays(lambda: marks.read_text() == "made\n" and [h["kind"] for h in history(namespace.deployment("hello"))] == ["Deploy", "Deploy"], 4)
    frozen.thaw()
    stays(lambda: namespace.find("secret", KEPT) is not None, 3)
    namespace.annotate("hello", force_at="now")
    namespace.wait_ready("hello")
    assert marks.read_text() == "made\n", "nothing is built twice"
    assert in_state(namespace) == {"terraform_data.page", "terraform_data.once"} and page(namespace) == "hello 2"
    assert namespace.find("secret", KEPT) is None


# fault T5
def test_whatever_is_asked_next_begins_with_the_state_that_was_kept(namespace, controller, frozen, tmp_path):
    marks, _ = built_in_vain(namespace, controller, frozen, tmp_path)
    namespace.apply(module("hello 3", version="3.0.0"))
    item = namespace.wait_for("hello", lambda o: "could not write" in condition(o, "Ready").get("message", ""))
    assert "nothing is done before it is written" in condition(item, "Ready")["message"]
    assert namespace.find("secret", KEPT) is not None
    frozen.thaw()
    namespace.annotate("hello", requested_at="now")  # what is forbidden is tried again each interval only
    namespace.wait_for("hello", lambda o: o["status"].get("version") == "3.0.0" and condition(o, "Ready")["status"] == "True", 90)
    assert in_state(namespace) == {"terraform_data.page"}, "what release 2 built was destroyed, because it was known"
    assert marks.read_text() == "made\n" and namespace.find("secret", KEPT) is None


# fault T5
def test_a_destroy_begins_with_the_state_that_was_kept(namespace, controller, frozen, tmp_path):
    built_in_vain(namespace, controller, frozen, tmp_path)
    frozen.thaw()
    namespace.run("delete", KIND, "hello", "--timeout=90s")
    assert namespace.find("secret", KEPT) is None and in_state(namespace) == set(), "all that was built is destroyed"


def kept_in(suffix):
    return f'terraform {{\n  backend "kubernetes" {{\n    secret_suffix = "{suffix}"\n  }}\n}}\n'


def init(namespace, folder, suffix, *options):
    (folder / "main.tf").write_text(PAGE + kept_in(suffix))
    where = {"PATH": f"{places.tools()}:{os.environ['PATH']}", "KUBE_CONFIG_PATH": str(namespace.kubeconfig), "KUBE_NAMESPACE": namespace.namespace}
    subprocess.run([TOOL, "init", "-input=false", *options], cwd=folder, env=where, check=True)


def page_id(namespace, suffix):
    return state(namespace, f"tfstate-default-{suffix}")["resources"][0]["instances"][0]["attributes"]["id"]


def test_a_module_that_names_another_backend_waits_until_its_state_was_moved_there(namespace, controller, tmp_path):
    namespace.apply(module(extra=kept_in("old")))
    namespace.wait_ready("hello")
    built = page_id(namespace, "old")
    namespace.apply(module("hello 2", kept_in("new"), "2.0.0"))
    item = namespace.wait_for("hello", lambda o: "the state is missing" in condition(o, "Ready").get("message", ""))
    assert condition(item, "Ready")["reason"] == "StepFailed" and item["status"]["revision"] == 1
    init(namespace, tmp_path, "old")
    init(namespace, tmp_path, "new", "-migrate-state", "-force-copy")
    item = namespace.wait_ready("hello")
    assert item["status"]["version"] == "2.0.0" and page_id(namespace, "new") == built, "changed, not built again"
