"""Terraform modules of built-in resources, and what their state in the cluster says. With DEPLOYCTL_TERRAFORM_BINARY for that tool."""
import base64
import gzip
import json
import os

import objects

QUICK = {"retry": {"interval": "1s", "maxInterval": "1s"}}
TOOL = os.environ.get("DEPLOYCTL_TERRAFORM_BINARY", "tofu")
BINARY = {"binary": TOOL} if TOOL != "tofu" else {}
STATE, LOCK = "tfstate-default-hello-deployctl", "lock-tfstate-default-hello-deployctl"
PAGE = '''variable "greeting" {
  type = string
}
resource "terraform_data" "page" {
  input = var.greeting
}
output "page" {
  value = terraform_data.page.output
}
'''


def module(greeting="hello 1", extra="", version="1.0.0", **block):
    return objects.deployment("hello", "terraform", version=version, timeout="60s", source={"inline": {"files": {"main.tf": PAGE + extra}}},
                              variables=[{"name": "greeting", "value": greeting}], terraform={"autoApprove": True, **BINARY, **block}, **QUICK)


def resource(name, command="true"):
    """One that runs `command` when it is created."""
    return f'resource "terraform_data" "{name}" {{\n  depends_on = [terraform_data.page]\n  provisioner "local-exec" {{\n    command = {json.dumps(command)}\n  }}\n}}\n'


def state(namespace, name=STATE):
    secret = namespace.get("secret", name)
    return json.loads(gzip.decompress(base64.b64decode(secret["data"]["tfstate"])))


def in_state(namespace):
    return {f'{r["type"]}.{r["name"]}' for r in state(namespace)["resources"]}


def page(namespace):
    return state(namespace)["outputs"]["page"]["value"]


def is_locked(namespace):
    lease = namespace.find("lease", LOCK)
    return lease is not None and bool(lease["spec"].get("holderIdentity"))
