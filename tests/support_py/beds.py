"""The real parts: a bare control plane, a one-node cluster, a docker daemon. Started by words of hack/."""
import os
import pathlib
import shutil
import tempfile

import places


class Bed:
    """A directory that a word of hack/ fills. With `shared` the one that ctest started is used and left running."""

    def __init__(self, word, shared, *options):
        self.word, self.options = word, options
        self.owned = not (shared and pathlib.Path(shared).is_dir())
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="deployctl-bed-") if self.owned else shared)

    def __enter__(self):
        if self.owned:
            try:
                places.hack(self.word, "up", self.directory, *self.options)
            except AssertionError:
                shutil.rmtree(self.directory, ignore_errors=True)
                raise
        return self

    def __exit__(self, *_):
        if self.owned:
            places.hack(self.word, "down", self.directory)

    @property
    def admin(self):
        return self.directory / "admin.conf"

    @property
    def observer(self):
        """Another identity than the controller's and the administrator's."""
        return self.directory / "token.conf"


def control_plane():
    return Bed("control-plane", os.environ.get("DEPLOYCTL_CONTROL_PLANE"), "--controllers")


def node():
    return Bed("node", os.environ.get("DEPLOYCTL_NODE"))


def docker_daemon():
    return Bed("docker-daemon", os.environ.get("DEPLOYCTL_DOCKER"))


def ssh_host():
    return Bed("ssh-host", os.environ.get("DEPLOYCTL_SSH"))
