"""The same work by the tools alone, as a person or a pipeline runs them: what a release through the product is compared with."""
import json
import resource
import shutil
import subprocess
import time

import places
from stage import NAMESPACE

MODULE = '''variable "greeting" {
  type = string
}
resource "terraform_data" "page" {
  input = var.greeting
}
output "page" {
  value = terraform_data.page.output
}
'''
PROJECT = '''services:
  web: {image: "deployctl.local/busybox:1"}
  other: {image: "deployctl.local/busybox:1"}
'''


def timed(commands, cwd, environment):
    """(seconds, milliseconds of processor time of the commands and their children)"""
    clean = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(cwd), "LANG": "C.UTF-8", **environment}
    used, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    for command in commands:
        done = subprocess.run([str(word) for word in command], cwd=cwd, env=clean, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=300, check=False)
        assert done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout[-3000:]}"
    took, now = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return took, 1000 * (now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime)


class Tofu:
    """init, plan to a file, apply of that file, in a fresh checkout each time; the state is a Secret, as the product keeps it."""

    def __init__(self, directory, kubeconfig):
        self.directory, self.kubeconfig, self.runs = directory, kubeconfig, 0

    def run(self, greeting):
        self.runs += 1
        checkout = self.directory / f"checkout-{self.runs}"
        checkout.mkdir(parents=True)
        (checkout / "main.tf").write_text(MODULE)
        backend = {"kubernetes": {"namespace": NAMESPACE, "secret_suffix": "by-hand"}}
        (checkout / "backend.tf.json").write_text(json.dumps({"terraform": {"backend": backend}}))
        tofu = places.tools() / "tofu"
        commands = [[tofu, "init", "-input=false"], [tofu, "plan", "-input=false", "-out=the.plan", f"-var=greeting={greeting}"],
                    [tofu, "apply", "-input=false", "the.plan"]]
        try:
            return timed(commands, checkout, {"KUBE_CONFIG_PATH": str(self.kubeconfig), "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"})
        finally:
            shutil.rmtree(checkout)


class Compose:
    """up, detached and waiting, of a project of its own."""

    def __init__(self, directory):
        self.directory = directory
        directory.mkdir(parents=True)
        (directory / "compose.yaml").write_text(PROJECT)

    def command(self, *arguments):
        return [places.tools() / "docker-compose", "--project-name=deployctl-bench-by-hand", "--file=compose.yaml", *arguments]

    def run(self):
        return timed([self.command("up", "--detach", "--wait")], self.directory, {})

    def down(self):
        subprocess.run([str(word) for word in self.command("down")], cwd=self.directory, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=120, check=False)


class Ansible:
    """One playbook over ssh, with ansible's own settings but for the keys."""

    def __init__(self, directory, host, playbook):
        self.directory, self.host, self.runs = directory, host, 0
        directory.mkdir(parents=True)
        (directory / "site.yml").write_text(playbook)
        (directory / "hosts").write_text(host.line())
        for name, key in (("id", "ssh-privatekey"), ("known_hosts", "known_hosts")):
            (directory / name).write_text(host.login()[key])
            (directory / name).chmod(0o600)

    def run(self, version):
        """A connection is made anew each time, as in the product: none that waits for the next run is used."""
        self.runs += 1
        sockets = self.directory / f"s{self.runs}"
        environment = {"ANSIBLE_SSH_CONTROL_PATH_DIR": str(sockets), "ANSIBLE_PRIVATE_KEY_FILE": str(self.directory / "id"),
                       "ANSIBLE_SSH_EXTRA_ARGS": f"-o UserKnownHostsFile={self.directory / 'known_hosts'} -o GlobalKnownHostsFile=/dev/null"}
        command = ["ansible-playbook", "--inventory=hosts", f"--extra-vars=DEPLOYCTL_VERSION={version}", "site.yml"]
        return timed([command], self.directory, environment)
