"""What a playbook did, as JSON lines: one small event a line, and at the end one recap.

The stdout callback that the ansible executor runs with; output.cpp reads the recap, people read the rest. Every line is
bounded: long texts are cut, and of many failures or changes the recap names the first few.
"""
import json
import sys

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: deployctl_events
type: stdout
short_description: one JSON object per event
description: [Small events while a playbook runs and one recap at its end.]
"""

NAMED = 5
LONGEST_NAME = 120
LONGEST_MESSAGE = 400


def short(value, limit):
    text = " ".join(str(value).split())
    return text if len(text) <= limit else text[:limit - 3] + "..."


def message_of(result):
    """Why a task failed, in its own words: of a loop the first item that did, of a command what it said last."""
    if "censored" in result:
        return "hidden by no_log"
    for item in result.get("results") or []:
        if isinstance(item, dict) and (item.get("failed") or item.get("unreachable")):
            return message_of(item)
    said = [str(result.get("msg") or result.get("reason") or "").strip()]
    if isinstance(result.get("message"), str):  # include_vars
        said.append(result["message"].strip())
    errors = str(result.get("stderr") or result.get("module_stderr") or "").strip().splitlines()
    return ": ".join(words for words in [*said, *errors[-1:]] if words)


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "deployctl_events"

    def __init__(self):
        super().__init__()
        self.troubles = {}
        self.changes = []

    def tell(self, event, **values):
        sys.stdout.write(json.dumps({"event": event, **values}) + "\n")
        sys.stdout.flush()

    def about(self, event, result, **values):
        told = {"host": short(result._host.get_name(), LONGEST_NAME), "task": short(result._task.get_name(), LONGEST_NAME), **values}
        self.tell(event, **told)
        return told

    def v2_playbook_on_play_start(self, play):
        self.tell("play", name=short(play.get_name(), LONGEST_NAME))

    def v2_playbook_on_task_start(self, task, is_conditional):
        self.tell("task", name=short(task.get_name(), LONGEST_NAME))

    def v2_playbook_on_handler_task_start(self, task):
        self.tell("task", name=short(task.get_name(), LONGEST_NAME))

    def v2_runner_on_ok(self, result):
        if result._result.get("changed"):
            changed = self.about("changed", result)
            if len(self.changes) < NAMED:
                self.changes.append(changed)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        failed = self.about("failed", result, message=short(message_of(result._result), LONGEST_MESSAGE), ignored=bool(ignore_errors))
        if not ignore_errors:
            self.troubles[result._host.get_name()] = failed

    def v2_runner_on_unreachable(self, result):
        message = short(message_of(result._result), LONGEST_MESSAGE)
        self.troubles[result._host.get_name()] = self.about("unreachable", result, message=message)

    def v2_playbook_on_stats(self, stats):
        hosts = {host: stats.summarize(host) for host in sorted(stats.processed)}
        failed = [host for host, sums in hosts.items() if sums["failures"]]
        unreachable = [host for host, sums in hosts.items() if sums["unreachable"] and not sums["failures"]]
        troubles = [self.troubles[host] for host in (failed + unreachable) if host in self.troubles]
        sums = {key: sum(each[key] for each in hosts.values()) for key in ("ok", "changed")}
        self.tell("recap", hosts=len(hosts), failed=len(failed), unreachable=len(unreachable), **sums, troubles=troubles[:NAMED],
                  changes=self.changes)
