"""The beds themselves: what the other tests stand on."""
import docker as docker_support
from kubectl import Kubectl
from waiting import wait_until

BED = "node"


def test_a_pod_of_the_node_answers_on_its_address(node):
    kubectl = Kubectl(node.admin)
    kubectl.run("run", "bed-page", "--image=deployctl.local/hello:1.0.0", "--image-pull-policy=Never")
    try:
        kubectl.run("wait", "--for=condition=Ready", "pod/bed-page", "--timeout=30s")
        address = kubectl.get("pod", "bed-page")["status"]["podIP"]
        status, body = docker_support.http_get(f"http://{address}:8080/")
        assert (status, body) == (200, "hello 1.0.0\n")
    finally:
        kubectl.run("delete", "pod", "bed-page", "--grace-period=1")


def test_a_container_of_the_daemon_answers_on_its_published_port(docker_daemon):
    docker_support.docker("run", "-d", "--rm", "--name", "bed-page", "-p", "127.0.0.1:18765:8080", "deployctl.local/hello:1.1.0")
    try:
        assert wait_until(lambda: docker_support.page(18765), 10) == "hello 1.1.0\n"
    finally:
        docker_support.docker("rm", "-f", "bed-page")


def test_the_observer_is_not_the_administrator(node):
    who = [Kubectl(c).run("auth", "whoami", "-o", "jsonpath={.status.userInfo.username}") for c in (node.observer, node.admin)]
    assert who == ["token-admin", "admin"]
