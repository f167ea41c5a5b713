"""The main job on real parts: deploy, upgrade, come back from a bad upgrade; docker and kubernetes."""
import docker as daemon
import objects
import pytest
from controller import http_get
from kubectl import condition, history
from waiting import wait_until

BED = "node"
pytestmark = pytest.mark.usefixtures("docker_daemon", "controller")


def page_of(item):
    return daemon.page(objects.port_of(item))


def pod_pages(namespace):
    pods = namespace.items("pods")
    return {http_get(f"http://{p['status']['podIP']}:8080/index.html")[1] for p in pods
            if p["status"].get("podIP") and not p["metadata"].get("deletionTimestamp")}


def assert_rolled_back(item, to_version, restored):
    assert condition(item, "Ready")["status"] == "False"
    assert condition(item, "Stalled")["status"] == "True"
    assert item["status"]["version"] == to_version
    newest, failed = history(item)[:2]
    assert (newest["kind"], newest["result"], newest["restoredRevision"]) == ("Rollback", "Succeeded", restored)
    assert (failed["kind"], failed["result"]) == ("Deploy", "RolledBack")
    assert [q["digest"] for q in item["status"]["quarantined"]] == [failed["digest"]]
    assert "operation" not in item["status"]


def test_a_docker_deployment_serves_and_says_ready(namespace):
    wanted = objects.docker_hello()
    namespace.apply(wanted)
    item = namespace.wait_ready("hello")
    assert page_of(wanted) == "hello 1.0.0\n"
    assert (item["status"]["revision"], item["status"]["version"]) == (1, "1.0.0")
    labels = daemon.containers_of(namespace.namespace, "hello")[0]["Config"]["Labels"]
    assert labels["deployctl.io/uid"] == item["metadata"]["uid"]
    assert {"deployctl.io/installation", "deployctl.io/revision", "deployctl.io/digest"} <= set(labels)


def test_a_docker_upgrade_replaces_the_container(namespace):
    wanted = objects.docker_hello()
    namespace.apply(wanted)
    namespace.wait_ready("hello")
    namespace.apply(objects.at_version(wanted, "1.1.0"))
    item = namespace.wait_ready("hello")
    assert page_of(wanted) == "hello 1.1.0\n"
    assert item["status"]["revision"] == 2
    wait_until(lambda: daemon.images_of(namespace.namespace, "hello") == ["deployctl.local/hello:1.1.0"], 10,
               what="only the new container is left")
    assert [h["result"] for h in history(item)] == ["Succeeded", "Succeeded"]


def test_a_docker_upgrade_whose_process_exits_comes_back_by_itself(namespace):
    # fault H1
    wanted = objects.docker_hello(version="1.1.0")
    namespace.apply(wanted)
    namespace.wait_ready("hello")
    before = daemon.containers_of(namespace.namespace, "hello")[0]
    namespace.apply(objects.at_version(wanted, "1.2.0"))
    item = namespace.wait_reason("hello", "RolledBack", 90)
    assert_rolled_back(item, "1.1.0", restored=1)
    assert page_of(wanted) == "hello 1.1.0\n"
    after = daemon.containers_of(namespace.namespace, "hello")
    assert daemon.images_of(namespace.namespace, "hello") == ["deployctl.local/hello:1.1.0"]
    # The very container, its name and its restart policy.
    assert after[0]["Id"] == before["Id"]
    assert after[0]["Name"] == before["Name"]
    assert after[0]["HostConfig"]["RestartPolicy"] == before["HostConfig"]["RestartPolicy"]


def test_a_kubernetes_deployment_serves_and_says_ready(namespace):
    namespace.apply(objects.kubernetes_hello())
    item = namespace.wait_ready("hello")
    assert pod_pages(namespace) == {"hello 1.0.0\n"}
    assert item["status"]["inventory"]["count"] == 2


def test_a_kubernetes_upgrade_rolls_the_workload(namespace):
    namespace.apply(objects.kubernetes_hello())
    namespace.wait_ready("hello")
    namespace.apply(objects.kubernetes_hello(version="1.1.0"))
    namespace.wait_ready("hello")
    wait_until(lambda: pod_pages(namespace) == {"hello 1.1.0\n"}, 15, what="only pods of the new version answer")


def test_an_object_that_left_the_manifests_is_pruned(namespace):
    extra = {"extra.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: extra\n"}
    namespace.apply(objects.kubernetes_hello(files=extra))
    namespace.wait_ready("hello")
    assert namespace.find("configmap", "extra")
    namespace.apply(objects.kubernetes_hello(version="1.1.0"))
    namespace.wait_ready("hello")
    assert namespace.find("configmap", "extra") is None


def test_a_kubernetes_upgrade_that_never_becomes_available_comes_back_config_map_included(namespace):
    # fault H1
    namespace.apply(objects.kubernetes_hello(version="1.1.0"))
    namespace.wait_ready("hello")
    before = namespace.get("configmap", "hello-page")["data"]
    namespace.apply(objects.kubernetes_hello(version="1.2.0", image="deployctl.local/busybox:none"))
    wait_until(lambda: namespace.get("configmap", "hello-page")["data"] != before, 30, what="the bad ConfigMap was written")
    item = namespace.wait_reason("hello", "RolledBack", 150)
    assert_rolled_back(item, "1.1.0", restored=1)
    assert namespace.get("configmap", "hello-page")["data"] == before
    container = namespace.get("deployments.apps", "hello-web")["spec"]["template"]["spec"]["containers"][0]
    assert container["image"] == "deployctl.local/busybox:1"
    # The kubelet may have brought the bad page into the old pod meanwhile; it brings the good one back within its sync period.
    wait_until(lambda: pod_pages(namespace) == {"hello 1.1.0\n"}, 110, what="only pods of the good version answer")
    # The message of the failed entry says why, in words of the cluster.
    assert "busybox:none" in history(item)[1]["message"] or "Image" in history(item)[1]["message"]


def test_a_first_deployment_that_fails_cleans_up_what_it_made(namespace):
    # fault H3
    namespace.apply(objects.docker_hello(version="1.2.0", retry={"limit": 1, "interval": "1s"}))
    item = namespace.wait_for("hello", lambda o: condition(o, "Stalled").get("status") == "True", 90)
    assert condition(item, "Stalled")["reason"] == "RetriesExhausted"
    assert condition(item, "Ready")["status"] == "False"
    assert daemon.containers_of(namespace.namespace, "hello") == []


def test_a_rollback_asked_for_by_annotation_restores_that_revision(namespace):
    wanted = objects.docker_hello()
    namespace.apply(wanted)
    namespace.wait_ready("hello")
    namespace.apply(objects.at_version(wanted, "1.1.0"))
    namespace.wait_ready("hello")
    namespace.annotate("hello", rollback_to="1/please", requested_by="somebody", request_reason="it looked wrong")
    item = namespace.wait_for("hello", lambda o: o["status"].get("lastHandled", {}).get("rollback", {}).get("result") == "Done")
    assert page_of(wanted) == "hello 1.0.0\n"
    assert item["status"]["lastHandled"]["rollback"]["token"].endswith("please")
    newest = history(item)[0]
    assert (newest["kind"], newest["trigger"], newest["by"], newest["why"]) == ("Rollback", "Request", "somebody", "it looked wrong")


def test_a_deleted_docker_deployment_leaves_nothing(namespace):
    namespace.apply(objects.docker_hello())
    namespace.wait_ready("hello")
    namespace.run("delete", "deployments.deployctl.io", "hello", "--timeout=60s")
    assert daemon.containers_of(namespace.namespace, "hello") == []
    wait_until(lambda: not [s for s in namespace.items("secrets") if s["type"] == "deployctl.io/revision"], 10, what="no revision is kept")


def test_a_deleted_kubernetes_deployment_leaves_nothing(namespace):
    namespace.apply(objects.kubernetes_hello())
    namespace.wait_ready("hello")
    namespace.run("delete", "deployments.deployctl.io", "hello", "--timeout=60s")
    assert namespace.find("configmap", "hello-page") is None
    wait_until(lambda: namespace.find("deployments.apps", "hello-web") is None, 20, what="the workload is gone")


def test_an_orphaned_deployment_leaves_the_container_running(namespace):
    wanted = objects.docker_hello(deletionPolicy="Orphan")
    namespace.apply(wanted)
    namespace.wait_ready("hello")
    namespace.run("delete", "deployments.deployctl.io", "hello", "--timeout=60s")
    assert page_of(wanted) == "hello 1.0.0\n"


def test_a_missing_secret_that_appears_heals_without_an_edit(namespace):
    # fault I13
    variable = {"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "later", "key": "password"}}}
    namespace.apply(objects.docker_hello(variables=[variable]))
    namespace.wait_for("hello", lambda o: condition(o, "Ready").get("reason") == "DependencyNotReady")
    namespace.run("create", "secret", "generic", "later", "--from-literal=password=a-long-password")
    namespace.wait_ready("hello", 60)


def test_a_foreign_container_of_our_name_is_never_touched(namespace):
    # fault D4
    name = f"{namespace.namespace}_hello"
    foreign = daemon.docker("run", "-d", "--name", name, "deployctl.local/busybox:1").strip()
    try:
        namespace.apply(objects.docker_hello(retry={"limit": 1, "interval": "1s"}))
        item = namespace.wait_for("hello", lambda o: condition(o, "Ready").get("status") == "False", 60)
        assert name in condition(item, "Ready")["message"]
        assert foreign in daemon.docker("ps", "-q", "--no-trunc").split()
    finally:
        daemon.docker("rm", "-f", name)
