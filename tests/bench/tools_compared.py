"""What a release costs over the same tool run by hand, with the real tools, and what it writes to the API server."""
import contextlib
import tempfile
import time

import beds
import by_hand
import docker as daemon
import objects
import places
from kubectl import KIND, is_current_and_ready
from playbooks import Host, playbook, secret, site, writes as writes_file
from processes import median, processor_ms, ratio_words, reaped_ms
from requests_made import row
from stage import NAMESPACE
from waiting import wait_until

PAIRS = 7
SECRETS = ("Secrets created", "patched")  # those of revisions, and of outputs
TASKS = 10


class Releases:
    """Releases of one Deployment through the product."""

    def __init__(self, stage, controller, kind, item):
        self.stage, self.controller, self.kind, self.item = stage, controller, kind, item
        self.count = 0
        mark = stage.mark()
        stage.kubectl.apply(item)
        stage.kubectl.wait_for(self.name, is_current_and_ready, 330)
        time.sleep(3)  # the last event is written behind
        self.first = row(stage.requests(mark), secrets=SECRETS)
        self.mark, self.steps = stage.mark(), self.runs_of_steps()

    @property
    def name(self):
        return self.item["metadata"]["name"]

    def runs_of_steps(self):
        found = {}
        for line in self.controller.metrics().splitlines():
            if line.startswith("deployctl_executor_runs_total{") and f'executor="{self.kind}"' in line:
                step = line.split('step="')[1].split('"')[0]
                found[step] = found.get(step, 0) + float(line.rsplit(" ", 1)[1])
        return found

    def release(self, **spec):
        """(seconds until Ready, milliseconds of processor time of the controller and the tools it ran)"""
        self.count += 1
        pid = self.controller.process.pid
        version = f"1.{self.count}.0"
        used, began = processor_ms(pid) + reaped_ms(pid), time.monotonic()
        self.stage.api.change_and_wait(self.name, {"spec": {"version": version, **spec}},
                                       lambda o: is_current_and_ready(o) and o["status"].get("version") == version)
        return time.monotonic() - began, processor_ms(pid) + reaped_ms(pid) - used

    def end(self):
        """Rows of what was written, and which steps ran per release. Beside the object old revisions' Secrets go."""
        time.sleep(3)
        yield f"writes to the object per successful deployment, {self.kind}, first release", self.first, "2", ""
        counts = self.stage.requests(self.mark)
        ran = {step: count - self.steps.get(step, 0) for step, count in self.runs_of_steps().items()}
        steps = ", ".join(f"{step} {count / self.count:.1f}".removesuffix(".0") for step, count in ran.items() if count)
        yield (f"writes to the object per successful deployment, {self.kind}, next releases", row(counts, self.count, SECRETS), "2",
               f"Steps per release of {self.kind}, by `deployctl_executor_runs_total`: {steps}.")


def compared(what, by, goal, product, hand, remark=""):
    """Pairs measured in turn; each of the two gives (seconds, milliseconds)."""
    pairs = [(product(n), hand(n)) for n in range(PAIRS)]
    yield f"{what}: wall time to Ready / {by}", ratio_words([ours[0] / theirs[0] for ours, theirs in pairs]), goal, remark
    cost = [median([pair[side][1] for pair in pairs]) for side in (0, 1)]
    yield f"the same in processor time ({cost[0]:.0f} / {cost[1]:.0f} ms)", ratio_words([ours[1] / theirs[1] for ours, theirs in pairs]), "", ""


def terraform(stage, controller):
    item = objects.deployment("module", "terraform", version="1.0.0", source={"inline": {"files": {"main.tf": by_hand.MODULE}}},
                              variables=[{"name": "greeting", "value": "hello"}], terraform={"autoApprove": True})
    releases = Releases(stage, controller, "terraform", item)
    hand = by_hand.Tofu(stage.directory / "by-hand" / "tofu", stage.account)
    hand.run("hello")
    yield from compared("terraform, a resource changed", "init + plan + apply by hand", "≤ 0.80",
                        lambda n: releases.release(variables=[{"name": "greeting", "value": f"hello {n}"}]), lambda n: hand.run(f"hello {n}"),
                        "The module has one resource built into tofu, so init has no plug-ins to fetch: with real ones a run by hand takes longer. By hand each run is a fresh checkout.")
    yield from compared("terraform, nothing changed", "init + plan + apply by hand", "≤ 0.45", lambda n: releases.release(),
                        lambda n: hand.run(f"hello {PAIRS - 1}"))
    yield from releases.end()


def compose(stage, controller):
    item = objects.deployment("project", "docker-compose", version="1.0.0", source={"inline": {"files": {"compose.yaml": by_hand.PROJECT}}}, dockerCompose={})
    hand = by_hand.Compose(stage.directory / "by-hand" / "compose")
    try:
        hand.run()
        releases = Releases(stage, controller, "docker-compose", item)
        yield from compared("docker-compose, nothing changed", "`up --detach --wait` by hand", "", lambda n: releases.release(), lambda n: hand.run(),
                            "Of the wall time two seconds are the product's own: after `up` it looks three times, a second apart, whether what runs stays up. "
                            "The daemon's processor time is in neither figure.")
        yield from releases.end()
    finally:
        hand.down()


def ansible(stage, controller):
    with beds.ssh_host() as bed:
        host = Host(bed, stage.directory / "host")
        tasks = [writes_file(host.folder / f"file-{n}", "{{ DEPLOYCTL_VERSION }}") for n in range(TASKS)]
        stage.kubectl.apply(secret("login", host.login()))
        releases = Releases(stage, controller, "ansible", site(host, tasks, timeout="5m"))
        hand = by_hand.Ansible(stage.directory / "by-hand" / "ansible", host, playbook(*tasks))
        yield from compared(f"ansible, {TASKS} tasks on one host over ssh", "`ansible-playbook` by hand", "≤ 1.02", lambda n: releases.release(),
                            lambda n: hand.run(f"1.{n}.0"),
                            "The product looks at syntax and hosts before it runs the playbook, which starts ansible once more; the processor time of sshd and of the modules is in neither figure.")
        yield from releases.end()


def leave_nothing(stage):
    """Whatever happened: no container, no network; the state goes with the control plane."""
    stage.kubectl.try_run("delete", KIND, "--all", "--timeout=90s")
    daemon.remove_containers_of(NAMESPACE)
    daemon.docker("network", "rm", f"{NAMESPACE}_project_default", check=False)


def tools(stage):
    """Over the tools run by hand."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(beds.docker_daemon())
        # A short path, as an installation has: ssh shares connections only where the names of its sockets fit.
        work = stack.enter_context(tempfile.TemporaryDirectory(prefix="dctl-"))
        controller = stage.controller(f"--work-dir={work}", tools=places.tools()).start()
        stack.callback(controller.stop)
        stack.callback(leave_nothing, stage)
        for figure in (terraform, compose, ansible):
            yield from figure(stage, controller)
        stage.kubectl.run("delete", KIND, "--all", "--timeout=120s")
        wait_until(lambda: daemon.containers_of(NAMESPACE, "project") == [], 30, what="the project is gone")
