"""crds/rbac.yaml gives what the program needs and no way to more."""
import pytest
import yaml

import places

ROLES = {d["metadata"]["name"]: d for d in yaml.safe_load_all((places.CRDS / "rbac.yaml").read_text()) if d["kind"] == "ClusterRole"}
CONTROLLER, EXECUTOR = "deployment-orchestrator", "deployment-orchestrator-executor-kubernetes"


def granted(role):
    return {(group, resource, verb) for rule in ROLES[role]["rules"] for group in rule["apiGroups"]
            for resource in rule["resources"] for verb in rule["verbs"]}


@pytest.mark.parametrize("role", sorted(ROLES))
def test_no_role_has_a_wildcard_or_a_way_to_more_rights(role):
    words = {word for grant in granted(role) for word in grant}
    assert not words & {"*", "escalate", "bind", "impersonate", "roles", "rolebindings", "clusterroles", "clusterrolebindings"}


def test_the_controller_writes_only_its_status_and_finalizers_its_revisions_and_events():
    writes = {grant for grant in granted(CONTROLLER) if grant[2] not in ("get", "list", "watch")}
    assert writes == {("deployctl.io", "deployments", "patch"), ("deployctl.io", "deployments/status", "patch"),
                      ("", "secrets", "create"), ("", "secrets", "patch"), ("", "secrets", "delete"),
                      ("events.k8s.io", "events", "create"), ("events.k8s.io", "events", "patch")}


def test_the_only_namespace_it_reads_is_the_one_that_names_the_cluster():
    rules = [rule for rule in ROLES[CONTROLLER]["rules"] if "namespaces" in rule["resources"]]
    assert [(rule["resourceNames"], rule["verbs"]) for rule in rules] == [(["kube-system"], ["get"])]


def test_what_the_executor_may_create_it_may_find_change_and_prune():
    kinds = {(group, resource) for group, resource, verb in granted(EXECUTOR) if verb == "create"}
    for kind in kinds:
        assert {(*kind, verb) for verb in ("get", "list", "watch", "create", "patch", "delete")} <= granted(EXECUTOR)


def test_states_of_terraform_are_secrets_and_their_locks_leases_and_nothing_else():
    granted_kinds = {(group, resource) for group, resource, _ in granted("deployment-orchestrator-executor-terraform")}
    assert granted_kinds == {("", "secrets"), ("coordination.k8s.io", "leases")}
