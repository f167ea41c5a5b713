"""Where the tree, the build and the tools are."""
import functools
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("DEPLOYCTL_BINARY_DIR", ROOT / "build" / "dev"))
CONTROLLER = pathlib.Path(os.environ.get("DEPLOYCTL_CONTROLLER", BUILD / "controller" / "app" / "deployment-orchestrator"))
CRDS = ROOT / "crds"
SAMPLES = CRDS / "samples"


@functools.cache
def tools():
    """The folder of the pinned tools."""
    return pathlib.Path(subprocess.run([ROOT / "hack" / "toolbox", "--path"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip())


def hack(word, *arguments):
    """Runs a word of hack/; its output is shown when it fails."""
    done = subprocess.run([ROOT / "hack" / word, *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, f"hack/{word} {' '.join(map(str, arguments))} failed:\n{done.stdout}"
    return done.stdout
