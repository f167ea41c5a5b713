"""docker-compose on the real tool: deploy, upgrade, come back from a bad upgrade, a crash in mid-step, what is not ours."""
import pathlib
import shutil
import time

import docker as daemon
import objects
import places
import pytest
from controller import Controller, account_kubeconfig, free_port, install
from kubectl import KIND, Kubectl, condition, history
from projects import folder, hello, kept_tags, page_of, services, tags_of  # noqa: F401
from waiting import wait_until

BED = "node"
pytestmark = pytest.mark.usefixtures("docker_daemon")


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
    assert kept_tags(namespace) == tags_of(namespace, 1, 2)

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


def test_two_clusters_with_objects_of_one_name_keep_their_images_apart_on_one_daemon(namespace, controller, control_plane, hello, tmp_path):
    install(control_plane.admin)
    theirs = Kubectl(control_plane.observer, namespace.namespace)
    theirs.run("create", "namespace", theirs.namespace)
    other = Controller(account_kubeconfig(control_plane.admin, tmp_path), tmp_path / "other", f"--watch-namespace={theirs.namespace}", "--allow-loopback").start()
    try:
        item = hello()
        image, port = f"deployctl.local/{namespace.namespace}-theirs:latest", free_port()
        same_name = objects.compose_hello(image, port)
        same_name["spec"]["dockerCompose"]["project"] = f"{namespace.namespace}-theirs"
        namespace.apply(item)
        theirs.apply(same_name)
        namespace.wait_ready("hello", 90)
        theirs.wait_ready("hello", 90)
        assert kept_tags(namespace, folder(theirs)) == tags_of(theirs, 1) and kept_tags(namespace, folder(namespace)) == tags_of(namespace, 1)
        theirs.run("delete", KIND, "hello", "--timeout=60s")
        assert kept_tags(namespace) == tags_of(namespace, 1), "what the other cluster let go of was its own"
        namespace.run("delete", KIND, "hello", "--timeout=60s")
        assert kept_tags(namespace) == []
    finally:
        other.stop()
        daemon.docker("rmi", "-f", image, check=False)


OTHER_MACHINE = b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\x00\xf3\x00" + bytes(44)  # RISC-V


@pytest.mark.parametrize("make, sentence", [
    (lambda path: None, 'program "docker-compose" not found in '),
    (lambda path: (path.write_text("#!/bin/sh\n"), path.chmod(0o644)), "cannot run {path}: Permission denied"),
    (lambda path: (path.write_bytes(OTHER_MACHINE), path.chmod(0o755)), "Exec format error"),
    (lambda path: (path.write_text('#!/bin/sh\necho "unknown flag: --project-name" >&2\nexit 1\n'), path.chmod(0o755)), "version 2 is needed"),
])
def test_without_a_compose_that_can_be_used_it_is_said_and_tried_again_with_patience(namespace, new_controller, hello, tmp_path, make, sentence):
    # fault P5
    path = tmp_path / "tools" / "docker-compose"
    path.parent.mkdir()
    make(path)
    program = new_controller(f"--tools-dir={path.parent}", "--allow-loopback").start()
    namespace.apply(hello(retry={"interval": "2s", "maxInterval": "4s"}))
    if not path.exists() and (shutil.which("docker-compose") or list(pathlib.Path("/usr").glob("l*/**/cli-plugins/docker-compose"))):
        namespace.wait_ready("hello", 90)  # with the one that the machine has
        return
    item = namespace.wait_for("hello", lambda o: condition(o, "Ready").get("reason") == "ExecutorUnavailable", 60)
    assert sentence.format(path=path) in condition(item, "Ready")["message"], condition(item, "Ready")["message"]
    assert condition(item, "Stalled") == {} and services(namespace) == {}
    time.sleep(6)
    tries = len(program.log().split("ExecutorUnavailable"))
    assert tries < 20, "no storm of attempts"
    path.unlink(missing_ok=True)
    path.symlink_to(places.tools() / "docker-compose")
    namespace.wait_ready("hello", 90)


CRASHES = 'services: {{web: {{image: "deployctl.local/busybox:1", restart: "{restart}", command: ["/bin/sh", "-c", "{command}"]}}}}\n'


def crashing(hello, version, command, restart="always", **spec):
    item = hello(version=version, **spec)
    item["spec"]["source"]["inline"]["files"] = {"compose.yaml": CRASHES.format(command=command, restart=restart)}
    return item


def test_a_service_that_runs_well_at_first_and_crashes_while_it_is_watched_is_rolled_back(namespace, controller, hello):
    # fault D10
    namespace.apply(crashing(hello, "1.0.0", "exec sleep 3600"))
    namespace.wait_ready("hello", 90)
    good = services(namespace)["web"]["Image"]
    namespace.apply(crashing(hello, "1.1.0", "sleep 6; exit 3", "no", health={"stableFor": "12s"}))
    item = namespace.wait_reason("hello", "RolledBack", 120)
    failed = next(entry for entry in history(item) if entry["kind"] == "Deploy" and entry["result"] == "RolledBack")
    assert failed["reason"] == "HealthCheckFailed" and "exited with code 3" in failed["message"], failed
    assert services(namespace)["web"]["Image"] == good and services(namespace)["web"]["Config"]["Cmd"][-1] == "exec sleep 3600"


def test_a_service_that_begins_to_crash_later_is_told_at_the_next_look(namespace, controller, hello):
    # fault D10
    namespace.apply(crashing(hello, "1.0.0", "if [ -e /tmp/again ]; then sleep 1; else touch /tmp/again; sleep 12; fi; exit 3"))
    namespace.wait_ready("hello", 90)
    wait_until(lambda: services(namespace)["web"]["RestartCount"] > 0, 60)

    def looked_again():
        namespace.annotate("hello", requested_at=str(time.monotonic()))
        return condition(namespace.deployment("hello"), "Ready")["status"] == "False"
    wait_until(looked_again, 60, every=2)
