"""The schema of a Deployment's status."""
from schema.shared import condition_list
from schema.words import block, counted, field, moment, shown, truth, word

DIGEST = shown("Digest of what was asked.")
KINDS = ("Deploy", "Rollback", "Destroy")


def listed(says, most, item):
    return field("array", says, items=item, maxItems=most, **{"x-kubernetes-list-type": "atomic"})


def operation():
    holder = block("The process that performs it, and what proves that it is dead.", {
        "identity": shown("One word for each start of a process; in a Pod it begins with NAMESPACE/NAME.", 384),
        "podUID": shown("Its Pod."),
        "node": shown("Its Node; outside a Pod the host name.", 253),
        "pid": counted("Its process id."),
        "processStart": counted("When the process started, in clock ticks of its machine."),
        "bootID": shown("The start of the machine it runs on."),
    })
    return block("Present only while something runs or must be recovered.", {
        "id": shown("Its id, for the cancel request.", least=1),
        "kind": word("What is done.", *KINDS),
        "revision": counted("Revision it makes."),
        "restoredRevision": counted("Revision whose inputs a rollback uses."),
        "digest": DIGEST,
        "attempt": counted("Which attempt it is."),
        "step": shown("Step that runs."),
        "once": truth("Whether that step must not be run twice without a look."),
        "holder": holder,
        "startedAt": moment("When it began."),
        "deadline": moment("When it is given up."),
        "trigger": shown("What caused it."),
        "by": shown("Who asked for it."),
        "why": shown("Why, in the words of who asked."),
    }, ["id", "kind"])


def history():
    return listed("One entry per operation, newest first.", 50, block("One operation.", {
        "revision": counted("Revision it made; absent when it failed before it took a number."),
        "kind": word("What was done.", *KINDS),
        "version": shown("Version of the release."),
        "digest": DIGEST,
        "gate": shown("Digest of health, hooks and timeout."),
        "result": word("How it ended.", "Succeeded", "Failed", "RolledBack", "Cancelled", "Interrupted", "Superseded"),
        "restorable": word("Whether its inputs can be deployed again: from what is kept, from the source it names, or not.", "Exact",
                           "ByReference", "No"),
        "restoredRevision": counted("Revision whose inputs a rollback used."),
        "trigger": shown("What caused it: Spec, Source, Variables, Environment, Dependency, Request, Health, Drift or Automatic."),
        "by": shown("Who asked for it."),
        "why": shown("Why, in the words of who asked."),
        "startedAt": moment("When it began."),
        "finishedAt": moment("When it ended."),
        "duration": shown("How long it took."),
        "attempts": counted("How many times it was tried."),
        "reason": shown("Why it ended so, as one word."),
        "message": shown("Why it ended so, in a sentence.", 256),
    }, ["kind", "result"]))


def requests():
    def request(annotation):
        return block(f"The last {annotation} request.", {
            "token": shown("The annotation's value.", 256, least=1),
            "result": word("What came of it.", "Pending", "Done", "Refused"),
            "message": shown("Why, in a sentence.", 256),
            "at": moment("When it was first seen."),
        }, ["token", "result"])
    return block("The request annotations that were seen.", {
        "reconcile": request("deployctl.io/requested-at"),
        "force": request("deployctl.io/force-at"),
        "rollback": request("deployctl.io/rollback-to"),
        "approve": request("deployctl.io/approve"),
        "cancel": request("deployctl.io/cancel"),
    })


def plan():
    return block("The plan that waits for approval, or was approved and is carried out.", {
        "id": shown("Its id, for the approve request.", least=1),
        "kind": word("What it would do.", "Deploy", "Rollback"),
        "digest": shown("Digest of the inputs and the changes.", least=1),
        "add": counted("Things it would add."),
        "change": counted("Things it would change."),
        "destroy": counted("Things it would destroy."),
        "summary": shown("The changes, in short.", 4096),
        "createdAt": moment("When it was made."),
        "expiresAt": moment("When it is made anew."),
        "inputs": shown("Digest of the inputs it was made for.", least=1),
        "gate": shown("Digest of health, hooks and timeout it was made for."),
        "restoredRevision": counted("Of a rollback: the revision it goes back to."),
    }, ["id", "kind", "digest", "createdAt", "expiresAt", "inputs"])


def health():
    return block("Last results of the checks.", {
        "state": shown("Healthy, Unhealthy or Unknown."),
        "since": moment("Since when."),
        "checks": listed("One entry per check.", 32, block("One check.", {
            "name": shown("Its name.", least=1),
            "state": shown("Healthy, Unhealthy or Unknown."),
            "since": moment("Since when."),
            "message": shown("What was found.", 256),
        }, ["name"])),
    })


def status():
    return block("What was found and done. Written by the controller alone.", {
        "observedGeneration": counted("The generation that the conditions are about."),
        "revision": counted("Revision that serves."),
        "lastRevision": counted("The highest revision ever given."),
        "version": shown("Version of the revision that serves."),
        "lastSuccessAt": moment("When a deployment last succeeded."),
        "conditions": condition_list(),
        "operation": operation(),
        "plan": plan(),
        "target": block("Where the deployed thing lives.", {
            "host": shown("Docker daemon, or the cluster's id.", 512),
            "namespace": shown("Namespace.", 253),
            "project": shown("Name of the container or project.", 253),
            "workspace": shown("Backend and workspace.", 512),
        }),
        "health": health(),
        "quarantined": listed("Digests that are not begun again by themselves.", 10, block("One digest.", {
            "digest": DIGEST,
            "gate": shown("Digest of health, hooks and timeout it failed under."),
            "version": shown("Version of the release."),
            "revision": counted("Revision it had."),
            "reason": shown("Why, as one word."),
            "since": moment("Since when."),
        }, ["digest"])),
        "inventory": block("What the serving revision owns; the list itself is in its Secret.", {
            "count": counted("How many objects."),
            "digest": shown("Digest of the list."),
        }, ["count"]),
        "outputs": block("What the serving revision tells others.", {
            "secretName": shown("Secret that holds the values.", 253),
            "names": listed("Their names, at most 64 of them.", 64, shown("One name.")),
        }),
        "lastHandled": requests(),
        "history": history(),
    })
