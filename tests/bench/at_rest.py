"""What objects cost that have nothing to do: memory, processor time, and a restart among them."""
import time

from processes import memory_mb, processor_ms
from seeds import FAR_AWAY, Seeds
from stage import writes
from waiting import wait_until

OBJECT_BYTES = 1700
WATCHED = 60


def steady_memory(pid, seconds=120):
    """When it has not changed for five looks, a second apart."""
    seen = []

    def is_steady():
        seen.append(memory_mb(pid))
        last = [round(each["VmRSS"], 1) for each in seen[-5:]]
        return len(last) == 5 and max(last) - min(last) <= 0.1
    wait_until(is_steady, seconds, what="memory is steady", every=1)
    return seen[-1]


def reconciled(controller):
    lines = (line for line in controller.metrics().splitlines() if line.startswith("controller_runtime_reconcile_total{"))
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines)


def restart(stage):
    """A restart with 1,000 converged objects."""
    seeds = Seeds(stage, OBJECT_BYTES)
    seeds.grow_to(1000)
    mark, runs = stage.mark(), len(stage.tool_runs())
    controller = stage.controller().start()
    try:
        time.sleep(WATCHED)
        ran, asked, reconciles = stage.tool_runs()[runs:], stage.requests(mark), reconciled(controller)
    finally:
        controller.stop()
    yield (f"tools run in {WATCHED} s after the start", str(len(ran)), "0",
           f"The objects' `interval` is {FAR_AWAY}: after a start the first look at each is spread over its interval, by design, and none falls into the time watched."
           + (f" Runs: {ran[:5]}." if ran else ""))
    made = writes(asked)
    yield f"reconciles in {WATCHED} s after the start", f"{reconciles:.0f}", "", ""
    yield f"writes in {WATCHED} s after the start", str(sum(made.values())), "0", f"The writes: {made}." if made else ""
    listed = ", ".join(f"{verb} {resource} {count}" for (verb, resource), count in sorted(asked.items()))
    yield "requests in all", str(sum(asked.values())), "", f"They are: {listed}."


def memory(stage):
    """Memory and processor time of objects at rest."""
    baseline = None
    seeds = None
    for count, goal in ((0, ""), (1000, "≤ 12 MB"), (10000, "≤ 30 MB")):
        if count and not seeds:
            seeds = Seeds(stage, OBJECT_BYTES)
        if seeds:
            seeds.grow_to(count)
        controller = stage.controller().start(wait=False)
        try:
            controller.wait_ready(120)
            pid = controller.process.pid
            at = steady_memory(pid)
            if baseline is None:
                baseline = at["VmRSS"]
                yield ("RSS without objects: the baseline", f"{baseline:.1f} MB", "",
                       f"Of the baseline {at['RssFile']:.1f} MB are pages of files (the program and its libraries, shared between processes), {at['RssAnon']:.1f} MB its own.")
            else:
                each = (at["VmRSS"] - baseline) * 1e6 / count
                yield (f"RSS at {count:,} converged objects of {seeds.bytes:,} bytes", f"{at['VmRSS']:.1f} MB = baseline + {each:,.0f} bytes per object", goal, "")
                yield f"its peak during the start / RSS, {count:,} objects", f"{at['VmHWM'] / at['VmRSS']:.2f}", "≤ 1.3", ""
            yield from idle(stage, pid, count)
        finally:
            controller.stop()


def idle(stage, pid, count):
    mark, runs, spent, began = stage.mark(), len(stage.tool_runs()), processor_ms(pid), time.monotonic()
    time.sleep(WATCHED)
    seconds = time.monotonic() - began
    share = (processor_ms(pid) - spent) / seconds / 10
    asked, ran = sum(stage.requests(mark).values()), len(stage.tool_runs()) - runs
    yield (f"processor time at rest, {count:,} objects", f"{share:.3f} % of a core", "≤ 0.05 %",
           f"In these {seconds:.0f} s with {count:,} objects: {asked} requests, {ran} tool runs.")
