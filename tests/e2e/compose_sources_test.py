"""What docker-compose reads by itself while it renders a project: files of the source, and nothing else of the controller's machine."""
import pytest
from kubectl import condition
from projects import hello, services  # noqa: F401
from stand_in import Held

BED = "node"
pytestmark = pytest.mark.usefixtures("docker_daemon")


EVERYTHING = """include: [{path: parts/other.yaml, env_file: parts/vars.env}]
services:
  web:
    extends: {service: base, file: base/base.yaml}
    env_file: ["${MODE}.env", {path: none.env, required: false}]
    label_file: labels
"""


def test_files_of_the_source_that_compose_reads_are_read_wherever_in_it_they_lie(namespace, controller, hello):
    # fault S6
    item = hello(variables=[{"name": "MODE", "value": "prod"}])
    item["spec"]["source"]["inline"]["files"] = {
        "compose.yaml": EVERYTHING, "prod.env": "A=prod\n", "labels": "from=a-file\n", "base/base.env": "B=base\n", "parts/vars.env": "IMAGE=busybox:1\n",
        "base/base.yaml": "services: {base: {image: 'deployctl.local/busybox:1', env_file: ./base.env}}\n",
        "parts/other.yaml": "services: {other: {image: 'deployctl.local/${IMAGE}', env_file: ../prod.env}}\n"}
    namespace.apply(item)
    namespace.wait_ready("hello", 90)
    found = services(namespace)
    assert {"A=prod", "B=base"} <= set(found["web"]["Config"]["Env"]) and found["web"]["Config"]["Labels"]["from"] == "a-file"
    assert "A=prod" in found["other"]["Config"]["Env"]


@pytest.mark.parametrize("text, field", [
    ("services: {{web: {{image: x, env_file: {outside}}}}}", "services.web.env_file: "),
    ("x-a: &a {{env_file: {outside}}}\nservices: {{web: {{image: x, <<: [*a], env_file: !reset null}}}}", "services.web.<<[0].env_file: "),
    ("services: {{web: {{image: x, label_file: [../../../../../../..{outside}]}}}}", "services.web.label_file[0]: "),
    ("services: {{web: {{extends: {{service: base, file: {outside}}}}}}}", "services.web.extends.file: "),
    ("include: [{outside}]", "include[0]: "),
    ("x-a: &a {{include: [{outside}]}}\n<<: *a\ninclude: !reset null\nservices: {{web: {{image: x}}}}", "include[0]: "),
    ("include: ['oci://127.0.0.1:9/shop:1']", "include[0]: "),
])
def test_a_file_outside_the_source_is_refused_by_field_before_the_tool_has_run(namespace, new_controller, hello, tmp_path, text, field):
    # fault S4, S6
    outside = tmp_path / "outside"
    outside.write_text("CANARY=canary-61aa\n")
    place = Held(new_controller, tmp_path / "tools", "docker-compose", "docker")
    item = hello()
    item["spec"]["source"]["inline"]["files"] = {"compose.yaml": text.format(outside=outside)}
    namespace.apply(item)
    refused = namespace.wait_reason("hello", "InvalidSpec", 60)
    assert condition(refused, "Ready")["message"].startswith(f"compose.yaml: {field}"), condition(refused, "Ready")["message"]
    assert [run["argv"] for run in place.tool.runs() if "version" not in run["argv"]] == []
    assert "canary-61aa" not in place.controller.log()


def test_a_symlink_in_the_source_leads_nowhere_outside(namespace, controller, hello, tmp_path):
    # fault S7
    (tmp_path / "outside.env").write_text("CANARY=canary-61aa\n")
    source = controller.sources / namespace.namespace / "shop"
    source.mkdir(parents=True)
    (source / "compose.yaml").write_text("services: {web: {image: 'deployctl.local/busybox:1', env_file: link.env}}\n")
    (source / "link.env").symlink_to(tmp_path / "outside.env")
    namespace.apply(hello(source={"directory": {"path": "shop"}}))
    refused = namespace.wait_reason("hello", "InvalidSpec", 60)
    assert "link.env" in condition(refused, "Ready")["message"] and services(namespace) == {}


def test_files_that_include_each_other_are_told_by_compose(namespace, controller, hello):
    # fault S10
    item = hello()
    item["spec"]["source"]["inline"]["files"] = {"compose.yaml": "include: [a.yaml]\n", "a.yaml": "include: [compose.yaml]\n"}
    namespace.apply(item)
    refused = namespace.wait_reason("hello", "InvalidSpec", 60)
    assert "include cycle detected" in condition(refused, "Ready")["message"]
