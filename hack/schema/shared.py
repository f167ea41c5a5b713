"""What Deployment and Environment have in common."""
from schema.words import (DATA_KEY, ENDPOINT, HEADER, HOST, HTTP_URL, LABEL, PREFIX, STATUS_CODES, TEXT, VARIABLE, WORD, at_most_one,
                          block, command, counted, duration, exactly_one, field, later, listed, moment, name, named, number, reference, rule, shown, text, truth,
                          with_rules, word)

# Names that change how tools run: the table of controller/api/variable_names.hpp as one pattern.
REFUSED = ("^((LD_|GIT_SSH|GIT_CONFIG|TF_CLI_|TF_PLUGIN_|ANSIBLE_|KUBECTL_|DOCKER_|BUILDKIT_|COMPOSE_|DEPLOYCTL_).*"
           "|GCONV_PATH|PATH|HOME|TMPDIR|IFS|ENV|BASH_ENV|BASHOPTS|SHELLOPTS|PS4|PYTHONHOME|PYTHONPATH|PYTHONSTARTUP|GIT_EXEC_PATH"
           "|GIT_PROXY_COMMAND|GIT_ASKPASS|SSH_ASKPASS|TF_DATA_DIR|TF_WORKSPACE|KUBECONFIG|.*_PROXY|.*_proxy)$")


def key_reference(kind, default=False):
    """Without a default inside what an Environment may default."""
    return block(f"One key of a {kind} in the same namespace.", {
        "name": name(f"Name of the {kind}."),
        "key": text("Key in it.", 253, DATA_KEY, least=1),
        "optional": truth("Whether it is left out when object or key is missing; otherwise the deployment waits. Default: false.", default),
    }, ["name", "key"])


TRACK = word("Pinned: part of the digest and of the revision, so that a change deploys and a rollback restores it. Live: the current value is "
             "used whenever something runs. Unset: Live for Secrets, Pinned for everything else.", "Pinned", "Live")


def variables(says):
    allowed = rule(f"!self.name.matches('{REFUSED}')", "name is not allowed, because it changes how tools run; choose another name")
    item = block("One variable.", {
        "name": text("Its name.", 128, VARIABLE, least=1),
        "value": text("Its value.", 16384, TEXT),
        "valueFrom": block("Where its value stands.", {
            "secretKeyRef": key_reference("Secret"),
            "configMapKeyRef": key_reference("ConfigMap"),
            "outputRef": block("An output of another Deployment.", {
                "deployment": name("Name of that Deployment."),
                "output": text("Name of the output.", 128, WORD, least=1),
            }, ["deployment", "output"]),
        }, rules=[exactly_one("secretKeyRef", "configMapKeyRef", "outputRef")]),
        "track": TRACK,
    }, ["name"], [exactly_one("value", "valueFrom"), allowed])
    return named(says, 128, item)


def variables_from(says):
    def whole(kind):
        return block(f"Every key of a {kind}.", {
            "name": name(f"Name of the {kind}."),
            "optional": truth("Whether a missing object is passed over; otherwise the deployment waits.", default=False),
        }, ["name"])
    item = block("One object whose keys become variables.", {
        "configMapRef": whole("ConfigMap"),
        "secretRef": whole("Secret"),
        "prefix": text("Put before every key.", 64, PREFIX),
        "track": TRACK,
    }, rules=[exactly_one("configMapRef", "secretRef")])
    return listed(says, 32, item)


UPWARDS = rule("self.split(',').all(range, range.size() != 7 || range.substring(0, 3) <= range.substring(4))",
               "a range must not go down; write 200-399")
EXPECTED_STATUS = with_rules(text("Status codes that count as success: codes and ranges with commas between. Default: 200-399.", 128,
                                  STATUS_CODES), UPWARDS)
URL = text("Address, http or https. Link-local and metadata addresses are always refused; loopback and the API server too, unless the "
           "controller runs with --allow-loopback.", 2048, HTTP_URL)
HEADERS = listed("Headers sent with the request.", 16, block("One header.", {
    "name": text("Its name.", 128, HEADER, least=1),
    "value": text("Its value.", 4096),
    "valueFrom": block("Where its value stands.", {"secretKeyRef": key_reference("Secret", default=None)}, ["secretKeyRef"]),
}, ["name"], [exactly_one("value", "valueFrom")]))


def checks(says):
    item = block("One check.", {
        "name": text("Its name, unique in its list.", 63, LABEL, least=1),
        "http": block("An HTTP request that must be answered as expected.", {
            "url": URL,
            "method": word("Request method. Default: GET.", "GET", "HEAD", "POST"),
            "headers": HEADERS,
            "expectedStatus": EXPECTED_STATUS,
            "expectedBody": text("RE2 pattern that must be found in the first 64 KiB of the body.", 1024, TEXT),
            "insecureSkipVerify": truth("Whether the server's certificate is not verified. Default: false."),
            "caSecretRef": reference("Secret whose key ca.crt is trusted instead of the public certificates."),
        }, ["url"]),
        "tcp": block("A TCP connection that must be accepted.", {
            "host": text("Host name or IP address.", 253, HOST, least=1),
            "port": number("Port to connect to.", 1, 65535),
        }, ["host", "port"]),
        "command": command("A program and its arguments that must exit with 0. It runs where the controller runs."),
        "timeout": duration("How long one attempt may take, all in all. Default: 5s."),
        "retries": number("Further attempts after a failed one. Default: 5.", 0, 100),
        "backoff": block("How long to wait between attempts.", {
            "initial": duration("Before the second attempt. Default: 1s."),
            "factor": number("Each wait is this many times the one before. Default: 2.", 1, 10),
            "max": duration("No wait is longer. Default: 30s."),
        }),
        "initialDelay": duration("How long to wait before the first attempt. Default: 0s.", shortest="0s"),
    }, ["name"], [exactly_one("http", "tcp", "command")])
    return named(says, 16, item)


def health():
    return block("What must be true before and after a deployment, besides the check that each type has built in.", {
        "pre": checks("Before anything is touched, for deployments only; a failure blocks the operation."),
        "post": checks("The gate after a deployment; a failure is a failed deployment."),
        "require": {"description": "How many checks of a list must pass: All, Any or a number from 1 to 16. Default: All.",
                    "anyOf": [{"type": "integer"}, {"type": "string"}], "x-kubernetes-int-or-string": True,
                    "x-kubernetes-validations": [rule("type(self) == int ? self >= 1 && self <= 16 : self == 'All' || self == 'Any'",
                                                      "must be All, Any or a number of checks from 1 to 16")]},
        "stableFor": duration("How long the checks must go on to pass before it counts as a success. Default: 0s.", shortest="0s"),
        "watch": later(block("Checks of what serves, for as long as it serves. Unset: none.", {
            "interval": duration("Time between two rounds. Default: 30s.", shortest="1s"),
            "failureThreshold": number("Rounds that must fail in a row. Default: 3.", 1, 100),
            "onFailure": word("What is done then. Default: Report.", "Report", "Redeploy", "Rollback"),
        })),
    })


def hooks():
    def hook_list(says):
        item = block("One hook: a command or an HTTP request.", {
            "name": text("Its name, unique in its list.", 63, LABEL, least=1),
            "command": command("A program and its arguments. It runs where the controller runs."),
            "http": block("An HTTP request.", {
                "url": URL,
                "method": word("Request method. Default: POST.", "GET", "POST", "PUT", "PATCH", "DELETE"),
                "headers": HEADERS,
                "body": text("Body of the request.", 16384, TEXT),
                "expectedStatus": EXPECTED_STATUS,
            }, ["url"]),
            "timeout": duration("How long it may take. Built in: 5m for a command, 30s for a request."),
            "onFailure": word("Fail: the operation fails. Ignore: it goes on. Default: Fail.", "Fail", "Ignore"),
        }, ["name"], [exactly_one("command", "http")])
        return named(says, 16, item)
    return block("Programs and requests around an operation. A rollback runs the hooks of the revision it restores.", {
        "preDeploy": hook_list("Before a deployment; a failure ends it before anything is touched."),
        "postDeploy": hook_list("After the gate of a deployment passed; a failure is a failure of the release."),
        "preRollback": hook_list("Before a rollback."),
        "postRollback": hook_list("After a rollback."),
    })


def rollback():
    return block("What happens when a release fails after it began to change things.", {
        "automatic": truth("Whether the last successful revision is restored without being asked. Default: true."),
        "maxAttempts": number("Attempts of one rollback. Default: 1.", 1, 10),
        "timeout": duration("How long a rollback may take. Built in: the timeout of the deployment."),
    })


def approval():
    return block("Whether a person must approve the plan of a deployment.", {
        "required": truth("Whether it waits for approval. Default: false."),
        "expiresAfter": duration("A plan nobody approved is made anew after this time. Default: 24h.", shortest="60s"),
    })


def retry():
    return block("Attempts after a failed one. Failures before anything was touched are retried for ever.", {
        "limit": number("Further attempts of a release that failed and could not be rolled back. Default: 3.", 0, 100),
        "interval": duration("Wait before the second attempt; it doubles from there. Default: 30s."),
        "maxInterval": duration("No wait is longer. Default: 10m."),
    })


def timeout():
    return duration("How long an operation may take as a whole; every step has its own limit, too. Default: 30m.")


def docker_host():
    return later(docker_daemon(reference))


def docker_daemon(secret):
    return block("A docker daemon other than the one of the controller's machine.", {
        "endpoint": text("Address: unix://, tcp:// or ssh://.", 512, ENDPOINT),
        "tlsSecretRef": secret("Secret with ca.crt, tls.crt and tls.key."),
        "sshSecretRef": secret("Secret with ssh-privatekey and known_hosts."),
    }, rules=[at_most_one("tlsSecretRef", "sshSecretRef")])


def kube_config():
    return block("Another cluster or identity than the controller's.", {
        "secretRef": reference("Secret with a kubeconfig under the key value or kubeconfig. Programs and file paths in it are refused."),
    }, ["secretRef"])


def condition_list():
    item = block("One condition.", {
        "type": shown("What it is about.", least=1),
        "status": word("True, False or Unknown.", "True", "False", "Unknown"),
        "reason": shown("Why, as one word of a closed list.", least=1),
        "message": shown("Why, in a sentence.", 1024),
        "lastTransitionTime": moment("When the status changed last."),
        "observedGeneration": counted("The generation of the object it is about."),
    }, ["type", "status", "reason", "lastTransitionTime"])
    return field("array", "Ready always; Reconciling, Stalled, ApprovalPending and StateLocked only while true; Healthy and Drifted once known.",
                 items=item, maxItems=16, **{"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]})


def crd(kind, plural, short, says, spec, status, columns, root_rules=()):
    version = {
        "name": "v1alpha1", "served": True, "storage": True, "subresources": {"status": {}},
        "additionalPrinterColumns": columns,
        "schema": {"openAPIV3Schema": with_rules({
            "type": "object", "description": says, "required": ["spec"],
            "properties": {
                "apiVersion": {"type": "string", "description": "Version of the schema of this object: deployctl.io/v1alpha1."},
                "kind": {"type": "string", "description": f"Kind of this object: {kind}."},
                "metadata": {"type": "object"},
                "spec": spec, "status": {**status, "default": {"observedGeneration": -1}},
            }}, *root_rules)}}
    return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": f"{plural}.deployctl.io"},
            "spec": {"group": "deployctl.io", "scope": "Namespaced",
                     "names": {"kind": kind, "listKind": f"{kind}List", "plural": plural, "singular": plural.removesuffix("s"),
                               "shortNames": [short], "categories": ["deployctl"]},
                     "versions": [version]}}
