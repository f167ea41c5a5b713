"""Ansible deployments for tests, and the host as another ssh client sees it."""
import subprocess

from objects import deployment

TASK = """
    - name: {name}
      {module}"""
PLAYBOOK = """- hosts: {hosts}
  gather_facts: false
  tasks:{tasks}
"""


def playbook(*tasks, hosts="all"):
    """`tasks` are (name, module line)."""
    return PLAYBOOK.format(hosts=hosts, tasks="".join(TASK.format(name=name, module=module) for name, module in tasks))


def writes(path, text):
    return (f"write {path}", f'ansible.builtin.copy: {{dest: "{path}", content: "{text}", mode: "0644"}}')


def runs(command):
    return ("run", f"ansible.builtin.shell: {command}")


class Host:
    """The sshd of hack/ssh-host, and a folder on it that belongs to one test."""

    def __init__(self, bed, folder):
        self.bed, self.folder = bed.directory, folder
        folder.mkdir()

    def login(self):
        """The keys of the Secret that sshSecretRef names."""
        return {"ssh-privatekey": (self.bed / "id").read_text(), "known_hosts": (self.bed / "known_hosts").read_text()}

    def line(self, name="web1", port=None):
        """A line of an inventory."""
        port = port or (self.bed / "port").read_text().strip()
        return f"{name} ansible_host=127.0.0.1 ansible_port={port} ansible_python_interpreter=/usr/bin/python3\n"

    def variables(self):
        """The same as a YAML flow map."""
        return f"{{ansible_host: 127.0.0.1, ansible_port: {(self.bed / 'port').read_text().strip()}, ansible_python_interpreter: /usr/bin/python3}}"

    def read(self, name):
        """A file of the folder, read over ssh; None when it is not there."""
        done = subprocess.run(["ssh", "-F", "/dev/null", "-i", self.bed / "id", "-o", f"UserKnownHostsFile={self.bed / 'known_hosts'}",
                               "-o", "BatchMode=yes", "-p", (self.bed / "port").read_text().strip(), "127.0.0.1", f"cat {self.folder / name}"],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
        return done.stdout if done.returncode == 0 else None


def secret(name, values):
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": values}


def site(host, tasks, version="1.0.0", files=None, inventory=None, hosts="all", ansible=None, **spec):
    """One playbook against the host; `files` come beside it, `ansible` are more fields of the block."""
    block = {"playbook": "site.yml", "inventory": {"inline": inventory or host.line()}, "sshSecretRef": {"name": "login"}, **(ansible or {})}
    return deployment("site", "ansible", **{
        "version": version, "timeout": "90s", "source": {"inline": {"files": {"site.yml": playbook(*tasks, hosts=hosts), **(files or {})}}},
        "ansible": block, **spec})
