"""kill -9 of the controller in the middle of each step of ansible, then a restart: it ends as if nothing had happened, and no task runs twice at a time."""
import json

import pytest
from kubectl import KIND, condition
from playbooks import Host, playbook, runs, secret, site, writes
from stand_in import Held
from waiting import wait_until


@pytest.fixture
def host(ssh_host, namespace, tmp_path):
    """A host that the namespace's Secret `login` opens."""
    made = Host(ssh_host, tmp_path / "host")
    namespace.apply(secret("login", made.login()))
    return made


@pytest.fixture
def held(new_controller, tmp_path):
    return lambda name: Held(new_controller, tmp_path / "tools", name)


def marked(folder, mark):
    """A task that leaves a mark when it begins and when it ends, and one more when it meets another of its kind."""
    return runs(f"exec 9>{folder}/lock; flock -n 9 || touch {folder}/twice; echo {mark} began >>{folder}/journal; sleep 0.5; echo {mark} ended >>{folder}/journal")


def deploys(host, version):
    return [marked(host.folder, version), writes(host.folder / "page", f"hello {version}")]


def has_version(version):
    return lambda o: o["status"].get("version") == version and condition(o, "Ready")["status"] == "True" and "operation" not in o["status"]


def assert_one_at_a_time(host, mark):
    lines = [line for line in (host.read("journal") or "").splitlines() if line.startswith(mark)]
    assert host.read("twice") is None and lines[-2:] == [f"{mark} began", f"{mark} ended"], lines
    return lines


PLAYS = {"without": ["--list-hosts", "--version"]}


@pytest.mark.parametrize("tool, words, rules", [
    ("ansible-galaxy", ["install"], {}), ("ansible-galaxy", ["install"], {"when": "after"}),
    ("ansible-playbook", ["--list-hosts"], {}), ("ansible-playbook", ["--list-hosts"], {"when": "after"}),
    ("ansible-playbook", [], PLAYS), ("ansible-playbook", [], {"when": "after", **PLAYS})])
def test_killed_in_any_step_of_an_ansible_upgrade_it_ends_as_if_nothing_had_happened(namespace, host, held, tool, words, rules):
    # fault R1, R2
    more = {"files": {"requirements.yml": "roles: []\n"}, "ansible": {"requirements": "requirements.yml"}} if tool == "ansible-galaxy" else {}
    place = held(tool)
    namespace.apply(site(host, deploys(host, "1.0.0"), **more))
    namespace.wait_ready("site", 90)
    place.tool.hold(*words, **rules)
    namespace.apply(site(host, deploys(host, "1.1.0"), "1.1.0", **more))
    place.die()
    namespace.wait_for("site", has_version("1.1.0"), 120)
    assert host.read("page") == "hello 1.1.0"
    lines = assert_one_at_a_time(host, "1.1.0")
    played_before = tool == "ansible-playbook" and not words and rules.get("when") == "after"
    assert len(lines) == (4 if played_before else 2), "a playbook that ran to its end unseen runs again, after it; any other once"


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_in_a_rollback_playbook_it_goes_on_backwards(namespace, host, held, when):
    # fault R1, R3
    place = held("ansible-playbook")
    back = playbook(marked(host.folder, "back"), writes(host.folder / "page", "hello {{ DEPLOYCTL_VERSION }}"))
    more = {"files": {"back.yml": back}, "ansible": {"rollbackPlaybook": "back.yml"}}
    namespace.apply(site(host, deploys(host, "1.0.0"), **more))
    namespace.wait_ready("site", 90)
    revisions = json.dumps({"deployctl_from_revision": 2, "deployctl_to_revision": 1}, separators=(",", ":"))
    place.tool.hold(f"--extra-vars={revisions}", when=when)
    namespace.apply(site(host, [*deploys(host, "1.1.0"), runs("exit 1")], "1.1.0", **more))
    place.die()
    namespace.wait_reason("site", "RolledBack", 120)
    assert host.read("page") == "hello 1.0.0"
    assert_one_at_a_time(host, "back")


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_in_a_destroy_playbook_it_goes_on_destroying(namespace, host, held, when):
    # fault R1, F1
    place = held("ansible-playbook")
    destroy = playbook(marked(host.folder, "gone"), ("gone", f'ansible.builtin.file: {{path: "{host.folder / "page"}", state: absent}}'))
    namespace.apply(site(host, deploys(host, "1.0.0"), files={"destroy.yml": destroy}, ansible={"destroyPlaybook": "destroy.yml"}))
    namespace.wait_ready("site", 90)
    place.tool.hold(when=when, **PLAYS)
    namespace.run("delete", KIND, "site", "--wait=false")
    place.die()
    wait_until(lambda: namespace.find_deployment("site") is None, 120)
    assert host.read("page") is None
    assert_one_at_a_time(host, "gone")
