"""Compose deployments for tests, and their projects as the daemon shows them. `from projects import hello` makes the fixture known to a file."""
import hashlib

import pytest

import docker as daemon
import objects
from controller import free_port


@pytest.fixture
def hello(namespace):
    """Makes versions of one object: the same port, the same tag for every image."""
    image, port = f"deployctl.local/{namespace.namespace}:latest", free_port()
    yield lambda *arguments, **more: objects.compose_hello(image, port, *arguments, **more)
    daemon.docker("rmi", "-f", image, *kept_tags(namespace), check=False)


def port_of(item):
    return item["spec"]["source"]["inline"]["files"]["compose.yaml"].split("127.0.0.1:")[1].split(":")[0]


def page_of(item):
    return daemon.page(port_of(item))


def services(namespace):
    """Of the project's containers: service to docker inspect."""
    return {c["Config"]["Labels"]["com.docker.compose.service"]: c for c in daemon.containers_of(namespace.namespace, "hello")}


def kept_tags(namespace, installation="*"):
    return sorted(daemon.docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}", "--filter",
                                f"reference=deployctl/{installation}/{namespace.namespace}_hello/*").split())


def folder(kubectl):
    """Where the tags of this cluster's installation lie."""
    uid = kubectl.get("namespace", "kube-system")["metadata"]["uid"]
    return hashlib.sha256(uid.encode()).hexdigest()[:12]


def tags_of(namespace, *revisions):
    """What is kept of these revisions: both services have an image that no registry knows."""
    place = folder(namespace)
    return sorted(f"deployctl/{place}/{namespace.namespace}_hello/{service}:r{n}" for service in ("other", "web") for n in sorted(set(revisions)))
