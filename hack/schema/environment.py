"""The schema of environments.deployctl.io."""
from schema import shared
from schema.words import block, counted, duration, listed, number, text, truth, word

WINDOW = block("One window.", {
    "kind": word("Whether deployments may begin in it, or may not.", "allow", "deny"),
    "schedule": text("When it opens, in five fields of cron.", 128, least=9),
    "duration": duration("How long it stays open.", shortest="60s"),
    "timeZone": text("IANA name of the time zone. Unset: UTC.", 64, r"^[A-Za-z0-9_+/-]+$"),
}, ["kind", "schedule", "duration"])


def spec():
    return block("What the Deployments of this environment have in common.", {
        "variables": shared.variables("Variables; those of a Deployment win by name."),
        "variablesFrom": shared.variables_from("Objects whose keys become variables."),
        "env": shared.variables("The environment of tools and hooks; that of a Deployment wins by name."),
        "envFrom": shared.variables_from("Objects whose keys become part of that environment."),
        "defaults": block("What holds where a Deployment says nothing.", {
            "health": shared.health(),
            "rollback": shared.rollback(),
            "approval": shared.approval(),
            "retry": shared.retry(),
            "timeout": shared.timeout(),
            "hooks": shared.hooks(),
        }),
        "docker": block("For types docker and docker-compose.", {"host": shared.docker_host()}),
        "kubeConfig": shared.kube_config(),
        "protected": truth("Whether every deployment needs approval.", default=False),
        "windows": listed("When deployments may begin. Rollbacks and deletions are never held.", 16, WINDOW),
        "freeze": truth("Whether no deployment begins at all.", default=False),
        "required": truth("Whether it binds every Deployment of the namespace, referred to or not.", default=False),
        "maxConcurrent": number("How many operations that an edit of this object caused run at a time.", 1, 1000, default=5),
        "maxFailures": number("After this many rollbacks caused by an edit the others wait until it changes again.", 1, 1000, default=1),
    })


def status():
    return block("What was found. Written by the controller alone.", {
        "observedGeneration": counted("The generation that the conditions are about."),
        "conditions": shared.condition_list(),
        "users": counted("How many Deployments it binds."),
    })


COLUMNS = [
    {"name": "Ready", "type": "string", "jsonPath": '.status.conditions[?(@.type=="Ready")].status', "description": "Whether it is in use."},
    {"name": "Protected", "type": "boolean", "jsonPath": ".spec.protected", "description": "Whether deployments need approval."},
    {"name": "Users", "type": "integer", "jsonPath": ".status.users", "description": "How many Deployments it binds."},
    {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp", "description": "Time since the object was made."},
]


def crd():
    return shared.crd("Environment", "environments", "dctlenv", "Settings and gates that several Deployments share. Not acted on yet.", spec(),
                      status(), COLUMNS)
