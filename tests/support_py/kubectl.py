"""kubectl under one identity."""
import json
import subprocess

import places
from api import Api
from waiting import wait_until

KIND = "deployments.deployctl.io"
PATH = "/apis/deployctl.io/v1alpha1/namespaces/{}/deployments/{}"


class Kubectl:
    def __init__(self, kubeconfig, namespace="default"):
        self.kubeconfig = kubeconfig
        self.namespace = namespace
        self.api = None

    def in_namespace(self, namespace):
        return Kubectl(self.kubeconfig, namespace)

    def try_run(self, *arguments, stdin=None, timeout=120):
        """The finished process, whatever its exit code."""
        command = [places.tools() / "kubectl", f"--kubeconfig={self.kubeconfig}", f"--namespace={self.namespace}", *map(str, arguments)]
        return subprocess.run(command, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=timeout, check=False)

    def run(self, *arguments, stdin=None, timeout=120):
        """Standard output; fails with both outputs when the exit code is not 0."""
        done = self.try_run(*arguments, stdin=stdin, timeout=timeout)
        assert done.returncode == 0, f"kubectl {' '.join(map(str, arguments))}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def apply(self, *objects):
        return self.run("apply", "--server-side", "-f", "-", stdin="\n".join(json.dumps(o) for o in objects))

    def find(self, resource, name):
        """The object, or None when it does not exist."""
        text = self.run("get", resource, name, "-o", "json", "--ignore-not-found")
        return json.loads(text) if text.strip() else None

    def get(self, resource, name):
        found = self.find(resource, name)
        assert found is not None, f"{resource} {self.namespace}/{name} does not exist"
        return found

    def items(self, resource, *arguments):
        return json.loads(self.run("get", resource, "-o", "json", *arguments))["items"]

    def find_deployment(self, name):
        """The object, or None when it does not exist."""
        self.api = self.api or Api(self.kubeconfig)
        return self.api.find(PATH.format(self.namespace, name))

    def deployment(self, name):
        found = self.find_deployment(name)
        assert found is not None, f"{KIND} {self.namespace}/{name} does not exist"
        return found

    def annotate(self, name, **values):
        """Request annotations: annotate("web", force_at="now") sets deployctl.io/force-at."""
        words = [f"deployctl.io/{key.replace('_', '-')}={value}" for key, value in values.items()]
        self.run("annotate", "--overwrite", "--field-manager=deployctl", KIND, name, *words)

    def wait_for(self, name, wanted, seconds=60):
        """Polls the object until `wanted(object)` is true and returns the object."""
        seen = {}

        def reached():
            seen["object"] = self.find_deployment(name)
            return seen["object"] if seen["object"] and wanted(seen["object"]) else None
        return wait_until(reached, seconds, what=lambda: json.dumps((seen.get("object") or {}).get("status"), indent=1)[:6000])

    def wait_ready(self, name, seconds=60):
        return self.wait_for(name, is_current_and_ready, seconds)

    def wait_reason(self, name, reason, seconds=60):
        return self.wait_for(name, lambda o: condition(o, "Ready").get("reason") == reason and
                             o["status"].get("observedGeneration") == o["metadata"]["generation"], seconds)


def condition(item, kind):
    """The condition of that type, or {}."""
    return next((c for c in item.get("status", {}).get("conditions", []) if c["type"] == kind), {})


def is_current_and_ready(item):
    ready = condition(item, "Ready")
    return ready.get("status") == "True" and item["status"].get("observedGeneration") == item["metadata"]["generation"]


def history(item):
    return item["status"].get("history", [])
