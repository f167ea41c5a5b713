"""Objects at rest: converged ones, made by copying what the controller wrote for one of them."""
import json

from kubectl import is_current_and_ready
from stage import NAMESPACE, collection

FINALIZER = "deployctl.io/destroy"


def config_map_deployment(name, text="first", padding=0, **spec):
    """The smallest kubernetes deployment: one ConfigMap, which the stand-in kubectl calls applied and current."""
    manifest = json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings", "namespace": NAMESPACE},
                           "data": {"text": text, "padding": "x" * padding}})
    return {"apiVersion": "deployctl.io/v1alpha1", "kind": "Deployment", "metadata": {"name": name},
            "spec": {"type": "kubernetes", "version": text, "source": {"inline": {"files": {"all.json": manifest}}}, "kubernetes": {}, **spec}}


def docker_deployment(name, version="1.0.0", **spec):
    return {"apiVersion": "deployctl.io/v1alpha1", "kind": "Deployment", "metadata": {"name": name},
            "spec": {"type": "docker", "version": version, "docker": {"image": "registry.invalid/hello:${version}"}, **spec}}


def bytes_of(item):
    """Compact JSON, without what the controller does not keep."""
    kept = {**item, "metadata": {k: v for k, v in item["metadata"].items() if k != "managedFields"}}
    return len(json.dumps(kept, separators=(",", ":")))


# Its time to be looked at comes so late that it does not come while we measure.
FAR_AWAY = "720h"


def pattern(stage, wanted_bytes):
    """A Deployment of about that size that the controller itself made converge."""
    controller = stage.controller().start()
    try:
        made, padding = [], 0
        for name in ("pattern-0", "pattern-1"):
            stage.kubectl.apply(config_map_deployment(name, padding=padding, interval=FAR_AWAY))
            made.append(stage.kubectl.wait_for(name, is_current_and_ready, 120))
            padding = max(0, wanted_bytes - bytes_of(made[-1]))
        return made[-1]
    finally:
        controller.stop()


class Seeds:
    """More and more copies of the pattern. They have its digest, so the controller finds them converged."""

    def __init__(self, stage, wanted_bytes):
        self.stage = stage
        self.pattern = pattern(stage, wanted_bytes)
        self.bytes = bytes_of(self.pattern)
        self.count = 2

    def grow_to(self, count):
        self.stage.api.for_each(self.add, range(self.count, count))
        self.count = count

    def add(self, number):
        name = f"pattern-{number}"
        item = {"apiVersion": self.pattern["apiVersion"], "kind": self.pattern["kind"],
                "metadata": {"name": name, "finalizers": [FINALIZER]}, "spec": self.pattern["spec"]}
        self.stage.api.send("POST", collection(), item)
        self.stage.api.send("PATCH", f"{collection()}/{name}/status", {"status": self.pattern["status"]}, "application/merge-patch+json")
