"""The real API server and the C++ validation give the same verdict about the objects of objects.yaml."""
import copy
import json
import pathlib
import subprocess

import places
import pytest
import yaml
from api import Api
from kubectl import KIND, Kubectl
from objects import deployment

HERE = pathlib.Path(__file__).parent
VALIDATE = places.BUILD / "tests" / "contract" / "crds" / "validate_specs"
TABLE = yaml.safe_load((HERE / "objects.yaml").read_text())


def expanded(value, number=0):
    """The long texts and lists of the table, written out."""
    if isinstance(value, dict) and "$repeat" in value:
        return value["$repeat"] * value["times"]
    if isinstance(value, dict) and "$list" in value:
        return [expanded(value["$list"], i) for i in range(value["times"])]
    if isinstance(value, dict):
        return {key: expanded(each, number) for key, each in value.items()}
    if isinstance(value, list):
        return [expanded(each, number) for each in value]
    return value.replace("#", str(number)) if isinstance(value, str) else value


def put(spec, path, value):
    *parents, last = path.split(".")
    for parent in parents:
        spec = spec.setdefault(parent, {})
    if value is None:
        spec.pop(last)
    else:
        spec[last] = value


def spec_text(entry):
    """The spec of an entry as JSON text, which can say more than Python's values."""
    if "raw" in entry:
        return entry["raw"]
    spec = copy.deepcopy(TABLE["bases"][entry["of"]])
    for path, value in entry.get("set", {}).items():
        put(spec, path, expanded(value))
    return json.dumps(spec)


class Server:
    """Dry runs of creating a Deployment, with unknown fields refused: what `kubectl apply` asks."""

    PATH = "/apis/deployctl.io/v1alpha1/namespaces/default/deployments?dryRun=All&fieldValidation=Strict"

    def __init__(self, kubeconfig):
        self.api = Api(kubeconfig)

    def verdict(self, spec):
        body = '{"apiVersion":"deployctl.io/v1alpha1","kind":"Deployment","metadata":{"name":"asked"},"spec":' + spec + "}"
        code, answer = self.api.ask("POST", self.PATH, body.encode())
        assert code in (201, 400, 413, 422), answer
        return "ok" if code == 201 else json.loads(answer)["message"]


@pytest.fixture(scope="module")
def server(cluster):
    return Server(cluster.observer)


def program_verdicts(entries):
    lines = "".join(spec_text(entry) + "\n" for entry in entries)
    done = subprocess.run([VALIDATE], input=lines, stdout=subprocess.PIPE, text=True, check=True, timeout=120)
    verdicts = done.stdout.splitlines()
    assert len(verdicts) == len(entries)
    return verdicts


def compared(server, entries):
    for entry, here in zip(entries, program_verdicts(entries)):
        yield entry, {"API server": server.verdict(spec_text(entry)), "C++": here}


def test_good_objects_are_accepted_by_both(server):
    refused = [(entry["name"], verdicts) for entry, verdicts in compared(server, TABLE["good"]) if set(verdicts.values()) != {"ok"}]
    assert not refused, json.dumps(refused, indent=1)[:6000]


# fault I1, I2, I3, I4, I6, I14, S2, S3
def test_bad_objects_are_refused_by_both_and_both_name_what_is_wrong(server):
    wrong = []
    for entry, verdicts in compared(server, TABLE["bad"]):
        for who, verdict in verdicts.items():
            missing = [words for words in entry.get("says", []) if words not in verdict]
            if verdict == "ok" or missing:
                wrong.append((entry["name"], who, verdict[:400], missing))
    assert not wrong, json.dumps(wrong, indent=1)[:8000]


def test_no_two_objects_of_the_table_have_one_name():
    names = [entry["name"] for entry in TABLE["good"] + TABLE["bad"]]
    assert len(names) == len(set(names))


# fault I1
def test_an_unknown_field_is_pruned_where_it_is_not_refused(cluster, namespace):
    item = deployment("pruned", "docker", docker={"image": "a"}, colour="red")
    namespace.run("create", "--validate=false", "-f", "-", stdin=json.dumps(item))
    assert "colour" not in namespace.deployment("pruned")["spec"]


# fault I7
def test_what_is_immutable_cannot_be_changed(cluster, namespace):
    docker = deployment("d", "docker", docker={"image": "a"}, environmentRef={"name": "prod"})
    terraform = deployment("t", "terraform", source={"configMapRef": {"name": "a"}}, terraform={"workspace": "one", "backend": "Module"})
    compose = deployment("c", "docker-compose", source={"configMapRef": {"name": "a"}}, dockerCompose={"project": "one"})
    namespace.apply(docker, terraform, compose)
    for name, change, says in (
            ("d", {"type": "kubernetes", "docker": None, "kubernetes": {}, "source": {"configMapRef": {"name": "a"}}}, "type is immutable"),
            ("d", {"environmentRef": {"name": "other"}}, "environmentRef is immutable"), ("d", {"environmentRef": None}, "environmentRef is immutable"),
            ("t", {"terraform": {"workspace": "two"}}, "terraform.workspace is immutable"),
            ("t", {"terraform": {"workspace": None}}, "terraform.workspace is immutable"),
            ("t", {"terraform": {"backend": "Auto"}}, "terraform.backend is immutable"),
            ("c", {"dockerCompose": {"project": "two"}}, "dockerCompose.project is immutable")):
        done = namespace.try_run("patch", KIND, name, "--type=merge", "-p", json.dumps({"spec": change}))
        assert done.returncode != 0 and says in done.stderr, (change, done.stderr)


def test_an_environment_may_be_named_later(cluster, namespace):
    namespace.apply(deployment("d", "docker", docker={"image": "a"}))
    namespace.run("patch", KIND, "d", "--type=merge", "-p", '{"spec": {"environmentRef": {"name": "prod"}}}')


# fault I8
def test_the_largest_object_is_stored_and_read(cluster, namespace):
    files = {f"{i:02}-" + "f" * 250: "x" * 10000 for i in range(50)}
    item = deployment("large", "kubernetes", source={"inline": {"files": files}}, kubernetes={}, version="v" * 128,
                      variables=[{"name": f"A{i}", "value": "y" * 3000} for i in range(128)],
                      env=[{"name": f"A{i}", "value": "z" * 3000} for i in range(128)])
    namespace.run("create", "-f", "-", stdin=json.dumps(item))
    stored = namespace.deployment("large")
    assert len(json.dumps(stored["spec"])) > 1_200_000
    done = subprocess.run([VALIDATE], input=json.dumps(stored["spec"]) + "\n", stdout=subprocess.PIPE, text=True, check=True, timeout=60)
    assert done.stdout == "ok\n"


def test_the_status_of_a_new_object_is_older_than_its_first_generation(cluster, namespace):
    namespace.apply(deployment("new", "docker", docker={"image": "a"}))
    assert namespace.deployment("new")["status"] == {"observedGeneration": -1}


def test_defaults_are_filled_in_except_what_an_environment_may_default(cluster, namespace):
    namespace.apply(deployment("d", "docker", docker={"image": "a"}, health={"post": [{"name": "a", "command": ["a"]}]}))
    assert namespace.deployment("d")["spec"] == {
        "type": "docker", "docker": {"image": "a", "restartPolicy": "unless-stopped", "pull": "IfNotPresent"},
        "health": {"post": [{"name": "a", "command": ["a"]}]},
        "path": ".", "historyLimit": 10, "interval": "10m", "suspend": False, "deletionPolicy": "Destroy", "strategy": "Recreate"}


def test_kubectl_explains_every_field(cluster):
    for kind in (KIND, "environments.deployctl.io"):
        for part in ("", ".spec", ".status", ".spec.health" if kind == KIND else ".spec.defaults"):
            text = Kubectl(cluster.observer).run("explain", kind + part)
            assert "<no description>" not in text.split("metadata\t")[0], text


def test_kubectl_get_shows_what_people_look_for(cluster, namespace):
    namespace.apply(deployment("web", "docker", version="1.0", docker={"image": "a"}))
    now = "2026-01-01T00:00:00Z"
    ready = {"type": "Ready", "status": "True", "reason": "Succeeded", "message": "serves", "lastTransitionTime": now}
    status = {"conditions": [ready], "revision": 7, "version": "1.0", "lastSuccessAt": now, "target": {"project": "shop_web"}}
    namespace.run("patch", "dctl", "web", "--subresource=status", "--type=merge", "-p", json.dumps({"status": status}))
    lines = [line.split() for line in namespace.run("get", "dctl", "-o", "wide").splitlines()]
    assert lines[0] == ["NAME", "READY", "REASON", "VERSION", "REVISION", "TYPE", "AGE", "MESSAGE", "LAST-SUCCESS", "TARGET"]
    assert lines[1][:6] == ["web", "True", "Succeeded", "1.0", "7", "docker"] and lines[1][-1] == "shop_web"
    assert namespace.run("get", "deployctl", "-o", "name").split() == ["deployment.deployctl.io/web"]
