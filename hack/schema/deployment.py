"""The schema of deployments.deployctl.io."""
from schema import shared
from schema.status import status
from schema.words import (ABSOLUTE, CPUS, GIT_URL, GROUP_VERSION, HTTP_URL, IMAGE, IP, LABEL, LINE, MEMORY, SHA256, TEXT, VOLUME, WORD, argument,
                          at_most_one, block, count_set, duration, exactly_one, field, inner_path, later, listed, mapped, name, number, reference, rule, text,
                          truth, with_rules, word)

FILE_NAMES = rule("self.all(name, name != '' && name.size() <= 253 && !name.startsWith('-') && !name.startsWith('/') && "
                  "!name.matches('(^|/)[.][.](/|$)|[\\\\x00-\\\\x1f\\\\x7f]'))",
                  "names must be relative paths of at most 253 characters, without '..', not beginning with '-'")
ALL_FILES = rule("self.map(name, self[name].size()).sum() <= 524288",
                 "must have at most 524288 characters in all; use configMapRef, git or archive")
BUILD_ARGUMENTS = rule("self.all(name, name.size() <= 128 && name.matches('^[A-Za-z_][A-Za-z0-9_]*$'))",
                       "names must be letters, digits and '_', not beginning with a digit")


def unchangeable(member, block_name):
    return rule(f"has(self.{member}) == has(oldSelf.{member}) && (!has(self.{member}) || self.{member} == oldSelf.{member})",
                f"{block_name}.{member} is immutable; make a new object")


def source():
    files = with_rules(mapped("File names to contents, at most 512 KiB in all.", 100, field("string", "Content of the file.", maxLength=524288),
                              least=1), FILE_NAMES, ALL_FILES)
    return block("Where the files of the deployment come from.", {
        "inline": block("Files that stand in this object.", {"files": files}, ["files"]),
        "configMapRef": reference("A ConfigMap; each key is a file."),
        "secretRef": reference("A Secret; each key is a file."),
        "git": later(block("A git repository.", {
            "url": text("Address, https or ssh.", 2048, GIT_URL),
            "ref": block("What to check out. Unset: the default branch.", {
                "branch": argument("A branch.", 255, IMAGE),
                "tag": argument("A tag; ${version} stands for the version.", 255, IMAGE),
                "commit": argument("A commit.", 64, WORD),
            }, rules=[at_most_one("branch", "tag", "commit")]),
            "secretRef": reference("Secret with the credentials."),
        }, ["url"])),
        "archive": later(block("A tar.gz or zip.", {
            "url": text("Address, http or https.", 2048, HTTP_URL),
            "secretRef": shared.key_reference("Secret"),
            "sha256": text("SHA-256 of the archive's bytes.", 64, SHA256),
            "credentialsSecretRef": reference("Secret with the credentials for the address."),
        }, rules=[exactly_one("url", "secretRef")])),
        "directory": block("A directory of the controller's machine.", {
            "path": inner_path("Path under --source-root/NAMESPACE."),
        }, ["path"]),
    }, rules=[exactly_one("inline", "configMapRef", "secretRef", "git", "archive", "directory")])


def docker():
    port = block("One published port.", {
        "container": number("Port of the container.", 1, 65535),
        "host": number("Port of the machine. Unset: the same.", 1, 65535),
        "hostIP": text("Address of the machine to listen on. Unset: all.", 45, IP, least=1),
        "protocol": word("Protocol.", "tcp", "udp", "sctp", default="tcp"),
    }, ["container"])
    volume = block("One volume or directory in the container.", {
        "source": argument("Name of a volume, or a path of the machine.", 1024, VOLUME),
        "target": text("Path in the container.", 1024, ABSOLUTE, least=1),
        "readOnly": truth("Whether the container may only read it.", default=False),
    }, ["source", "target"])
    build = block("Builds the image from the source.", {
        "context": inner_path("Directory in the source.", default="."),
        "dockerfile": inner_path("Path of the Dockerfile, in the context.", default="Dockerfile"),
        "args": with_rules(mapped("Build arguments; ${version} stands for the version.", 64, text("Value.", 4096, TEXT)), BUILD_ARGUMENTS),
        "target": argument("Stage of the Dockerfile to build.", 128, WORD),
    })
    return block("For type docker: one container.", {
        "image": argument("Image to run; ${version} stands for the version.", 512, IMAGE),
        "build": build,
        "ports": listed("Ports published on the machine.", 64, port),
        "command": listed("Arguments of the container. Unset: the image's own.", 128, text("One word; never read by a shell.", 4096, TEXT)),
        "volumes": listed("Volumes and directories in the container.", 64, volume),
        "network": argument("Network the container joins. Unset: the daemon's default.", 128, WORD),
        "restartPolicy": word("When the daemon starts the container again.", "no", "always", "on-failure", "unless-stopped",
                              default="unless-stopped"),
        "user": argument("User and group the process runs as: name or id, with a colon between. Unset: the image's.", 128, WORD),
        "memory": text("Most memory the container may use, as 512m.", 16, MEMORY, least=1),
        "cpus": text("Most processors the container may use, as 0.5.", 16, CPUS, least=1),
        "pull": word("When the image is pulled.", "IfNotPresent", "Always", "Never", default="IfNotPresent"),
        "registrySecretRef": reference("Secret of type kubernetes.io/dockerconfigjson to pull with."),
        "host": shared.docker_host(),
    }, rules=[exactly_one("image", "build")])


def compose():
    return block("For type docker-compose: one project.", {
        "files": listed("Compose files in the source. Unset: compose.yaml, else docker-compose.yml.", 16, inner_path("Path in the source.")),
        "project": argument("Name of the project, immutable. Unset: NAMESPACE_NAME.", 63, WORD),
        "profiles": listed("Profiles to enable.", 32, argument("One profile.", 128, WORD)),
        "services": listed("Services to deploy. Unset: all.", 64, argument("One service.", 128, WORD)),
        "build": truth("Whether images with a build section are built.", default=True),
        "pull": word("When images are pulled.", "missing", "always", "never", default="missing"),
        "removeOrphans": truth("Whether containers of services that are gone are removed.", default=False),
        "waitTimeout": duration("How long to wait until the services are running or healthy.", default="5m"),
        "registrySecretRef": reference("Secret of type kubernetes.io/dockerconfigjson to pull with."),
        "host": shared.docker_daemon(lambda words: later(reference(words))),
    }, rules=[unchangeable("project", "dockerCompose")])


def kubernetes():
    return block("For type kubernetes: manifests applied server-side.", {
        "namespace": text("Namespace for objects that name none. Unset: this object's own.", 63, LABEL, least=1),
        "kustomize": truth("Whether the source is rendered by kustomize. Unset: when it has a kustomization file."),
        "prune": truth("Whether objects that are no longer in the source are deleted.", default=True),
        "force": truth("Whether fields of another manager and objects of another Deployment are taken over; otherwise that is a conflict.", default=False),
        "wait": truth("Whether to wait until the workloads are available.", default=True),
        "substitute": truth("Whether ${NAME} in manifests is replaced by the variables.", default=False),
        "kubeConfig": shared.kube_config(),
    })


def terraform():
    return block("For type terraform: one module.", {
        "binary": word("Program to use. Unset: the one installed, tofu first.", "terraform", "tofu"),
        "varFiles": listed("Variable files in the source.", 32, inner_path("Path in the source.")),
        "autoApprove": truth("Whether a plan is applied without a person.", default=False),
        "workspace": argument("Workspace, immutable. Unset: default.", 90, WORD),
        "backend": word("Where the state lives, immutable. Auto: where the module says, else in a Secret of the namespace. Kubernetes: in that "
                        "Secret. Module: where the module says. A state in the cluster does not follow KUBE_CONFIG_PATH of env, which is "
                        "for the module's providers; other KUBE_* variables, which it would follow, are refused.", "Auto", "Kubernetes", "Module", default="Auto"),
        "backendConfigSecretRef": reference("Secret whose keys configure the module's backend."),
        "parallelism": number("Operations at a time.", 1, 256, default=10),
        "maxDestroy": number("A plan of a deployment that destroys more is refused. Unset: no limit.", 0, 100000),
        "lockTimeout": duration("How long to wait for the state's lock.", default="0s", shortest="0s"),
        "forceUnlock": word("OwnDead: a lock of ours whose holder is dead is removed.", "Never", "OwnDead", default="Never"),
    }, rules=[unchangeable("workspace", "terraform"), unchangeable("backend", "terraform")])


def ansible():
    inventory = block("The hosts.", {
        "path": inner_path("Inventory file or directory in the source."),
        "inline": text("The inventory itself.", 65536, TEXT),
    }, rules=[exactly_one("path", "inline")])
    return block("For type ansible: one playbook.", {
        "playbook": inner_path("Path in the source."),
        "inventory": inventory,
        "vaultPasswordSecretRef": reference("Secret with the vault password under the key password."),
        "sshSecretRef": reference("Secret with the keys ssh-privatekey and known_hosts. A host whose key is not in known_hosts is refused."),
        "limit": argument("Hosts the run is limited to.", 512, LINE),
        "tags": listed("Only tasks with these tags.", 64, argument("One tag.", 128, WORD)),
        "skipTags": listed("No tasks with these tags.", 64, argument("One tag.", 128, WORD)),
        "forks": number("Hosts at a time.", 1, 500, default=5),
        "become": truth("Whether tasks run as another user, usually root.", default=False),
        "requirements": inner_path("File in the source with roles and collections to install."),
        "destroyPlaybook": inner_path("Playbook that removes what was deployed. Unset: Destroy changes nothing on the hosts."),
        "rollbackPlaybook": inner_path("Playbook that goes back. Unset: the previous playbook runs again."),
    }, ["playbook", "inventory"])


def dependencies():
    return later(listed("What must be ready before a new operation begins.", 32, block("One dependency.", {
        "apiVersion": text("Group and version of its kind.", 253, GROUP_VERSION, least=1, default="deployctl.io/v1alpha1"),
        "kind": text("Its kind.", 63, WORD, least=1, default="Deployment"),
        "name": name("Its name, in the same namespace."),
        "condition": text("Condition that must be True.", 63, WORD, least=1, default="Ready"),
        "minRevision": number("Least revision that must serve.", 1, 1000000000),
    }, ["name"])))


BLOCKS = {"docker": "docker", "docker-compose": "dockerCompose", "kubernetes": "kubernetes", "terraform": "terraform", "ansible": "ansible"}


def block_of_type():
    """One rule whose message names the block that is needed and those that were found."""
    needed = "{" + ", ".join(f"'{kind}': '{member}'" for kind, member in BLOCKS.items()) + "}[self.type]"
    matches = " : ".join(f"self.type == '{kind}' ? has(self.{member})" for kind, member in BLOCKS.items()) + " : false"
    found = " + ".join(f"(has(self.{member}) ? ' {member}' : '')" for member in BLOCKS.values())
    return rule(f"({matches}) && {count_set(BLOCKS.values())} == 1",
                expressed=f"'type ' + self.type + ' needs exactly the block ' + {needed} + '; found' + "
                          f"({count_set(BLOCKS.values())} == 0 ? ' none' : '') + {found}")


RULES = [
    block_of_type(),
    rule("has(self.source) || (self.type == 'docker' && !(has(self.docker) && has(self.docker.build)))",
         "source is missing: set one of source.inline, source.configMapRef, source.secretRef, source.git, source.archive, source.directory "
         "(only docker.image does without)"),
    rule("!has(oldSelf.environmentRef) || (has(self.environmentRef) && self.environmentRef.name == oldSelf.environmentRef.name)",
         "environmentRef is immutable once set; make a new object"),
]


def spec():
    kind = with_rules(word("The tool that deploys. Exactly the block of that type must be set. Immutable.", *BLOCKS), rule("self == oldSelf", "type is immutable; make a new object"))
    version = with_rules(text("The label people know the release by: tag, semantic version, commit. Tools see it as DEPLOYCTL_VERSION.", 128),
                         rule("!self.startsWith('-')", "must not begin with '-', a tool would read it as an option"))
    return block("What is to be deployed, and how.", {
        "type": kind,
        "version": version,
        "environmentRef": later(reference("An Environment that this object is merged over. Immutable once set.")),
        "serviceAccountName": later(name("ServiceAccount in this namespace used for all access to the cluster on this object's behalf.")),
        "source": source(),
        "path": inner_path("Directory in the source that is deployed.", default="."),
        "variables": shared.variables("Values for the deployment: the environment of containers and hooks, and ${NAME} in manifests."),
        "variablesFrom": shared.variables_from("Objects whose keys become variables; single variables win over them."),
        "env": shared.variables("The environment of the tools and hooks themselves, such as credentials of a cloud."),
        "envFrom": shared.variables_from("Objects whose keys become part of that environment."),
        "hooks": shared.hooks(),
        "health": shared.health(),
        "rollback": shared.rollback(),
        "historyLimit": number("Kept revisions and entries of the history.", 1, 50, default=10),
        "approval": shared.approval(),
        "dependsOn": dependencies(),
        "interval": duration("How often health and drift are looked at again.", default="10m", shortest="60s"),
        "retry": shared.retry(),
        "timeout": shared.timeout(),
        "drift": word("What is done when the world no longer is as declared: told, corrected, or not looked for. Correct is not acted on yet. "
                      "Unset: Report, for ansible Ignore.", "Report", "Correct", "Ignore"),
        "suspend": truth("Whether nothing new is started. An operation that runs is finished; rollback and force requests are still obeyed.",
                         default=False),
        "deletionPolicy": word("Destroy: what was deployed is removed with this object. Orphan: it stays.", "Destroy", "Orphan",
                               default="Destroy"),
        "strategy": word("How the new release takes the place of the old one. Only Recreate is acted on yet.", "Recreate", "RollingUpdate",
                         "BlueGreen", "Canary", default="Recreate"),
        "docker": docker(),
        "dockerCompose": compose(),
        "kubernetes": kubernetes(),
        "terraform": terraform(),
        "ansible": ansible(),
    }, ["type"], RULES)


def column(title, path, kind="string", says=None, wide=False):
    return {"name": title, "type": kind, "jsonPath": path, "description": says, **({"priority": 1} if wide else {})}


COLUMNS = [
    column("Ready", '.status.conditions[?(@.type=="Ready")].status', says="Whether the desired release serves."),
    column("Reason", '.status.conditions[?(@.type=="Ready")].reason', says="Why, as one word."),
    column("Version", ".status.version", says="Version that serves."),
    column("Revision", ".status.revision", "integer", "Revision that serves."),
    column("Type", ".spec.type", says="The tool that deploys."),
    column("Age", ".metadata.creationTimestamp", "date", "Time since the object was made."),
    column("Message", '.status.conditions[?(@.type=="Ready")].message', says="Why, in a sentence.", wide=True),
    column("Last-Success", ".status.lastSuccessAt", "date", "Time since the last successful deployment.", wide=True),
    column("Target", ".status.target['project','namespace']", says="Container, project or namespace it lives in.", wide=True),
]


def crd():
    return shared.crd("Deployment", "deployments", "dctl", "One deployable thing of one type, brought to what its spec asks.", spec(), status(),
                      COLUMNS)
