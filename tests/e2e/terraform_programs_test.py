"""What a module runs where the controller runs: allowed with its output redacted, refused in restricted mode; and which cluster it is led to."""
import functools
import http.server
import json
import threading
import zipfile

import pytest
from kubectl import condition
from modules import in_state, module, resource
from waiting import stays

PROGRAM = 'resource "terraform_data" "program" {\n  provisioner "local-exec" {\n    command = "true"\n  }\n}\n'


@pytest.fixture
def archives(tmp_path):
    """A directory that is served on loopback, and its address."""
    directory = tmp_path / "archives"
    directory.mkdir()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(http.server.SimpleHTTPRequestHandler, directory=directory))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield directory, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


# fault T11, T12
def test_what_a_local_exec_prints_is_redacted_when_all_goes_well(namespace, controller):
    canary = "canary-5d1f0c77"
    namespace.run("create", "secret", "generic", "login", f"--from-literal=password={canary}")
    wanted = module(extra='variable "password" {}\n' + resource("noisy", "echo the password is ${var.password}"))
    wanted["spec"]["variables"].append({"name": "password", "valueFrom": {"secretKeyRef": {"name": "login", "key": "password"}}})
    namespace.apply(wanted)
    item = namespace.wait_ready("hello")
    assert in_state(namespace) == {"terraform_data.page", "terraform_data.noisy"}, "it is allowed"
    assert canary not in json.dumps(item) and canary not in controller.log()
    assert canary not in namespace.run("get", "events.events.k8s.io", "-o", "json")


# fault T12
@pytest.mark.parametrize("where", ["main.tf", "net/main.tf", "modules/far/main.tf"])
def test_in_restricted_mode_a_module_that_runs_programs_is_refused_with_file_and_block(namespace, new_controller, archives, where):
    directory, address = archives
    new_controller("--restricted").start()
    with zipfile.ZipFile(directory / "far.zip", "w") as far:
        far.writestr("main.tf", PROGRAM if where == "modules/far/main.tf" else 'resource "terraform_data" "far" {\n}\n')
    wanted = module(extra=f'module "net" {{\n  source = "./net"\n}}\nmodule "far" {{\n  source = "{address}/far.zip"\n}}\n')
    files = wanted["spec"]["source"]["inline"]["files"]
    files["net/main.tf"] = PROGRAM if where == "net/main.tf" else 'resource "terraform_data" "net" {\n}\n'
    files["examples/main.tf"] = PROGRAM  # nothing uses it
    good = json.loads(json.dumps(wanted))
    if where == "main.tf":
        files["main.tf"] += PROGRAM
    namespace.apply(wanted)
    item = namespace.wait_reason("hello", "InvalidSpec")
    message = condition(item, "Ready")["message"]
    assert f"{where}:" in message and 'provisioner "local-exec" is not allowed in restricted mode' in message
    if where == "net/main.tf":
        good["spec"]["source"]["inline"]["files"]["net/main.tf"] = 'resource "terraform_data" "net" {\n}\n'
    if where != "modules/far/main.tf":
        namespace.apply(good)
        namespace.wait_ready("hello")


def test_a_kubeconfig_of_the_user_reaches_the_module_and_does_not_move_the_state(namespace, controller, tmp_path):
    seen, theirs = tmp_path / "seen", tmp_path / "theirs"
    theirs.write_text('{"apiVersion": "v1", "kind": "Config", "current-context": "x", "clusters": [{"name": "x", "cluster": {"server": "https://127.0.0.1:1"}}], '
                      '"contexts": [{"name": "x", "context": {"cluster": "x", "user": "x"}}], "users": [{"name": "x", "user": {}}]}')
    wanted = module(extra=resource("look", f'echo "$KUBE_CONFIG_PATH" >{seen}'))
    wanted["spec"]["env"] = [{"name": "KUBE_CONFIG_PATH", "value": str(theirs)}]
    namespace.apply(wanted)
    namespace.wait_ready("hello")
    assert seen.read_text() == f"{theirs}\n"
    assert in_state(namespace) == {"terraform_data.page", "terraform_data.look"}, "in our cluster"


# fault S3
def test_a_variable_that_would_lead_the_state_elsewhere_is_refused(namespace, controller):
    wanted = module()
    wanted["spec"]["env"] = [{"name": "KUBE_HOST", "value": "https://127.0.0.1:1"}]
    namespace.apply(wanted)
    item = namespace.wait_reason("hello", "InvalidSpec")
    assert "spec.env KUBE_HOST: the state is kept in the cluster" in condition(item, "Ready")["message"]
    stays(lambda: "revision" not in namespace.deployment("hello")["status"] or namespace.deployment("hello")["status"]["revision"] == 0, 2)
