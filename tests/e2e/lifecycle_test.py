"""Requests, deletion and interruptions of a running operation: what people may do at the wrong moment."""
import json

import docker as daemon
import objects
import pytest
import yaml
from kubectl import KIND, Kubectl, condition, history
from stand_in import StandIn, is_running
from waiting import stays, wait_until

import places

BED = "node"
pytestmark = pytest.mark.usefixtures("docker_daemon")
REAL_APPLY = {"without": ["--dry-run=server"]}


@pytest.fixture
def tools(tmp_path):
    """docker and kubectl that can be held still or made to fail."""
    return {name: StandIn(tmp_path / "tools", name) for name in ("docker", "kubectl")}


@pytest.fixture
def held_controller(new_controller, tools):
    return new_controller(f"--tools-dir={tools['docker'].directory}", "--allow-loopback").start()


def handled(item, request):
    return item["status"].get("lastHandled", {}).get(request, {})


def test_deleted_during_an_apply_the_apply_is_stopped_and_everything_destroyed(namespace, held_controller, tools):
    # fault F1
    tools["kubectl"].hold("apply", when="after", **REAL_APPLY)
    namespace.apply(objects.config_map_only())
    pid = tools["kubectl"].wait_held()
    assert namespace.find("configmap", "settings")
    namespace.run("delete", KIND, "settings", "--wait=false")
    wait_until(lambda: not is_running(pid), 30, what="the apply is stopped")
    tools["kubectl"].release()
    wait_until(lambda: namespace.find_deployment("settings") is None, 60, what="the object is gone")
    assert namespace.find("configmap", "settings") is None


def test_a_destroy_that_cannot_work_says_so_and_orphan_is_the_way_out(namespace, held_controller, tools):
    # fault F2
    namespace.apply(objects.docker_hello())
    namespace.wait_ready("hello")
    tools["docker"].refuse(message="Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?")
    namespace.run("delete", KIND, "hello", "--wait=false")
    item = namespace.wait_for("hello", lambda o: condition(o, "Ready").get("reason") in ("DestroyFailed", "ExecutorUnavailable"))
    assert "Orphan" in condition(item, "Ready")["message"]
    namespace.run("patch", KIND, "hello", "--type=merge", "-p", '{"spec":{"deletionPolicy":"Orphan"}}')
    wait_until(lambda: namespace.find_deployment("hello") is None, 60, what="the object is gone")


def test_a_finalizer_removed_by_hand_during_destroy_is_counted_as_orphaned(namespace, held_controller, tools):
    # fault F3
    namespace.apply(objects.config_map_only())
    namespace.wait_ready("settings")
    tools["kubectl"].hold("delete")
    namespace.run("delete", KIND, "settings", "--wait=false")
    tools["kubectl"].wait_held()
    namespace.run("patch", KIND, "settings", "--type=merge", "-p", '{"metadata":{"finalizers":null}}')
    wait_until(lambda: 'deployctl_orphaned_total{executor="kubernetes"} 1' in held_controller.metrics(), 15, what="it is counted")
    tools["kubectl"].release()
    namespace.apply(objects.config_map_only("other"))
    namespace.wait_ready("other")


def test_a_replace_that_drops_our_finalizer_gets_it_back(namespace, controller):
    # fault F4
    wanted = objects.config_map_only()
    namespace.apply(wanted)
    namespace.wait_ready("settings")
    wanted["spec"]["version"] = "replaced"
    namespace.run("replace", "-f", "-", stdin=json.dumps(wanted))
    namespace.wait_for("settings", lambda o: "deployctl.io/destroy" in o["metadata"].get("finalizers", []))


def test_other_finalizers_are_never_touched(namespace, controller):
    wanted = objects.config_map_only()
    wanted["metadata"]["finalizers"] = ["example.com/somebody-else"]
    namespace.apply(wanted)
    namespace.wait_ready("settings")
    namespace.run("delete", KIND, "settings", "--wait=false")
    namespace.wait_for("settings", lambda o: o["metadata"]["finalizers"] == ["example.com/somebody-else"])


def test_a_rollback_that_fails_too_stops_there(namespace, held_controller, tools):
    # fault H2
    wanted = objects.docker_hello()
    namespace.apply(wanted)
    namespace.wait_ready("hello")
    tools["docker"].refuse("start", message="Error response from daemon: no such device")
    namespace.apply(objects.at_version(wanted, "1.1.0"))
    namespace.wait_reason("hello", "RollbackFailed", 90)
    namespace.wait_for("hello", lambda o: condition(o, "Stalled").get("status") == "True")
    attempts = len([r for r in tools["docker"].runs() if "start" in r["argv"]])
    stays(lambda: len([r for r in tools["docker"].runs() if "start" in r["argv"]]) == attempts, 4)
    tools["docker"].accept()
    namespace.annotate("hello", force_at="repaired")
    namespace.wait_ready("hello")


def test_a_rollback_asked_for_during_an_apply_waits_for_it(namespace, held_controller, tools):
    # fault H9
    namespace.apply(objects.config_map_only(text="first"))
    namespace.wait_ready("settings")
    tools["kubectl"].hold("apply", **REAL_APPLY)
    namespace.apply(objects.config_map_only(text="second"))
    pid = tools["kubectl"].wait_held()
    namespace.annotate("settings", rollback_to="1/back")
    namespace.wait_for("settings", lambda o: handled(o, "rollback").get("result") == "Pending")
    assert is_running(pid), "the apply goes on"
    tools["kubectl"].release()
    namespace.wait_for("settings", lambda o: handled(o, "rollback").get("result") == "Done")
    assert namespace.get("configmap", "settings")["data"] == {"text": "first"}


def test_a_cancelled_operation_is_quarantined_until_the_spec_changes(namespace, held_controller, tools):
    tools["kubectl"].hold("apply", **REAL_APPLY)
    namespace.apply(objects.config_map_only(text="first"))
    tools["kubectl"].wait_held()
    operation = namespace.wait_for("settings", lambda o: "operation" in o["status"])["status"]["operation"]["id"]
    namespace.annotate("settings", cancel=operation)
    item = namespace.wait_reason("settings", "Cancelled")
    tools["kubectl"].release()
    assert condition(item, "Stalled")["status"] == "True"
    assert handled(item, "cancel")["result"] == "Done"
    assert history(item)[0]["result"] == "Cancelled"
    namespace.apply(objects.config_map_only(text="second"))
    namespace.wait_ready("settings")


def test_a_new_spec_ends_a_health_wait_at_once(namespace, controller):
    wanted = objects.docker_hello()
    slow = objects.at_version(wanted, "1.1.0")
    slow["spec"]["health"]["post"][0]["http"]["expectedBody"] = "never served"
    slow["spec"]["health"]["post"][0].update(retries=100, backoff={"initial": "1s", "factor": 1, "max": "1s"})
    namespace.apply(slow)
    wait_until(lambda: daemon.page(objects.port_of(wanted)), 30, what="the container serves, its gate waits")
    namespace.apply(wanted)
    item = namespace.wait_ready("hello", 30)
    assert [h["result"] for h in history(item)] == ["Succeeded", "Superseded"]


def test_a_suspended_object_starts_nothing_until_it_is_resumed(namespace, controller):
    wanted = objects.config_map_only(suspend=True)
    namespace.apply(wanted)
    namespace.wait_for("settings", lambda o: condition(o, "Ready").get("reason") == "Suspended")
    assert namespace.find("configmap", "settings") is None
    namespace.run("patch", KIND, "settings", "--type=merge", "-p", '{"spec":{"suspend":false}}')
    namespace.wait_ready("settings")


def test_a_reconcile_request_is_echoed(namespace, controller):
    namespace.apply(objects.config_map_only())
    namespace.wait_ready("settings")
    namespace.annotate("settings", requested_at="now-please")
    item = namespace.wait_for("settings", lambda o: handled(o, "reconcile").get("result") == "Done")
    assert handled(item, "reconcile")["token"] == "now-please"


def test_a_container_removed_by_hand_is_reported(namespace, controller):
    namespace.apply(objects.docker_hello(interval="60s"))
    namespace.wait_ready("hello")
    daemon.remove_containers_of(namespace.namespace)
    namespace.annotate("hello", requested_at="look")
    namespace.wait_for("hello", lambda o: condition(o, "Ready").get("status") != "True" or condition(o, "Drifted").get("status") == "True" or
                       condition(o, "Healthy").get("status") == "False")


def test_the_largest_object_works_and_its_status_stays_small(namespace, controller):
    # fault I8
    big = {f"page-{i}.yaml": f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: big-{i}\ndata:\n  text: {'x' * 120000}\n" for i in range(4)}
    namespace.apply(objects.deployment("big", "kubernetes", version="1", source={"inline": {"files": big}}, kubernetes={}))
    item = namespace.wait_ready("big")
    assert len(json.dumps(item["status"])) < 8192


def test_an_object_stored_before_the_schema_forbade_it_is_stalled_alone(cluster, namespace, new_controller):
    # fault I10, W20
    administrator = Kubectl(cluster.admin, namespace.namespace)
    path = next(p for p in places.CRDS.glob("*deployments.yaml"))
    loose = yaml.safe_load(path.read_text())
    version = loose["spec"]["versions"][0]
    version["schema"] = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    version.pop("additionalPrinterColumns", None)
    old, unwritable = objects.config_map_only("old"), objects.config_map_only("unwritable")
    old["spec"]["drift"] = "Sometimes"
    unwritable["spec"] |= {"timeout": 7, "interval": "1d"}  # the API server refuses every write of it
    administrator.run("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=json.dumps(loose))
    try:
        both = json.dumps(old) + "\n" + json.dumps(unwritable)
        wait_until(lambda: namespace.try_run("apply", "--server-side", "--validate=false", "-f", "-", stdin=both).returncode == 0,
                   20, what="the loose schema stores them")
        assert namespace.deployment("old")["spec"]["drift"] == "Sometimes"
    finally:
        administrator.run("apply", "--server-side", "--force-conflicts", "-f", path)
    controller = new_controller("--allow-loopback").start()
    namespace.apply(objects.config_map_only("good"))
    namespace.wait_ready("good")
    item = namespace.wait_reason("old", "InvalidSpec")
    assert "spec.drift" in condition(item, "Ready")["message"] and condition(item, "Stalled")["status"] == "True"
    assert controller.is_running()
