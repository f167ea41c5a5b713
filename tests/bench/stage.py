"""A bare control plane with the product installed and every request of the controller written down; the controller runs with stand-in tools,
unless others are given."""
import collections
import concurrent.futures
import http.client
import json
import pathlib
import shutil
import ssl
import threading
import urllib.parse

import beds
import controller as program
import places
from kubectl import KIND, Kubectl

NAMESPACE = "bench"
PROGRAMS = places.BUILD / "tests" / "bench"
READS = ("get", "list", "watch")


class Api:
    """The API server as the observer, over connections that are kept; one per thread."""

    def __init__(self, kubeconfig):
        config = json.loads(pathlib.Path(kubeconfig).read_text())
        cluster = config["clusters"][0]["cluster"]
        self.address = urllib.parse.urlsplit(cluster["server"]).netloc
        self.trust = ssl.create_default_context(cafile=cluster["certificate-authority"])
        self.token = config["users"][0]["user"]["token"]
        self.threads = threading.local()

    def send(self, method, path, body=None, content_type="application/json"):
        if not hasattr(self.threads, "connection"):
            self.threads.connection = http.client.HTTPSConnection(self.address, context=self.trust, timeout=60)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": content_type, "Accept": "application/json"}
        self.threads.connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = self.threads.connection.getresponse()
        text = answer.read()
        assert answer.status < 300, f"{method} {path}: {answer.status} {text[:500]}"
        return json.loads(text)

    def change_and_wait(self, name, patch, wanted, seconds=330):
        """Merges into a Deployment and returns as soon as the watch shows `wanted`, which was opened before."""
        version = self.send("GET", f"{collection()}/{name}")["metadata"]["resourceVersion"]
        query = urllib.parse.urlencode({"watch": "1", "fieldSelector": f"metadata.name={name}", "resourceVersion": version, "timeoutSeconds": seconds})
        watch = http.client.HTTPSConnection(self.address, context=self.trust, timeout=seconds + 10)
        try:
            watch.request("GET", f"{collection()}?{query}", headers={"Authorization": f"Bearer {self.token}"})
            events = watch.getresponse()
            self.send("PATCH", f"{collection()}/{name}", patch, "application/merge-patch+json")
            last = None
            while line := events.readline():
                last = json.loads(line)["object"]
                if wanted(last):
                    return last
            raise AssertionError(f"not within {seconds} s: {json.dumps((last or {}).get('status'))[:3000]}")
        finally:
            watch.close()

    def for_each(self, work, items, threads=8):
        with concurrent.futures.ThreadPoolExecutor(threads) as pool:
            for _ in pool.map(work, items):
                pass


class Stage:
    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.bed = beds.Bed("control-plane", None, "--audit")
        self.tools = self.directory / "tools"

    def __enter__(self):
        self.bed.__enter__()
        try:
            program.install(self.bed.admin)
            self.account = program.account_kubeconfig(self.bed.admin, self.directory)
            self.kubectl = Kubectl(self.bed.admin, NAMESPACE)
            self.kubectl.run("create", "namespace", NAMESPACE)
            self.api = Api(self.bed.observer)
            shutil.copytree(PROGRAMS / "tools", self.tools)
        except BaseException:
            self.bed.__exit__()
            raise
        return self

    def __exit__(self, *reason):
        self.bed.__exit__(*reason)

    def controller(self, *flags, tools=None):
        """`tools`: a folder of others than the stand-ins."""
        return program.Controller(self.account, self.directory / "controller", f"--watch-namespace={NAMESPACE}", "--log-level=info",
                                  f"--tools-dir={tools or self.tools}", *flags)

    def tool_runs(self):
        """The runs of stand-in tools so far; asking for a version, done once per start, is left out."""
        journal = self.tools / "journal"
        lines = journal.read_text().splitlines() if journal.exists() else []
        return [line for line in lines if line not in ("docker --version", "kubectl version --client")]

    def requests(self, since=0):
        """How often the controller asked for what: {(verb, resource): count}. `since` is what `mark` said earlier."""
        counts = collections.Counter()
        with open(self.bed.directory / "audit.log", encoding="utf-8") as log:
            log.seek(since)
            seen = set()
            for line in log:
                event = json.loads(line)
                if not event.get("userAgent", "").startswith("deployment-orchestrator/") or event["auditID"] in seen:
                    continue
                seen.add(event["auditID"])
                target = event.get("objectRef", {})
                resource = "/".join(x for x in (target.get("resource", event["requestURI"]), target.get("subresource")) if x)
                counts[event["verb"], resource] += 1
        return counts

    def mark(self):
        log = self.bed.directory / "audit.log"
        return log.stat().st_size if log.exists() else 0

    def names(self, wanted):
        """Names of the Deployments for which `wanted(object)` is true."""
        return [item["metadata"]["name"] for item in self.kubectl.items(KIND) if wanted(item)]


def writes(counts):
    return {key: count for key, count in counts.items() if key[0] not in READS}


def collection(namespace=NAMESPACE):
    return f"/apis/deployctl.io/v1alpha1/namespaces/{namespace}/deployments"
