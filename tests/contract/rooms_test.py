"""The dependency law is real: including what a room does not link does not compile."""
import json
import pathlib
import shlex
import subprocess

import places
import pytest

COMMANDS = json.loads((places.BUILD / "compile_commands.json").read_text())


def flags_of(room):
    folder = places.ROOT / ("executors" if room in ("process", "docker", "compose", "kubectl", "terraform", "ansible", "tools") else "controller") / room
    command = next(c["command"] for c in COMMANDS if pathlib.Path(c["file"]).parent == folder)
    words = shlex.split(command)
    while words[0] == "ccache" or words[0].endswith("/ccache"):
        words.pop(0)
    cut = words.index("-o")
    return [w for w in words[:cut] + words[cut + 2:] if w != "-c" and not w.endswith(".cpp")]


def compiles(room, header):
    done = subprocess.run([*flags_of(room), "-fsyntax-only", "-x", "c++", "-"], input=f'#include "{header}"\n', text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        assert "file not found" in done.stdout, done.stdout
    return done.returncode == 0


@pytest.mark.parametrize("room, header", [
    ("base", "async/clock.hpp"), ("api", "async/clock.hpp"), ("api", "ports/events.hpp"), ("http", "kube/client.hpp"),
    ("kube", "engine/engine.hpp"), ("runtime", "engine/engine.hpp"), ("runtime", "executors/executor.hpp"), ("health", "http/client.hpp"),
    ("history", "kube/client.hpp"), ("sources", "process/process_runner.hpp"), ("engine", "kube/client.hpp"), ("engine", "docker/executor.hpp"),
    ("docker", "kubectl/executor.hpp"), ("docker", "compose/executor.hpp"), ("kubectl", "docker/output.hpp"), ("terraform", "kubectl/executor.hpp"),
    ("ansible", "docker/executor.hpp"), ("process", "api/deployment.hpp"),
    ("config", "async/clock.hpp"), ("config", "ports/events.hpp"), ("config", "engine/engine.hpp"),
    ("files", "engine/engine.hpp"), ("files", "kube/client.hpp"),
    ("cli", "kube/client.hpp"), ("cli", "runtime/store.hpp"), ("cli", "cluster/kube_repository.hpp")])
def test_a_room_does_not_see_what_it_does_not_link(room, header):
    found = [root / header for root in (places.ROOT / "controller", places.ROOT / "executors", places.ROOT)]
    assert any(path.exists() for path in found), "the header exists, it is only out of sight"
    assert not compiles(room, header)


@pytest.mark.parametrize("room, header", [("api", "base/error.hpp"), ("kube", "http/client.hpp"), ("docker", "process/command.hpp"),
                                          ("compose", "docker/output.hpp"),
                                          ("config", "api/deployment.hpp"), ("cli", "config/configuration.hpp"), ("cli", "process/process_runner.hpp")])
def test_a_room_sees_what_it_links(room, header):
    assert compiles(room, header)
