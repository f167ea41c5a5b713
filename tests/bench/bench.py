"""The figures of docs/performance.md, measured on the release build with a bare control plane of this machine. Run by hack/bench.

    bench.py [--write] [FIGURE...]      writes: the page is written; else the table is printed

A figure is a function of the stage that yields rows. Counts, bytes, processor milliseconds and ratios only: wall time on a shared machine means
nothing by itself. Nothing here can fail because a figure is bad.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import places
from at_rest import memory, restart
from of_the_program import size, spawn, start
from requests_made import requests
from stage import Stage
from tools_compared import tools

PAGE = places.ROOT / "docs" / "performance.md"
# From this headline on the page is written by people and stays when the figures are made anew.
REASONS = "## Why they are so"
FIGURES = {figure.__name__: figure for figure in (size, start, spawn, requests, tools, restart, memory)}
WITHOUT_STAGE = (size, spawn)


def machine():
    model = next((x.split(":")[1].strip() for x in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if x.startswith("model name")), "?")
    return f"{os.cpu_count()} cores ({model})"


def commit():
    done = subprocess.run(["git", "-C", places.ROOT, "rev-parse", "--short=12", "HEAD"], stdout=subprocess.PIPE, text=True, check=False)
    return done.stdout.strip() or "unknown"


def measure(names):
    """{figure: [row]}; a row is (what, value, goal, remark)."""
    found = {}
    with tempfile.TemporaryDirectory(prefix="deployctl-bench-") as scratch:
        for name in names:
            figure = FIGURES[name]
            directory = pathlib.Path(scratch) / name
            directory.mkdir()
            print(f"==> {name}", file=sys.stderr, flush=True)
            began = time.monotonic()
            if figure in WITHOUT_STAGE:
                found[name] = list(shown(figure(directory)))
            else:
                with Stage(directory) as stage:
                    found[name] = list(shown(figure(stage)))
            print(f"==> {name} took {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return found


def shown(rows):
    for row in rows:
        print("    " + " | ".join(filter(None, row)), file=sys.stderr, flush=True)
        yield row


def page(found, load):
    lines = ["# Figures", "",
             f"What the product costs by itself: release build of `{commit()}`, kube-apiserver and etcd on the same machine, tools replaced by stand-ins that answer at once "
             f"(in the part about the tools they are the real ones, with a docker daemon and an sshd of this machine), "
             f"{machine()}; load average {load[0]:.1f} before and {load[1]:.1f} after. Made by `hack/bench --write`, each part by the command of its headline.", "",
             "Counts, bytes, processor time and ratios: wall time is given only as a ratio of two things measured in turn. RSS is `VmRSS`; 1 MB = 1,000,000 bytes.", ""]
    for name, rows in found.items():
        lines += [f"## {FIGURES[name].__doc__.splitlines()[0].rstrip('.')}", "", f"`hack/bench {name}`", "",
                  "| What | Measured | Goal |", "| --- | --- | --- |"]
        lines += [f"| {what} | {value} | {goal} |" for what, value, goal, _ in rows]
        remarks = [f"* {remark}" for *_, remark in rows if remark]
        lines += ["", *remarks, ""] if remarks else [""]
    return "\n".join(lines).rstrip() + "\n"


def reasons():
    text = PAGE.read_text() if PAGE.exists() else ""
    return "\n" + text[text.index(REASONS):] if REASONS in text else ""


def main():
    arguments = argparse.ArgumentParser(description="Measures the release build.")
    arguments.add_argument("--write", action="store_true", help="write docs/performance.md (all figures)")
    arguments.add_argument("figures", nargs="*", choices=[[], *FIGURES], metavar="FIGURE", help=", ".join(FIGURES))
    given = arguments.parse_args()
    if given.write and given.figures:
        arguments.error("--write is for all figures at once")
    before, began = os.getloadavg()[0], time.monotonic()
    found = measure(given.figures or list(FIGURES))
    text = page(found, (before, os.getloadavg()[0]))
    if given.write:
        PAGE.write_text(text + reasons())
    else:
        print(text, end="")
    print(f"==> measured in {time.monotonic() - began:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
