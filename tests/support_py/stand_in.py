"""A tool in front of the real one: writes down what is run, and can hold a run still, so that a test can act in the middle of a step."""
import json
import pathlib
import shutil

import places
from waiting import wait_until

SCRIPT = '''#!/usr/bin/python3
import json, os, subprocess, sys, time
home, real = {home!r}, {real!r}
def write(event):
    line = json.dumps({{"event": event, "pid": os.getpid(), "argv": sys.argv[1:], "environ": dict(os.environ)}}) + "\\n"
    fd = os.open(home + "/journal", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(fd, line.encode())
    os.close(fd)
def refuse():
    try:
        wanted = json.load(open(home + "/refuse"))
    except (OSError, ValueError):
        return
    if all(word in sys.argv for word in wanted["words"]):
        sys.stderr.write(wanted["message"] + "\\n")
        sys.exit(1)
def hold(when):
    try:
        wanted = json.load(open(home + "/hold"))
    except (OSError, ValueError):
        return
    if wanted["when"] == when and all(word in sys.argv for word in wanted["words"]) and not any(w in sys.argv for w in wanted["without"]):
        write("held")
        while os.path.exists(home + "/hold"):
            time.sleep(0.02)
write("start")
refuse()
hold("before")
code = subprocess.call([real, *sys.argv[1:]])
hold("after")
write("end")
sys.exit(code if code >= 0 else 128 - code)
'''


class StandIn:
    """Put `directory` into --tools-dir."""

    def __init__(self, directory, tool):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.home = self.directory / f"{tool}.d"
        self.home.mkdir()
        pinned = places.tools() / tool
        program = self.directory / tool
        program.write_text(SCRIPT.format(home=str(self.home), real=str(pinned if pinned.exists() else shutil.which(tool))))
        program.chmod(0o755)

    def hold(self, *words, when="before", without=()):
        """The next run with all these words in its argv stands still, before or after the real tool did its work."""
        part = self.home / "hold.part"
        part.write_text(json.dumps({"words": words, "when": when, "without": list(without)}))
        part.rename(self.home / "hold")

    def refuse(self, *words, message):
        """Runs with all these words fail with that message, until `accept`."""
        (self.home / "refuse").write_text(json.dumps({"words": words, "message": message}))

    def accept(self):
        (self.home / "refuse").unlink(missing_ok=True)

    def release(self):
        (self.home / "hold").unlink(missing_ok=True)

    def runs(self, event="start"):
        journal = self.home / "journal"
        lines = journal.read_text().splitlines() if journal.exists() else []
        return [entry for entry in map(json.loads, lines) if entry["event"] == event]

    def forget(self):
        (self.home / "journal").unlink(missing_ok=True)

    def wait_held(self, seconds=30):
        return wait_until(lambda: self.runs("held"), seconds, what="the tool is held in its step")[-1]["pid"]


class Held:
    """A controller of whose tools one can be held still, to be killed and restarted there; `others` are written down only."""

    def __init__(self, new_controller, directory, name, *others):
        self.tools = {tool: StandIn(directory, tool) for tool in (name, *others)}
        self.tool = self.tools[name]
        self.controller = new_controller(f"--tools-dir={directory}", "--allow-loopback").start()

    def die(self):
        pid = self.tool.wait_held(60)
        self.controller.kill()
        self.controller.start()
        self.tool.release()
        wait_until(lambda: not is_running(pid), 30, what="the tool that the dead controller had started is gone")


def is_running(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
