"""A controller's Pod is replaced by another one in the middle of a step: the operation is taken over, and only on proof."""
import json
import time

import objects
from controller import NAMESPACE as SYSTEM
from kubectl import Kubectl, condition, history
from stand_in import StandIn
from waiting import wait_until

NODE = "takeover-node"


def add_node(admin, ready):
    admin.apply({"apiVersion": "v1", "kind": "Node", "metadata": {"name": NODE}})
    set_ready(admin, ready)


def set_ready(admin, ready):
    patch = {"status": {"conditions": [{"type": "Ready", "status": ready, "reason": "Test", "message": "",
                                        "lastHeartbeatTime": now(), "lastTransitionTime": now()}]}}
    admin.run("patch", "node", NODE, "--subresource=status", "--type=merge", "-p", json.dumps(patch))


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def add_pod(admin, name):
    """A Pod that nothing runs: the controller of the test takes its place. Returns the environment that its manifest would set."""
    admin.apply({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name},
                 "spec": {"nodeName": NODE, "containers": [{"name": "controller", "image": "none"}]}})
    uid = admin.get("pod", name)["metadata"]["uid"]
    return {"POD_UID": uid, "POD_NAME": name, "POD_NAMESPACE": SYSTEM, "NODE_NAME": NODE}


def test_the_operation_of_a_replaced_pod_is_taken_over_once_its_pod_is_gone(cluster, namespace, new_controller, tmp_path):
    admin = Kubectl(cluster.admin, SYSTEM)
    stand_in = StandIn(tmp_path / "tools", "kubectl")
    flags = (f"--tools-dir={stand_in.directory}", "--allow-loopback")
    try:
        add_node(admin, "True")
        first, second = add_pod(admin, "one"), add_pod(admin, "two")
        stand_in.hold("apply", without=["--dry-run=server"])
        namespace.apply(objects.config_map_only(text="first"))
        killed = new_controller(*flags).start(environment=first)
        stand_in.wait_held()
        opened = namespace.wait_for("settings", lambda o: "operation" in o["status"])["status"]["operation"]
        assert opened["holder"]["podUID"] == first["POD_UID"]
        assert opened["holder"]["identity"].startswith(f"{SYSTEM}/one_")
        killed.kill()
        successor = new_controller(*flags).start(environment=second)
        stand_in.release()
        waiting = namespace.wait_for("settings", lambda o: "waits for operation" in condition(o, "Ready").get("message", ""))
        assert opened["holder"]["identity"] in condition(waiting, "Ready")["message"]
        assert waiting["status"]["operation"]["id"] == opened["id"]
        assert namespace.find("configmap", "settings") is None
        admin.run("delete", "pod", "one", "--grace-period=0", "--force")
        item = namespace.wait_ready("settings", 60)
        assert history(item)[0]["result"] == "Succeeded"
        assert "operation" not in item["status"]
        assert namespace.get("configmap", "settings")["data"] == {"text": "first"}
        wait_until(lambda: "Resumed an interrupted operation" in successor.log(), 5, what="it is in the log")
    finally:
        admin.try_run("delete", "pod", "one", "two", "--grace-period=0", "--force", "--ignore-not-found")
        admin.try_run("delete", "node", NODE, "--ignore-not-found")
