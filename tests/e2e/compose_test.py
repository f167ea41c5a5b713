"""docker-compose on the real tool: deploy, upgrade, come back from a bad upgrade, a crash in mid-step, what is not ours."""
import pathlib

import docker as daemon
import objects
import pytest
from controller import free_port
from kubectl import condition, history
from stand_in import StandIn, is_running
from waiting import wait_until

BED = "node"
pytestmark = pytest.mark.usefixtures("docker_daemon")


@pytest.fixture
def hello(namespace):
    """Makes versions of one object: the same port, the same tag for every image."""
    image, port = f"deployctl.local/{namespace.namespace}:latest", free_port()
    yield lambda *arguments, **more: objects.compose_hello(image, port, *arguments, **more)
    project = f"{namespace.namespace}_hello"
    daemon.docker("network", "rm", f"{project}_default", check=False)
    tags = daemon.docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}", "--filter", f"reference=deployctl/*/{project}/*").split()
    daemon.docker("rmi", "-f", image, *tags, check=False)


def port_of(item):
    return item["spec"]["source"]["inline"]["files"]["compose.yaml"].split("127.0.0.1:")[1].split(":")[0]


def page_of(item):
    return daemon.page(port_of(item))


def services(namespace):
    """Of the project's containers: service to docker inspect."""
    return {c["Config"]["Labels"]["com.docker.compose.service"]: c for c in daemon.containers_of(namespace.namespace, "hello")}


def kept_tags(namespace):
    return sorted(daemon.docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}", "--filter",
                                f"reference=deployctl/*/{namespace.namespace}_hello/*").split())


def test_a_compose_upgrade_that_is_never_healthy_comes_back_to_the_exact_image_of_a_tag_built_anew(namespace, controller, hello):
    # fault D1, D7
    namespace.apply(hello(version="1.0.0"))
    namespace.wait_ready("hello", 90)
    first = services(namespace)
    wanted = hello(version="1.1.0")
    namespace.apply(wanted)
    item = namespace.wait_ready("hello", 90)
    assert page_of(wanted) == "hello 1.1.0\n"
    assert item["status"]["revision"] == 2
    good = services(namespace)
    assert good["other"]["Id"] == first["other"]["Id"], "what did not change was left alone"
    assert good["web"]["Image"] != first["web"]["Image"]
    assert [tag.split("/", 2)[2] for tag in kept_tags(namespace)] == [f"{namespace.namespace}_hello/{s}:r{n}" for s in ("other", "web") for n in (1, 2)]

    namespace.apply(hello(version="1.2.0", page="broken"))
    item = namespace.wait_reason("hello", "RolledBack", 120)
    assert page_of(wanted) == "hello 1.1.0\n"
    back = services(namespace)
    assert back["web"]["Image"] == good["web"]["Image"], "the very image, though its tag means another one now"
    assert daemon.docker("image", "inspect", "--format", "{{.Id}}", f"deployctl.local/{namespace.namespace}:latest").strip() != good["web"]["Image"]
    assert back["other"]["Id"] == first["other"]["Id"]
    newest, failed = history(item)[:2]
    assert (newest["kind"], newest["result"], newest["restoredRevision"]) == ("Rollback", "Succeeded", 2)
    assert (failed["result"], failed["reason"]) == ("RolledBack", "HealthCheckFailed")
    assert "unhealthy" in failed["message"]


@pytest.mark.parametrize("step", ["build", "up", "tag"])
def test_killed_in_a_compose_upgrade_it_finishes_after_the_restart(namespace, new_controller, hello, tmp_path, step):
    # fault D2
    tool = StandIn(tmp_path / "tools", "docker" if step == "tag" else "docker-compose")
    other = StandIn(tmp_path / "tools", "docker-compose" if step == "tag" else "docker")
    program = new_controller(f"--tools-dir={tool.directory}", "--allow-loopback").start()
    namespace.apply(hello(version="1.0.0"))
    namespace.wait_ready("hello", 90)
    tool.hold(step, when="after" if step == "up" else "before")
    wanted = hello(version="1.1.0")
    namespace.apply(wanted)
    pid = tool.wait_held()
    program.kill()
    program.start()
    tool.release()
    item = namespace.wait_for("hello", lambda o: o["status"].get("version") == "1.1.0" and condition(o, "Ready")["status"] == "True", 120)
    assert "operation" not in item["status"]
    assert page_of(wanted) == "hello 1.1.0\n"
    assert set(services(namespace)) == {"web", "other"}
    wait_until(lambda: not is_running(pid), 15, what="the tool that the dead controller had started is gone")
    runs = [" ".join(run["argv"]) for run in (tool if step != "tag" else other).runs() if "version" not in run["argv"]]
    assert runs and all("--project-name=" in run for run in runs)


def test_a_project_that_holds_a_foreign_container_is_never_touched(namespace, controller, hello):
    # fault D4
    project = f"{namespace.namespace}_hello"
    foreign = daemon.docker("run", "-d", "--label", f"com.docker.compose.project={project}", "deployctl.local/busybox:1").strip()
    try:
        namespace.apply(hello())
        item = namespace.wait_for("hello", lambda o: condition(o, "Ready").get("reason") == "Conflict")
        assert "not ours" in condition(item, "Ready")["message"]
        assert foreign in daemon.docker("ps", "-q", "--no-trunc").split()
    finally:
        daemon.docker("rm", "-f", foreign)


def test_a_deleted_compose_deployment_leaves_nothing(namespace, controller, hello):
    namespace.apply(hello())
    namespace.wait_ready("hello", 90)
    kept = controller.work / "kept-sources"
    assert list(kept.iterdir())
    namespace.run("delete", "deployments.deployctl.io", "hello", "--timeout=60s")
    assert services(namespace) == {}
    assert kept_tags(namespace) == []
    assert f"{namespace.namespace}_hello_default" not in daemon.docker("network", "ls", "--format", "{{.Name}}").split()
    assert not list(kept.iterdir())


def test_a_relative_bind_mount_outlives_the_operation_and_the_controller(namespace, controller, hello):
    item = hello(files={"page/index.html": "hello from a file\n"})
    files = item["spec"]["source"]["inline"]["files"]
    files["compose.yaml"] += '    volumes: ["./page:/www:ro"]\n'
    namespace.apply(item)
    namespace.wait_ready("hello", 90)
    before = services(namespace)["other"]
    mounted = pathlib.Path(before["Mounts"][0]["Source"])
    assert (mounted / "index.html").read_text() == "hello from a file\n"
    controller.terminate()
    controller.start()
    assert (mounted / "index.html").exists()
    files["page.html"] = "hello again 1.0.0\n"
    namespace.apply(item)
    namespace.wait_for("hello", lambda o: o["status"].get("revision") == 2 and condition(o, "Ready")["status"] == "True", 90)
    assert page_of(item) == "hello again 1.0.0\n"


def test_variables_reach_the_services_and_nothing_of_the_controllers_environment_does(namespace, new_controller, hello):
    # fault D9, X2
    new_controller("--allow-loopback").start(environment={"HTTPS_PROXY": "http://leaked.example", "NO_PROXY": "*", "COMPOSE_PROFILES": "leak", "SECRET_OF_OURS": "x"})
    item = hello(variables=[{"name": "GREETING", "value": "good day"}])
    files = item["spec"]["source"]["inline"]["files"]
    files["compose.yaml"] += '    environment: ["GREETING", "SECRET_OF_OURS", "SAID=${GREETING}"]\n'
    files[".env"] = "SAID=from a file\n"
    namespace.apply(item)
    namespace.wait_ready("hello", 90)
    environment = services(namespace)["other"]["Config"]["Env"]
    assert {"GREETING=good day", "SAID=good day"} <= set(environment)
    assert not [line for line in environment if "leaked" in line or line.startswith("SECRET_OF_OURS=")]
    files["compose.yaml"] += "    labels: {x: '${SECRET_OF_OURS}'}\n"
    namespace.apply(item)
    refused = namespace.wait_for("hello", lambda o: condition(o, "Stalled").get("reason") == "InvalidSpec")
    assert "${SECRET_OF_OURS} is not defined" in condition(refused, "Ready")["message"]
