"""Fixtures. Beds live as long as the pytest session; a namespace and a controller as long as one test."""
import secrets

import pytest

import beds
import controller as program
import docker as docker_support
from kubectl import KIND, Kubectl


@pytest.fixture(scope="session")
def control_plane():
    with beds.control_plane() as bed:
        yield bed


@pytest.fixture(scope="session")
def node():
    with beds.node() as bed:
        yield bed


@pytest.fixture(scope="session")
def docker_daemon():
    with beds.docker_daemon() as bed:
        yield bed


@pytest.fixture(scope="session")
def ssh_host():
    with beds.ssh_host() as bed:
        yield bed


@pytest.fixture(scope="module")
def cluster(request):
    """The cluster of the test: the node where the file says `BED = "node"`, else the bare control plane. The product is installed."""
    bed = request.getfixturevalue(getattr(request.module, "BED", "control_plane"))
    program.install(bed.admin)
    return bed


@pytest.fixture
def namespace(cluster):
    """A fresh namespace as the observer sees it; its Deployments and containers are gone afterwards, whatever the test did."""
    observer = Kubectl(cluster.observer, f"t-{secrets.token_hex(4)}")
    observer.run("create", "namespace", observer.namespace)
    yield observer
    remove_namespace(observer)


def remove_namespace(kubectl):
    for item in kubectl.items(KIND):
        kubectl.try_run("patch", KIND, item["metadata"]["name"], "--type=merge", "-p", '{"metadata":{"finalizers":null}}')
    for item in kubectl.items("secrets"):
        if item["metadata"].get("finalizers"):
            kubectl.try_run("patch", "secret", item["metadata"]["name"], "--type=merge", "-p", '{"metadata":{"finalizers":null}}')
    kubectl.try_run("delete", "namespace", kubectl.namespace, "--wait=false")
    try:
        docker_support.remove_containers_of(kubectl.namespace)
    except (AssertionError, FileNotFoundError):
        pass  # no daemon: nothing was deployed there


@pytest.fixture
def account(cluster, tmp_path):
    """Kubeconfig of the controller's ServiceAccount."""
    return program.account_kubeconfig(cluster.admin, tmp_path)


@pytest.fixture
def new_controller(account, namespace, tmp_path):
    """Makes controllers that watch the test's namespace only; ends them after the test."""
    made = []

    def make(*flags):
        made.append(program.Controller(account, tmp_path / f"controller-{len(made)}", f"--watch-namespace={namespace.namespace}", *flags))
        return made[-1]
    yield make
    for one in made:
        one.stop()


@pytest.fixture
def controller(new_controller):
    return new_controller("--allow-loopback").start()
