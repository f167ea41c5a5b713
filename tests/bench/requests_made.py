"""What the controller asks of the API server, read from its audit log."""
import time

from kubectl import history, is_current_and_ready
from seeds import config_map_deployment, docker_deployment
from stage import READS, writes
from waiting import wait_until

EACH = 20
REST = 60
OBJECT, STATUS, SECRET, EVENT = "deployments", "deployments/status", "secrets", "events"


def of_docker(text):
    return [docker_deployment(f"docker-{n}", text, interval="60s") for n in range(EACH)]


def of_kubernetes(text):
    return [config_map_deployment(f"kubernetes-{n}", text, interval="60s") for n in range(EACH)]


def with_hook(text):
    hooks = {"preDeploy": [{"name": "prepare", "command": ["/bin/true"]}]}
    return [config_map_deployment(f"hook-{n}", text, interval="60s", hooks=hooks) for n in range(EACH)]


SHAPES = (("docker", of_docker, 2), ("kubernetes", of_kubernetes, 2), ("kubernetes with one `Once` step (a command hook)", with_hook, 3))


def deploy(stage, items):
    """What is asked until all of them are Ready and the last event is out."""
    mark = stage.mark()
    stage.kubectl.apply(*items)
    names = {item["metadata"]["name"] for item in items}
    wait_until(lambda: names <= set(stage.names(is_current_and_ready)), 300, what="all are Ready", every=1)
    time.sleep(10)
    failed = stage.names(lambda item: any(entry["result"] != "Succeeded" for entry in history(item)))
    assert not failed, f"writes are counted of successful deployments, but these failed once: {failed}"
    return stage.requests(mark)


def row(counts, deployments=1, secrets=("revision Secret", "its mark")):
    """What was written per deployment; `secrets` says what creations and patches of Secrets are."""
    def each(verb, resource):
        return f"{counts[verb, resource] / deployments:.2f}".rstrip("0").rstrip(".")
    known = {("patch", STATUS), ("patch", OBJECT), ("create", SECRET), ("patch", SECRET), ("create", EVENT), ("patch", EVENT)}
    others = ", ".join(f"{verb} {resource} {count / deployments:.2f}" for (verb, resource), count in sorted(writes(counts).items())
                       if (verb, resource) not in known)
    text = (f"{each('patch', STATUS)} (finalizer {each('patch', OBJECT)}, {secrets[0]} {each('create', SECRET)}, "
            f"{secrets[1]} {each('patch', SECRET)}, Events {each('create', EVENT)} + {each('patch', EVENT)}")
    return text + (f"; {others})" if others else ")")


def requests(stage):
    """Requests to the API server."""
    controller = stage.controller().start()
    try:
        for name, items, goal in SHAPES:
            for kind, text in (("first", "1.0.0"), ("next", "1.1.0")):
                yield f"writes to the object per successful deployment, {name}, {kind} release", row(deploy(stage, items(text)), EACH), str(goal), ""
        yield from at_rest(stage)
        counts = stage.requests()
        got = sum(count for (verb, resource), count in counts.items() if verb == "get" and resource.startswith(OBJECT))
        reads = ", ".join(f"{verb} {resource} {count}" for (verb, resource), count in sorted(counts.items()) if verb in READS)
        yield (f"GETs of our kind during all of the above ({6 * EACH} deployments)", str(got), "0", f"All reads of that time: {reads}.")
    finally:
        controller.stop()


def at_rest(stage):
    """Each object is looked at about once meanwhile: `interval` is the shortest there is."""
    mark, runs = stage.mark(), len(stage.tool_runs())
    time.sleep(REST)
    made = writes(stage.requests(mark))
    yield (f"writes in {REST} s at rest, {3 * EACH} objects", str(sum(made.values())), "0",
           f"Meanwhile the tools ran {len(stage.tool_runs()) - runs} times to look at what serves: `interval` is {REST} s here, the shortest allowed."
           + (f" The writes: {made}." if made else ""))
