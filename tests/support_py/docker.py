"""The docker daemon as an outsider sees it."""
import json
import subprocess

from controller import http_get


def docker(*arguments, check=True):
    done = subprocess.run(["docker", *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, timeout=60, check=False)
    assert not check or done.returncode == 0, f"docker {' '.join(map(str, arguments))}: {done.stderr}"
    return done.stdout


def containers_of(namespace, name, running_only=False):
    """docker inspect of every container that carries the object's labels."""
    ids = docker("ps", "-q", "--no-trunc", *([] if running_only else ["-a"]), "--filter", f"label=deployctl.io/namespace={namespace}",
                 "--filter", f"label=deployctl.io/name={name}").split()
    return [c for i in ids for c in json.loads(docker("inspect", i, check=False) or "[]")]


def images_of(namespace, name):
    """The tags of the images that the object's containers were made from: containers name the pinned id, not the tag."""
    return [json.loads(docker("image", "inspect", c["Image"]))[0]["RepoTags"][0] for c in containers_of(namespace, name)]


def remove_containers_of(namespace):
    """And the networks of its compose projects, of which a daemon can make some thirty only."""
    ids = docker("ps", "-aq", "--filter", f"label=deployctl.io/namespace={namespace}").split()
    if ids:
        docker("rm", "-f", *ids, check=False)
    networks = docker("network", "ls", "--format", "{{.Name}}", "--filter", f"name=^{namespace}[_-]").split()
    if networks:
        docker("network", "rm", *networks)


def page(port, path="/"):
    """The body that a published port serves, or None."""
    status, body = http_get(f"http://127.0.0.1:{port}{path}")
    return body if status == 200 else None
