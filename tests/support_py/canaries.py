"""A secret value that must turn up nowhere it does not belong, and the places to look for it."""
import base64
import glob
import json
import pathlib
import urllib.parse

from kubectl import KIND

CANARY = 'canary-7Hq"2x/+\u00e9-secret'
REFERENCE = [{"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "vault", "key": "password"}}}]


def forms(secret):
    """Every way the value may be written."""
    return {secret, base64.b64encode(secret.encode()).decode(), urllib.parse.quote(secret), urllib.parse.quote(secret, safe=""),
            json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}


def found_in(text, secret=CANARY):
    return [form for form in forms(secret) if form in text]


def make_secret(namespace, value=CANARY):
    namespace.apply({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "vault"}, "stringData": {"password": value}})


def texts_of_api_objects(namespace):
    """Every object of the namespace except the Secrets that are meant to hold values."""
    for kind in (KIND, "events.events.k8s.io", "events", "configmaps", "leases"):
        yield kind, namespace.run("get", kind, "-o", "json")
    for secret in namespace.items("secrets"):
        if secret["metadata"]["name"] != "vault":
            yield "metadata of secret", json.dumps(secret["metadata"])


def command_lines_with(secret):
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            line = pathlib.Path(path).read_bytes().decode(errors="replace")
        except OSError:
            continue
        if found_in(line, secret):
            yield line


def files_with(secret, directory):
    return [str(path) for path in directory.rglob("*") if path.is_file() and found_in(path.read_bytes().decode(errors="replace"), secret)]
