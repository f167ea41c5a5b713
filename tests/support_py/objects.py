"""Builders of what the tests apply."""
import copy

from controller import free_port


def deployment(name, kind, **spec):
    return {"apiVersion": "deployctl.io/v1alpha1", "kind": "Deployment", "metadata": {"name": name}, "spec": {"type": kind, **spec}}


def docker_hello(name="hello", version="1.0.0", port=None, **spec):
    """A container that serves "hello VERSION" on a free port of loopback; the gate asks for exactly that page."""
    port = port or free_port()
    check = {"name": "page", "timeout": "2s", "retries": 5, "backoff": {"initial": "300ms", "factor": 2, "max": "1s"},
             "http": {"url": f"http://127.0.0.1:{port}/", "expectedBody": f"hello {version}"}}
    return deployment(name, "docker", **{
        "version": version, "timeout": "60s", "health": {"post": [check]},
        "docker": {"image": "deployctl.local/hello:${version}", "pull": "Never",
                   "ports": [{"container": 8080, "host": port, "hostIP": "127.0.0.1"}]}, **spec})


def port_of(item):
    return item["spec"]["docker"]["ports"][0]["host"]


def at_version(item, version):
    """The same docker_hello as another version."""
    changed = copy.deepcopy(item)
    old = changed["spec"]["version"]
    changed["spec"]["version"] = version
    for check in changed["spec"].get("health", {}).get("post", []):
        check["http"]["expectedBody"] = check["http"]["expectedBody"].replace(old, version)
    return changed


CONFIG_MAP = """apiVersion: v1
kind: ConfigMap
metadata:
  name: {name}-page
data:
  index.html: |
    hello {version}
"""
WORKLOAD = """apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}-web
spec:
  selector:
    matchLabels: {{app: {name}-web}}
  template:
    metadata:
      labels: {{app: {name}-web}}
      annotations: {{page-version: "{version}"}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: web
          image: {image}
          imagePullPolicy: Never
          readinessProbe: {{httpGet: {{path: /index.html, port: 8080}}, periodSeconds: 1}}
          volumeMounts: [{{name: page, mountPath: /www}}]
      volumes:
        - name: page
          configMap: {{name: {name}-page}}
"""


def kubernetes_hello(name="hello", version="1.0.0", image="deployctl.local/busybox:1", files=None, **spec):
    """A workload that serves a page out of a ConfigMap."""
    manifests = {"page.yaml": CONFIG_MAP.format(name=name, version=version),
                 "web.yaml": WORKLOAD.format(name=name, version=version, image=image), **(files or {})}
    return deployment(name, "kubernetes", **{
        "version": version, "timeout": "60s", "source": {"inline": {"files": manifests}}, "kubernetes": {"wait": True}, **spec})


def config_map_only(name="settings", text="first", **spec):
    """The smallest kubernetes deployment: one ConfigMap; needs no node."""
    manifest = f'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  text: "{text}"\n'
    return deployment(name, "kubernetes", **{"version": text, "timeout": "60s", "source": {"inline": {"files": {"all.yaml": manifest}}},
                                             "kubernetes": {}, **spec})


COMPOSE_FILE = """services:
  web:
    build: .
    image: {image}
    environment: {{RELEASE: "${{DEPLOYCTL_VERSION}}"}}
    ports: ["127.0.0.1:{port}:8080"]
    healthcheck:
      test: ["CMD-SHELL", "wget -q -O - http://127.0.0.1:8080/ | grep -q '^hello'"]
      interval: 500ms
      timeout: 2s
      retries: 3
  other:
    image: deployctl.local/busybox:1
"""
DOCKERFILE = "FROM deployctl.local/busybox:1\nCOPY page.html /www/index.html\n"


def compose_hello(image, port, name="hello", version="1.0.0", page="hello", files=None, **spec):
    """Two services; one is built under a tag that stays the same and serves "PAGE VERSION". Its healthcheck wants a page that begins with hello."""
    source = {"compose.yaml": COMPOSE_FILE.format(image=image, port=port), "Dockerfile": DOCKERFILE, "page.html": f"{page} {version}\n",
              **(files or {})}
    return deployment(name, "docker-compose", **{"version": version, "timeout": "2m", "source": {"inline": {"files": source}},
                                                 "dockerCompose": {"waitTimeout": "30s"}, **spec})
