"""Figures of the release build, on a bare control plane of this machine. `hack/bench` runs it and writes docs/performance.md.

A figure is a function that yields rows (what, value, goal). With names as arguments only those are measured, and printed instead of written.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import beds
import controller as program
import places
from kubectl import KIND, Kubectl
from waiting import wait_until

PAGE = places.ROOT / "docs" / "performance.md"
OBJECT_BYTES = 1700


class Stage:
    """A control plane with the product installed, and controllers on it."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.bed = beds.control_plane()

    def __enter__(self):
        self.bed.__enter__()
        program.install(self.bed.admin)
        self.account = program.account_kubeconfig(self.bed.admin, self.directory)
        self.kubectl = Kubectl(self.bed.admin, "bench")
        self.kubectl.run("create", "namespace", "bench")
        return self

    def __exit__(self, *reason):
        self.bed.__exit__(*reason)

    def controller(self, *flags):
        return program.Controller(self.account, self.directory / "controller", "--watch-namespace=bench", "--log-level=info", *flags)


def processor_ms(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def resident_mb(pid):
    line = next(x for x in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines() if x.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def median(values):
    return sorted(values)[len(values) // 2]


def suspended(number):
    """Does nothing, so that only keeping it costs."""
    item = {"apiVersion": "deployctl.io/v1alpha1", "kind": "Deployment", "metadata": {"name": f"object-{number:05}"},
            "spec": {"type": "docker", "suspend": True, "version": "1.0.0", "docker": {"image": "deployctl.local/hello:1.0.0"},
                     "variables": [{"name": f"VARIABLE_{i}", "value": "x" * 90} for i in range(8)]}}
    return item


def size(_):
    """The program and the libraries that come with it."""
    with tempfile.TemporaryDirectory() as scratch:
        stripped = shutil.copy(places.CONTROLLER, scratch)
        subprocess.run(["strip", stripped], check=True)
        yield "binary, stripped", f"{os.path.getsize(stripped) / 1e6:.1f} MB", "8 MB"
    listing = subprocess.run(["ldd", places.CONTROLLER], stdout=subprocess.PIPE, text=True, check=True).stdout
    files = {os.path.realpath(line.split("=>")[1].split()[0]) for line in listing.splitlines() if "=> /" in line}
    yield f"its {len(files)} shared libraries", f"{sum(map(os.path.getsize, files)) / 1e6:.1f} MB", ""


def start(stage):
    """From exec to the first 200 of /readyz, nothing to watch."""
    times = []
    for _ in range(9):
        controller = stage.controller()
        before = time.monotonic()
        controller.start(wait=False)
        wait_until(lambda: program.http_get(f"http://127.0.0.1:{controller.health_port}/readyz")[0] == 200, 20, what="ready", every=0.001)
        times.append((time.monotonic() - before) * 1000)
        controller.stop()
    yield "process start to ready, median of 9", f"{median(times):.0f} ms", "30 ms"


def memory(stage):
    """Resident memory and idle processor time with N objects at rest."""
    controller, made, baseline = stage.controller().start(), 0, None
    try:
        baseline = resident_mb(controller.process.pid)
        yield "memory without objects", f"{baseline:.1f} MB", ""
        for count, goal in ((1000, "12 MB"), (10000, "30 MB")):
            while made < count:
                stage.kubectl.apply(*(suspended(n) for n in range(made, min(made + 500, count))))
                made = min(made + 500, count)
            wait_until(lambda: settled(stage) == made, 600, what="every object is settled", every=2)
            time.sleep(5)
            used = resident_mb(controller.process.pid)
            yield (f"memory at {count:,} objects of {OBJECT_BYTES / 1000} KB", f"{used:.1f} MB = baseline + "
                   f"{(used - baseline) * 1024 * 1024 / count:.0f} bytes per object", goal)
            before, began = processor_ms(controller.process.pid), time.monotonic()
            time.sleep(20)
            share = (processor_ms(controller.process.pid) - before) / (time.monotonic() - began) / 10
            yield f"processor at rest with {count:,} objects", f"{share:.2f} % of a core", "0.05 %"
    finally:
        controller.stop()


def settled(stage):
    lines = stage.kubectl.run("get", KIND, "-o", "jsonpath={range .items[*]}{.status.observedGeneration}{\"\\n\"}{end}").split()
    return sum(1 for line in lines if line == "1")


FIGURES = {figure.__name__: figure for figure in (size, start, memory)}


def machine():
    model = next((x.split(":")[1].strip() for x in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if x.startswith("model name")), "?")
    return f"{os.cpu_count()} cores ({model})"


def main(names):
    lines = ["# Figures", "", f"Measured by `hack/bench` on {machine()}, release build, kube-apiserver 1.34 and etcd 3.6 on the same machine.", "",
             "| What | Value | Goal | Command |", "| --- | --- | --- | --- |"]
    with tempfile.TemporaryDirectory() as scratch, Stage(scratch) as stage:
        for name in names or FIGURES:
            for what, value, goal in FIGURES[name](stage):
                lines.append(f"| {what} | {value} | {goal} | `hack/bench {name}` |")
                print(f"{what}: {value}" + (f" (goal {goal})" if goal else ""), flush=True)
    if not names:
        PAGE.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
