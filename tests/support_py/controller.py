"""The shipped program as a process, with the kubeconfig of its ServiceAccount."""
import json
import os
import pathlib
import signal
import socket
import subprocess
import urllib.error
import urllib.request

import places
from kubectl import Kubectl
from waiting import wait_until

NAMESPACE = "deployctl-system"
ACCOUNT = "deployment-orchestrator"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def install(admin):
    """The CRDs and the product's own rights; nothing else."""
    kubectl = Kubectl(admin, NAMESPACE)
    kubectl.run("apply", "--server-side", "--force-conflicts", "-f", places.CRDS)
    kubectl.run("wait", "--for=condition=Established", "crd/deployments.deployctl.io", "crd/environments.deployctl.io", "--timeout=30s")


def account_kubeconfig(admin, directory):
    """Writes DIRECTORY/controller.conf: the bearer token lies in a file of its own, as in a pod."""
    token = Kubectl(admin, NAMESPACE).run("create", "token", ACCOUNT, "--duration=24h").strip()
    token_file = directory / "token"
    token_file.write_text(token)
    token_file.chmod(0o600)
    config = json.loads(pathlib.Path(admin).read_text())
    config["users"] = [{"name": "user", "user": {"tokenFile": str(token_file)}}]
    path = directory / "controller.conf"
    path.write_text(json.dumps(config))
    path.chmod(0o600)
    return path


def http_get(url, timeout=5):
    """(status, body); status 0 when nobody answered."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=timeout) as answer:
            return answer.status, answer.read().decode(errors="replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace")
    except OSError as error:
        return 0, str(error)


class Controller:
    """One run of the program. `start` after `kill` is a restart on the same work directory. A flag given replaces the usual one of that name."""

    def __init__(self, kubeconfig, directory, *flags):
        self.directory = pathlib.Path(directory)
        self.kubeconfig = kubeconfig
        self.flags = flags
        self.work = self.directory / "work"
        self.sources = self.directory / "sources"
        self.log_path = self.directory / "controller.log"
        self.process = None
        self.sources.mkdir(parents=True, exist_ok=True)

    def start(self, wait=True, environment=None):
        self.metrics_port, self.health_port = free_port(), free_port()
        usual = [f"--kubeconfig={self.kubeconfig}", f"--work-dir={self.work}", f"--source-root={self.sources}", "--log-level=debug", "--shutdown-grace=5s",
                 f"--metrics-addr=127.0.0.1:{self.metrics_port}", f"--health-addr=127.0.0.1:{self.health_port}", f"--tools-dir={places.tools()}"]
        given = {str(flag).split("=")[0] for flag in self.flags}
        command = [places.CONTROLLER, *(flag for flag in usual if flag.split("=")[0] not in given), *self.flags]
        clean = {"PATH": "/usr/bin:/bin", "HOME": str(self.directory), **(environment or {})}
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen([str(c) for c in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=clean,
                                            start_new_session=True)
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self, seconds=30):
        def ready():
            assert self.process.poll() is None, f"the controller ended with {self.process.returncode}:\n{self.log()[-4000:]}"
            return http_get(f"http://127.0.0.1:{self.health_port}/readyz")[0] == 200
        wait_until(ready, seconds, what=lambda: "ready:\n" + self.log()[-4000:], every=0.05)

    def kill(self):
        """As a crash: no signal handler runs, children stay."""
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def terminate(self, seconds=70):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=seconds)

    def stop(self):
        if self.process and self.process.poll() is None:
            try:
                self.terminate()
            except subprocess.TimeoutExpired:
                self.kill()

    def is_running(self):
        return self.process.poll() is None

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def metrics(self):
        status, body = http_get(f"http://127.0.0.1:{self.metrics_port}/metrics")
        assert status == 200, body
        return body
