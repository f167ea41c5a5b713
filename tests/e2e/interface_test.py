"""What people and their tools see: kubectl wait, columns, explain, events, metrics, logs, endpoints."""
import json
import re

import objects
import pytest
from controller import http_get
from kubectl import KIND, condition

BED = "node"
pytestmark = pytest.mark.usefixtures("docker_daemon")

METRICS = """controller_runtime_reconcile_total controller_runtime_reconcile_errors_total controller_runtime_terminal_reconcile_errors_total
controller_runtime_reconcile_panics_total controller_runtime_reconcile_time_seconds controller_runtime_max_concurrent_reconciles
controller_runtime_active_workers workqueue_depth workqueue_adds_total workqueue_retries_total workqueue_queue_duration_seconds
workqueue_work_duration_seconds workqueue_unfinished_work_seconds workqueue_longest_running_processor_seconds rest_client_requests_total
rest_client_request_duration_seconds process_cpu_seconds_total process_resident_memory_bytes process_open_fds process_max_fds
process_start_time_seconds deployctl_deployments_total deployctl_deployment_duration_seconds deployctl_executor_runs_total
deployctl_executor_run_duration_seconds deployctl_executor_inflight deployctl_rollbacks_total deployctl_health_check_duration_seconds
deployctl_source_fetch_total deployctl_orphaned_total deployctl_objects_quarantined deployctl_watch_events_dropped_total
deployctl_events_failed_total deployctl_build_info""".split()


def test_kubectl_wait_for_ready_returns_when_it_serves(namespace, controller):
    namespace.apply(objects.docker_hello())
    namespace.run("wait", "--for=condition=Ready", f"{KIND}/hello", "--timeout=60s")


def test_kubectl_get_shows_the_documented_columns(namespace, controller):
    namespace.apply(objects.docker_hello())
    namespace.wait_ready("hello")
    narrow = namespace.run("get", "dctl").splitlines()
    assert narrow[0].split() == ["NAME", "READY", "REASON", "VERSION", "REVISION", "TYPE", "AGE"]
    assert narrow[1].split()[:6] == ["hello", "True", "Succeeded", "1.0.0", "1", "docker"]
    wide = namespace.run("get", "dctl", "-o", "wide").splitlines()[0].split()
    assert wide[-4:] == ["AGE", "MESSAGE", "LAST-SUCCESS", "TARGET"] or set(wide) >= {"MESSAGE", "LAST-SUCCESS", "TARGET"}


def test_the_category_lists_both_kinds(namespace):
    namespace.apply(objects.docker_hello(suspend=True))
    assert f"{KIND}/hello".replace("deployments.", "deployment.") in namespace.run("get", "deployctl", "-o", "name")


def described(namespace, path):
    text = namespace.run("explain", path)
    description = text.split("DESCRIPTION:", 1)[1].split("FIELDS:")[0].strip()
    fields = re.findall(r"^  (\w+)\t<(\[\])?(\w+)", text.split("FIELDS:", 1)[1], re.MULTILINE) if "FIELDS:" in text else []
    return description, fields


def test_kubectl_explain_describes_every_field(namespace):
    pending, blank = [KIND + ".spec", KIND + ".status"], []
    while pending:
        path = pending.pop()
        description, fields = described(namespace, path)
        if not description or description == "<empty>":
            blank.append(path)
        pending += [f"{path}.{name}" for name, _, _ in fields]
    assert blank == []


def test_events_carry_condition_reasons_and_our_name(namespace, controller):
    namespace.apply(objects.docker_hello())
    namespace.wait_ready("hello")
    reasons = set()
    for event in namespace.items("events.events.k8s.io"):
        if event["reportingController"] == "deployment-orchestrator":
            assert event["regarding"]["name"] == "hello" and event["action"]
            reasons.add(event["reason"])
    assert "Succeeded" in reasons


def test_every_documented_metric_is_there(namespace, controller):
    namespace.apply(objects.docker_hello())
    namespace.wait_ready("hello")
    text = controller.metrics()
    known = set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))
    assert [name for name in METRICS if name not in known] == []
    assert re.search(r'^deployctl_deployments_total\{[^}]*executor="docker"[^}]*result="succeeded"[^}]*\} 1$', text, re.MULTILINE)
    assert 'controller="deployctl-deployment"' in text


def test_every_log_line_is_one_json_object_with_the_documented_fields(namespace, controller):
    namespace.apply(objects.docker_hello())
    namespace.wait_ready("hello")
    lines = [json.loads(line) for line in controller.log().splitlines()]
    assert all({"level", "ts", "msg"} <= set(line) for line in lines)
    about = [line for line in lines if line.get("name") == "hello"]
    assert about and all(line["namespace"] == namespace.namespace and line["controllerKind"] == "Deployment" for line in about)


def test_health_and_readiness_answer_and_nothing_else_does(namespace, controller):
    base = f"http://127.0.0.1:{controller.health_port}"
    assert [http_get(base + path)[0] for path in ("/healthz", "/readyz", "/secret")] == [200, 200, 404]


def test_it_ends_by_itself_on_sigterm(namespace, controller):
    namespace.apply(objects.docker_hello())
    namespace.wait_ready("hello")
    assert controller.terminate(20) == 0


def test_an_invalid_object_is_stalled_with_a_sentence_and_others_go_on(namespace, controller):
    namespace.apply(objects.docker_hello("bad", dependsOn=[{"name": "good"}]), objects.docker_hello("good"))
    namespace.wait_ready("good")
    item = namespace.wait_reason("bad", "InvalidSpec")
    assert condition(item, "Stalled")["status"] == "True"
    assert "spec.dependsOn: not supported by this version" in condition(item, "Ready")["message"]


def test_junk_in_a_request_annotation_is_ignored(namespace, controller):
    # fault I9
    wanted = objects.docker_hello()
    wanted["metadata"]["annotations"] = {f"deployctl.io/{key}": "\u202e{{7*7}}/../\n;rm" for key in
                                         ("requested-at", "force-at", "rollback-to", "approve", "cancel")}
    namespace.apply(wanted)
    namespace.wait_ready("hello")
    assert controller.is_running()


def test_status_written_by_somebody_else_is_recomputed(namespace, controller):
    # fault I11
    namespace.apply(objects.docker_hello())
    namespace.wait_ready("hello")
    junk = {"status": {"conditions": [{"type": "Ready", "status": "False", "reason": "Junk", "message": "junk",
                                       "lastTransitionTime": "2020-01-01T00:00:00Z"}], "version": "9.9.9"}}
    namespace.run("patch", KIND, "hello", "--subresource=status", "--type=merge", "-p", json.dumps(junk))
    namespace.wait_for("hello", lambda o: condition(o, "Ready").get("status") == "True" and o["status"]["version"] == "1.0.0")
