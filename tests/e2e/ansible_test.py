"""Playbooks over ssh by the shipped program; what they did is read by another ssh client."""
import io
import os
import pathlib
import re
import signal
import socket
import subprocess
import tarfile
import textwrap

import places
import pytest
from controller import free_port
from kubectl import KIND, condition, history
from playbooks import Host, playbook, runs, secret, site, writes
from waiting import wait_until


@pytest.fixture
def host(ssh_host, namespace, tmp_path):
    """A host that the namespace's Secret `login` opens."""
    made = Host(ssh_host, tmp_path / "host")
    namespace.apply(secret("login", made.login()))
    return made


def message(item):
    return condition(item, "Ready")["message"]


def page(host, version):
    return writes(host.folder / "page", f"hello {version}")


def test_the_sample_becomes_ready_and_its_destroy_playbook_cleans_up(namespace, ssh_host, host, controller):
    sample = (places.SAMPLES / "ansible.yaml").read_text()
    port = (ssh_host.directory / "port").read_text().strip()
    namespace.apply(secret("hello-ansible-ssh", host.login()))
    namespace.run("apply", "--server-side", "-f", "-", stdin=sample.replace("18022", port).replace("/tmp/hello-ansible", str(host.folder)))
    namespace.wait_ready("hello-ansible", 90)
    assert host.read("page") == "hello 1.0.0\n"
    namespace.run("delete", KIND, "hello-ansible", "--timeout=90s")
    assert host.read("page") is None


def processes_with(text):
    """Processes whose command line or environment holds the text, this one apart."""
    found = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            continue
        if text.encode() in words and int(process.name) != os.getpid():
            found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace") if process.exists() else process.name)
    return found


def test_a_playbook_is_deployed_upgraded_and_destroyed_over_ssh(namespace, host, controller):
    destroy = playbook(("gone", f'ansible.builtin.file: {{path: "{host.folder / "page"}", state: absent}}'))
    more = {"files": {"destroy.yml": destroy}, "ansible": {"destroyPlaybook": "destroy.yml"}}
    namespace.apply(site(host, [page(host, "1.0.0")], **more))
    item = namespace.wait_ready("site", 90)
    assert host.read("page") == "hello 1.0.0" and "1 host, 1 task ok, 1 changed" in message(item)
    namespace.apply(site(host, [page(host, "1.1.0")], "1.1.0", **more))
    namespace.wait_for("site", lambda o: o["status"].get("version") == "1.1.0", 90)
    assert host.read("page") == "hello 1.1.0"
    assert processes_with(f"{controller.work}/") == [], "no connection outlives a run"
    namespace.run("delete", KIND, "site", "--timeout=90s")
    assert host.read("page") is None


def test_a_bad_upgrade_is_undone_by_the_rollback_playbook(namespace, host, controller):
    back = playbook(page(host, "1.0.0"),
                    writes(host.folder / "note", "{{ deployctl_from_revision }} {{ deployctl_to_revision }} {{ DEPLOYCTL_VERSION }}"))
    more = {"files": {"back.yml": back}, "ansible": {"rollbackPlaybook": "back.yml"}}
    namespace.apply(site(host, [page(host, "1.0.0")], **more))
    namespace.wait_ready("site", 90)
    namespace.apply(site(host, [page(host, "1.1.0"), runs("echo no space left >&2; exit 1")], "1.1.0", **more))
    item = namespace.wait_reason("site", "RolledBack", 120)
    assert host.read("page") == "hello 1.0.0" and host.read("note") == "2 1 1.0.0"
    assert 'task "run" on web1: non-zero return code: no space left' in message(item)


def test_without_a_rollback_playbook_the_previous_one_runs_again_and_says_what_that_leaves(namespace, host, controller):
    # fault H10
    namespace.apply(site(host, [page(host, "1.0.0")]))
    namespace.wait_ready("site", 90)
    namespace.apply(site(host, [page(host, "1.1.0"), writes(host.folder / "extra", "new"), runs("exit 1")], "1.1.0"))
    item = namespace.wait_reason("site", "RolledBack", 120)
    assert host.read("page") == "hello 1.0.0" and host.read("extra") == "new"
    assert "tasks that it does not have are not undone" in message(item)
    namespace.run("delete", KIND, "site", "--timeout=90s")
    assert host.read("page") == "hello 1.0.0"
    notes = [e["note"] for e in namespace.items("events.events.k8s.io") if e["type"] == "Warning"]
    assert any("nothing was changed on the hosts" in note for note in notes), notes


def test_killed_in_a_playbook_it_ends_as_if_nothing_had_happened_and_no_task_runs_twice_at_a_time(namespace, host, controller):
    # fault R1
    folder = host.folder
    slow = runs(f"exec 9>{folder}/lock; flock -n 9 || touch {folder}/twice; echo began >>{folder}/journal; test -e {folder}/go || sleep 30; "
                f"echo ended >>{folder}/journal")
    namespace.apply(site(host, [slow, page(host, "1.0.0")]))
    wait_until(lambda: host.read("journal") == "began\n", 60)
    controller.kill()
    (folder / "go").touch()
    controller.start()
    namespace.wait_ready("site", 120)
    assert host.read("page") == "hello 1.0.0"
    assert host.read("journal") == "began\nbegan\nended\n", "the task that was cut off did not go on"
    assert host.read("twice") is None


def test_a_hanging_task_is_stopped_when_its_time_is_up_and_nothing_goes_on_working(namespace, host, controller):
    # fault N3, N10
    namespace.apply(site(host, [runs(f"echo began >>{host.folder}/journal; sleep 98765")], timeout="15s", retry={"limit": 1}))
    item = namespace.wait_for("site", lambda o: history(o) and history(o)[0]["reason"] == "StepTimeout", 90)
    assert "took longer than 15s" in history(item)[0]["message"] or "did not end in time" in history(item)[0]["message"]
    wait_until(lambda: not [p for p in processes_with("sleep") if "98765" in p], 20, what="the command on the host has ended")
    assert host.read("journal") == "began\n"


def test_an_unreachable_host_is_told_and_tried_again(namespace, host, controller):
    # fault N2
    namespace.apply(site(host, [page(host, "1.0.0")], inventory=host.line(port=1)))
    item = namespace.wait_for("site", lambda o: condition(o, "Ready").get("reason") == "ExecutorUnavailable", 90)
    assert "of 1 host, 1 unreachable" in message(item) and "Connection refused" in message(item)
    assert condition(item, "Stalled") == {}


def test_one_unreachable_host_of_two_fails_the_release_with_counts(namespace, host, controller):
    # fault N4
    namespace.apply(site(host, [page(host, "1.0.0")], inventory=host.line() + host.line("web2", 1), retry={"limit": 1}))
    item = namespace.wait_for("site", lambda o: history(o) and history(o)[0]["result"] == "Failed", 90)
    assert "of 2 hosts, 1 unreachable" in history(item)[0]["message"] and history(item)[0]["reason"] == "StepFailed"


def test_an_unknown_host_key_is_never_accepted(namespace, host, controller):
    # fault N7
    namespace.apply(secret("login", {**host.login(), "known_hosts": "example.org ssh-ed25519 AAAA\n"}), site(host, [page(host, "1.0.0")]))
    item = namespace.wait_for("site", lambda o: condition(o, "Ready").get("reason") == "ExecutorUnavailable", 90)
    assert "Host key verification failed" in message(item) and host.read("page") is None


def vaulted(tmp_path, password, value):
    (tmp_path / "password").write_text(password)
    done = subprocess.run(["ansible-vault", "encrypt_string", f"--vault-password-file={tmp_path / 'password'}", "--name=greeting", value],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=True, env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "LANG": "C.UTF-8"})
    return done.stdout


def test_an_encrypted_variable_of_the_inventory_is_read_with_the_vault_password(namespace, host, controller, tmp_path):
    # fault N9
    encrypted = textwrap.indent(vaulted(tmp_path, "canary-vault-password", "hello vault"), "    ")
    inventory = f"all:\n  hosts:\n    web1: {host.variables()}\n  vars:\n{encrypted}\n"
    more = {"inventory": inventory, "ansible": {"vaultPasswordSecretRef": {"name": "vault"}}}
    namespace.apply(secret("vault", {"password": "canary-vault-password"}), site(host, [writes(host.folder / "page", "{{ greeting }}")], **more))
    namespace.wait_ready("site", 90)
    assert host.read("page") == "hello vault" and "canary-vault-password" not in controller.log()


def test_a_wrong_vault_password_is_waited_for_and_nothing_is_rolled_back(namespace, host, controller, tmp_path):
    # fault N9
    encrypted = textwrap.indent(vaulted(tmp_path, "canary-vault-password", "hello vault"), "    ")
    inventory = f"all:\n  hosts:\n    web1: {host.variables()}\n  vars:\n{encrypted}\n"
    more = {"inventory": inventory, "ansible": {"vaultPasswordSecretRef": {"name": "vault"}}}
    namespace.apply(secret("vault", {"password": "canary-of-yesterday"}), site(host, [page(host, "1.0.0")], **more))
    namespace.wait_ready("site", 90)
    namespace.apply(site(host, [writes(host.folder / "page", "{{ greeting }}")], "1.1.0", **more))
    item = namespace.wait_for("site", lambda o: condition(o, "Ready").get("reason") == "DependencyNotReady", 90)
    assert "spec.ansible.vaultPasswordSecretRef: the password does not decrypt what is encrypted: of 1 host, 1 failed" in message(item), message(item)
    assert condition(item, "Stalled") == {} and [entry["kind"] for entry in history(item)] == ["Deploy", "Deploy"]
    assert "canary" not in message(item) and host.read("page") == "hello 1.0.0"
    namespace.apply(secret("vault", {"password": "canary-vault-password"}))
    namespace.wait_for("site", lambda o: o["status"].get("version") == "1.1.0" and condition(o, "Ready")["status"] == "True", 90)
    assert host.read("page") == "hello vault" and "canary-vault-password" not in controller.log()


def role_archive(path, text):
    """A role that says so on its host: what `requirements` installs, without a server."""
    with tarfile.open(path, "w:gz") as archive:
        for name, content in (("meta/main.yml", "galaxy_info: {author: a, description: d, license: MIT, min_ansible_version: '2.14'}\n"), ("tasks/main.yml", text)):
            entry = tarfile.TarInfo(f"greet/{name}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content.encode()))
    return path


def with_role(host, archive, **spec):
    files = {"requirements.yml": f'roles:\n  - {{name: greet, src: "file://{archive}"}}\n',
             "site.yml": "- hosts: all\n  gather_facts: false\n  roles: [greet]\n"}
    return site(host, [], files=files, ansible={"requirements": "requirements.yml"}, **spec)


def test_required_roles_are_installed_for_the_run_alone(namespace, host, controller, tmp_path):
    archive = role_archive(tmp_path / "greet.tar.gz", f'- ansible.builtin.copy: {{dest: "{host.folder}/page", content: "hello role", mode: "0644"}}\n')
    namespace.apply(with_role(host, archive))
    namespace.wait_ready("site", 90)
    assert host.read("page") == "hello role"
    wait_until(lambda: not list(controller.work.rglob("greet")), 20, what="the role is gone with the operation")


@pytest.mark.parametrize("requirement", ['collections:\n  - {{name: community.docker, source: "http://127.0.0.1:{port}/"}}\n',
                                         'roles:\n  - {{name: greet, src: "http://127.0.0.1:{port}/greet.tar.gz"}}\n'])
def test_a_server_of_roles_that_does_not_answer_is_a_source_that_failed_and_nothing_is_touched(namespace, host, controller, requirement):
    # fault N2
    more = {"files": {"requirements.yml": requirement.format(port=free_port())}, "ansible": {"requirements": "requirements.yml"}}
    namespace.apply(site(host, [page(host, "1.0.0")]))
    namespace.wait_ready("site", 90)
    namespace.apply(site(host, [page(host, "1.1.0")], "1.1.0", **more))
    item = namespace.wait_for("site", lambda o: condition(o, "Ready").get("reason") == "SourceFailed", 120)
    assert message(item).startswith("spec.ansible.requirements: ") and "Connection refused" in message(item), message(item)
    assert condition(item, "Stalled") == {} and host.read("page") == "hello 1.0.0"
    namespace.apply(site(host, [page(host, "1.1.0")], "1.1.0"))
    namespace.wait_for("site", lambda o: o["status"].get("version") == "1.1.0" and condition(o, "Ready")["status"] == "True", 90)


def test_a_host_that_accepts_and_says_nothing_is_unreachable(namespace, host, controller):
    # fault N10
    with socket.create_server(("127.0.0.1", 0)) as silent:
        namespace.apply(site(host, [page(host, "1.0.0")], inventory=host.line(port=silent.getsockname()[1])))
        item = namespace.wait_for("site", lambda o: condition(o, "Ready").get("reason") == "ExecutorUnavailable", 90)
    assert "of 1 host, 1 unreachable" in message(item) and "timed out" in message(item).lower(), message(item)


def test_become_tags_and_limit_decide_who_does_what_where(namespace, host, controller):
    become = "{ansible_become_method: su, ansible_become_user: nobody, ansible_become_flags: '-s /bin/sh'}"
    tagged = ("as another", f"ansible.builtin.command: id -un\n      register: who\n      tags: [chosen]\n      vars: {become}")
    told = ("told", f'ansible.builtin.copy: {{dest: "{host.folder}/{{{{ inventory_hostname }}}}", content: "{{{{ who.stdout }}}}", mode: "0644"}}\n'
                    "      become: false\n      tags: [chosen]")
    namespace.apply(site(host, [tagged, told, page(host, "1.0.0")], inventory=host.line() + host.line("web2"),
                         ansible={"become": True, "tags": ["chosen"], "limit": "web2"}))
    namespace.wait_ready("site", 90)
    assert (host.read("web2"), host.read("web1"), host.read("page")) == ("nobody", None, None)


@pytest.mark.parametrize("change, sentence", [
    ({"files": {"site.yml": "- hots: all\n"}}, "'hots' is not a valid attribute for a Play"),
    ({"ansible": {"playbook": "missing.yml"}}, 'spec.ansible.playbook: the source has no "missing.yml"'),
    ({"hosts": "database"}, "no hosts matched"),
    ({"ansible": {"limit": "database"}}, "limit"),
])
def test_what_cannot_work_is_stalled_with_a_sentence_and_nothing_is_touched(namespace, host, controller, change, sentence):
    # fault N2
    namespace.apply(site(host, [page(host, "1.0.0")], **change))
    item = namespace.wait_reason("site", "InvalidSpec", 90)
    assert condition(item, "Stalled")["status"] == "True" and sentence in message(item), message(item)
    assert str(controller.work) not in message(item) and host.read("page") is None


EVIL = """from ansible.plugins.callback import CallbackBase
class CallbackModule(CallbackBase):
    CALLBACK_VERSION, CALLBACK_TYPE, CALLBACK_NAME = 2.0, "notification", "evil"
    def v2_playbook_on_start(self, playbook):
        open("{path}", "w").close()
"""


def test_a_sources_own_configuration_and_callbacks_are_ignored(namespace, host, controller):
    # fault N8
    source = controller.sources / namespace.namespace / "site"
    (source / "callback_plugins").mkdir(parents=True)
    (source / "ansible.cfg").write_text("[defaults]\nstdout_callback = minimal\nroles_path = /nowhere\n")
    (source / "callback_plugins" / "evil.py").write_text(EVIL.format(path=host.folder / "evil"))
    (source / "site.yml").write_text(playbook(page(host, "1.0.0")))
    namespace.apply(site(host, [], source={"directory": {"path": "site"}}))
    assert "1 host, 1 task ok, 1 changed" in message(namespace.wait_ready("site", 90))
    assert not (host.folder / "evil").exists() and host.read("page") == "hello 1.0.0"


def test_jinja_in_a_variable_stays_text(namespace, host, controller):
    # fault N1
    namespace.apply(site(host, [writes(host.folder / "page", "{{ DATA }}")],
                         variables=[{"name": "DATA", "value": "{{ lookup('pipe', 'id') }}"}]))
    namespace.wait_ready("site", 90)
    assert host.read("page") == "{{ lookup('pipe', 'id') }}"


def test_a_task_that_always_changes_is_not_run_again(namespace, host, controller):
    # fault N5
    namespace.apply(site(host, [runs(f"echo ran >>{host.folder}/journal")]))
    namespace.wait_ready("site", 90)
    namespace.annotate("site", requested_at="again")
    namespace.wait_for("site", lambda o: o["status"].get("lastHandled", {}).get("reconcile", {}).get("token") == "again")
    assert host.read("journal") == "ran\n"


def test_a_secret_shows_nowhere_while_a_playbook_runs_and_after_it_failed(namespace, host, controller):
    # fault N6, X1, X2, X3, X4, X6
    canary = "canary-5e1f70aa"
    waits = runs(f"echo began >{host.folder}/journal; while ! test -e {host.folder}/go; do sleep 0.1; done")
    namespace.apply(secret("app", {"PASSWORD": canary}),
                    site(host, [waits, runs("echo {{ PASSWORD }} >&2; exit 1")], retry={"limit": 1},
                         variables=[{"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "app", "key": "PASSWORD"}}}]))
    wait_until(lambda: host.read("journal") == "began\n", 60)
    assert processes_with(canary) == []
    directories = list(controller.work.glob("*"))
    assert directories and {p.stat().st_mode & 0o777 for p in directories} == {0o700}
    assert {p.stat().st_mode & 0o777 for p in controller.work.glob("*/ansible/variables.json")} == {0o600}
    (host.folder / "go").touch()
    item = namespace.wait_for("site", lambda o: history(o) and history(o)[0]["result"] == "Failed" and "operation" not in o["status"], 120)
    assert "non-zero return code" in history(item)[0]["message"]
    shown = namespace.run("get", KIND, "site", "-o", "json") + namespace.run("get", "events.events.k8s.io", "-o", "json")
    assert canary not in shown and canary not in controller.log() + controller.metrics()
    namespace.run("delete", KIND, "site", "--timeout=90s")
    wait_until(lambda: list(controller.work.glob("*")) == [], 20, what="the work directories are gone")


def test_a_stopped_controller_ends_its_playbook(namespace, host, controller):
    # fault N3
    namespace.apply(site(host, [runs(f"echo began >>{host.folder}/journal; sleep 87654")]))
    wait_until(lambda: host.read("journal") == "began\n", 60)
    controller.process.send_signal(signal.SIGTERM)
    controller.process.wait(timeout=70)
    wait_until(lambda: not [p for p in processes_with("sleep") if re.search("87654", p)], 20, what="the command on the host has ended")
