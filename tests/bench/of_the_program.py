"""Figures of the program and of starting something: its size, its start, its children."""
import json
import os
import shutil
import subprocess
import time

import controller as program
import places
from processes import median, memory_mb, processor_ms, ratio_words
from stage import PROGRAMS
from waiting import wait_until

ROUNDS = 9


def megabytes(path):
    return os.path.getsize(path) / 1e6


def size(directory):
    """Size of the program."""
    stripped = shutil.copy(places.CONTROLLER, directory / "program")
    subprocess.run(["strip", "--strip-all", stripped], check=True)
    yield "release binary, stripped", f"{megabytes(stripped):.2f} MB", "≤ 8 MB", ""
    listing = subprocess.run(["ldd", places.CONTROLLER], stdout=subprocess.PIPE, text=True, check=True).stdout
    libraries = sorted({os.path.realpath(line.split("=>")[1].split()[0]) for line in listing.splitlines() if "=> /" in line},
                       key=os.path.getsize, reverse=True)
    names = ", ".join(f"{os.path.basename(x).split('.so')[0]} {megabytes(x):.1f}" for x in libraries[:8])
    yield (f"its closure: {len(libraries)} shared libraries of the distribution", f"{sum(map(megabytes, libraries)):.1f} MB", "beside it",
           f"The largest libraries, in MB: {names}.")


def start(stage):
    """From exec to ready, nothing to watch."""
    own, ratios = [], []
    kubectl = [places.tools() / "kubectl", f"--kubeconfig={stage.account}", "get", "--raw=/readyz"]
    for _ in range(ROUNDS):
        controller = stage.controller()
        before = time.monotonic()
        controller.start(wait=False)
        url = f"http://127.0.0.1:{controller.health_port}/readyz"
        wait_until(lambda: program.http_get(url)[0] == 200, 60, what=controller.log, every=0.002)
        took = time.monotonic() - before
        own.append(processor_ms(controller.process.pid))
        memory = memory_mb(controller.process.pid)
        controller.stop()
        before = time.monotonic()
        subprocess.run(kubectl, stdout=subprocess.DEVNULL, check=False)
        ratios.append(took / (time.monotonic() - before))
    yield (f"own processor time until /readyz says 200, median of {ROUNDS}", f"{median(own):.0f} ms ({min(own):.0f} to {max(own):.0f})", "≤ 30 ms",
           "The goal was set for wall time, which cannot be shorter than this. Until ready it reads the kubeconfig, shakes hands with the API server, reads the "
           "cluster's id, lists and watches; the answers to our polling each 2 ms are in the figure.")
    yield "wall time to ready / that of `kubectl get --raw=/readyz`", ratio_words(ratios), "", ""
    yield "RSS when ready", f"{memory['VmRSS']:.1f} MB", "", ""


def spawn(directory):
    """Starting a child."""
    done = subprocess.run([PROGRAMS / "bench_spawn", directory / "scratch"], stdout=subprocess.PIPE, text=True, check=True)
    rounds = json.loads(done.stdout)
    little, much = (median([r[key] for r in rounds]) for key in ("little_mb", "much_mb"))
    yield (f"spawn + reap of `true` by the process runner at {much:.0f} MiB RSS / at {little:.0f} MiB", ratio_words([r["much"]["took"] / r["little"]["took"] for r in rounds]),
           "≤ 1.1", "Each side of a pair is the median of 40 runs through the product's own runner: directory, environment, pipes, pidfd and reaping included.")
    yield ("the same in processor time, child included", ratio_words([r["much"]["processor"] / r["little"]["processor"] for r in rounds]), "≤ 1.1",
           "Processor time is the steadier of the two on a machine with neighbours: "
           f"{median([r['little']['processor'] for r in rounds]) / 1000:.2f} and {median([r['much']['processor'] for r in rounds]) / 1000:.2f} ms per run.")
    yield "the same by fork + exec, for scale", ratio_words([r["fork_much"] / r["fork_little"] for r in rounds]), "", ""
