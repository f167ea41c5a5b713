"""Every sample is accepted by a real API server with our schema, and none is forgotten."""
import places
import pytest
import yaml
from kubectl import KIND, Kubectl

FILES = sorted(places.SAMPLES.glob("*.yaml"))


@pytest.mark.parametrize("sample", FILES, ids=lambda path: path.stem)
def test_the_api_server_accepts_the_sample(cluster, namespace, sample):
    namespace.run("apply", "--server-side", "--validate=strict", "-f", sample)
    stored = namespace.items(KIND)
    assert [o["metadata"]["name"] for o in stored] == [yaml.safe_load(sample.read_text())["metadata"]["name"]]


def test_the_controllers_account_is_what_rbac_yaml_says(account, namespace):
    controller = Kubectl(account, namespace.namespace)
    answers = {words: controller.try_run("auth", "can-i", *words.split()).stdout.strip() for words in (
        f"get {KIND}", f"patch {KIND} --subresource=status", "create secrets", f"delete {KIND}", f"create {KIND}",
        "create roles.rbac.authorization.k8s.io", "get nodes", "list nodes", "delete namespaces")}
    assert list(answers.values()) == ["yes", "yes", "yes", "no", "no", "no", "yes", "no", "no"], answers
