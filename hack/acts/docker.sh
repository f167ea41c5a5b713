# The docker sample in the demo: a container that answers on a port of this machine.
# Sourced by hack/demo, never run.

DOCKER_PAGE=http://127.0.0.1:18080/

# The bad upgrade is an image whose process exits.
docker_release() { sed "s/1\\.0\\.0/$1/g" "$ROOT/crds/samples/docker.yaml"; }

docker_containers() { docker ps -aq --filter label=deployctl.io/namespace="$SPACE" --filter label=deployctl.io/name=hello-docker; }
# The tag of each of our containers' image: the container itself names the pinned id.
docker_images() {
  local container
  for container in $(docker_containers); do
    docker image inspect --format '{{index .RepoTags 0}}' "$(docker inspect --format '{{.Image}}' "$container")"
  done
}

docker_serves() {
  claim 10 "the container answers \"hello $1\" on $DOCKER_PAGE" same "hello $1"$'\n' get_page $DOCKER_PAGE
  claim 10 "docker ps shows one container, of image hello:$1" same "deployctl.local/hello:$1"$'\n' docker_images
}

docker_is_gone() { claim 10 "no container is left" same "" docker_containers; }

docker_clean_up() { docker_containers 2>/dev/null | xargs -r docker rm -f >/dev/null 2>&1 || true; }

docker_how_to_talk() { echo "  curl $DOCKER_PAGE"; }
