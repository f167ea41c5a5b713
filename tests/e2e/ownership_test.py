"""Two Deployments and one Kubernetes object: who owns it, and how it changes hands. ConfigMaps only: needs no node."""
import objects
from kubectl import KIND, condition, history
from waiting import stays, wait_until

QUICK = {"retry": {"interval": "1s", "maxInterval": "1s"}}


def rival(text="second", force=False, **spec):
    """A Deployment of another name that declares the very ConfigMap of `objects.config_map_only()`."""
    wanted = objects.config_map_only(text=text, **QUICK, **spec)
    wanted["metadata"]["name"] = "rival"
    wanted["spec"]["kubernetes"] = {"force": force}
    return wanted


def text_of(namespace):
    found = namespace.find("configmap", "settings")
    return found and found["data"]["text"]


def owner_of(namespace):
    return namespace.get("configmap", "settings")["metadata"]["labels"]["deployctl.io/name"]


def test_a_second_deployment_that_declares_the_same_object_is_told_whose_it_is(namespace, controller):
    namespace.apply(objects.config_map_only(text="first"))
    namespace.wait_ready("settings")
    namespace.apply(rival())
    item = namespace.wait_for("rival", lambda o: condition(o, "Ready").get("reason") == "Conflict")
    message = condition(item, "Ready")["message"]
    assert f"ConfigMap {namespace.namespace}/settings belongs to dctl {namespace.namespace}/settings" in message
    assert "spec.kubernetes.force" in message
    assert not condition(item, "Stalled"), "it is tried again: the owner may let go"
    assert "revision" not in history(item)[0], "nothing had been touched"
    stays(lambda: (text_of(namespace), owner_of(namespace)) == ("first", "settings"), 3)
    assert condition(namespace.deployment("settings"), "Ready")["status"] == "True"


def test_when_the_owner_goes_the_second_deployment_gets_the_object_without_being_touched(namespace, controller):
    namespace.apply(objects.config_map_only(text="first"))
    namespace.wait_ready("settings")
    namespace.apply(rival())
    namespace.wait_for("rival", lambda o: condition(o, "Ready").get("reason") == "Conflict")
    namespace.run("delete", KIND, "settings")
    namespace.wait_ready("rival")
    assert (text_of(namespace), owner_of(namespace)) == ("second", "rival")


def test_an_orphaned_object_is_adopted_by_force_alone_and_no_longer_destroyed_by_anybody_else(namespace, controller):
    namespace.apply(objects.config_map_only(text="first", deletionPolicy="Orphan"))
    namespace.wait_ready("settings")
    namespace.run("delete", KIND, "settings")
    wait_until(lambda: namespace.find_deployment("settings") is None, 30, what="the owner is gone")
    assert text_of(namespace) == "first"
    namespace.apply(rival())
    item = namespace.wait_for("rival", lambda o: condition(o, "Ready").get("reason") == "Conflict")
    assert "orphaned" in condition(item, "Ready")["message"]
    namespace.apply(rival(force=True))
    namespace.wait_ready("rival")
    assert (text_of(namespace), owner_of(namespace)) == ("second", "rival")


def test_the_one_an_object_was_taken_from_by_force_does_not_destroy_it(namespace, controller):
    namespace.apply(objects.config_map_only(text="first"))
    namespace.wait_ready("settings")
    namespace.apply(rival(force=True))
    namespace.wait_ready("rival")
    namespace.run("delete", KIND, "settings")
    wait_until(lambda: namespace.find_deployment("settings") is None, 30, what="the former owner is gone")
    assert text_of(namespace) == "second"
