# The docker-compose sample in the demo: two services, one of them built under a tag that never changes.
# Sourced by hack/demo, never run.

COMPOSE_PAGE=http://127.0.0.1:18081/
COMPOSE_PROJECT=${SPACE}_hello-docker-compose

# The bad upgrade is a service whose healthcheck fails after its image was built again under the same tag.
docker-compose_release() {
  sed "s/1\\.0\\.0/$1/g" "$ROOT/crds/samples/docker-compose.yaml" |
    if [ "$1" = "$BAD" ]; then sed "s/^\\( *\\)hello $1\$/\\1broken $1/"; else cat; fi
}

docker-compose_ps() {
  DOCKER_CONFIG=/nonexistent "$TOOLS/docker-compose" --project-name="$COMPOSE_PROJECT" ps --all --format '{{.Service}} {{.State}}' </dev/null | sort
}
docker-compose_image() {
  docker inspect --format '{{.Image}}' "$(docker ps -q --filter "label=com.docker.compose.project=$COMPOSE_PROJECT" --filter label=com.docker.compose.service=web)"
}

docker-compose_serves() {
  claim 10 "the service answers \"hello $1\" on $COMPOSE_PAGE" same "hello $1"$'\n' get_page $COMPOSE_PAGE
  claim 10 "docker compose ps shows both services running" same $'static running\nweb running\n' docker-compose_ps
  [ -f "$DIR/image-$1" ] || docker-compose_image >"$DIR/image-$1"
}

docker-compose_after_bad() {
  claim 5 "the tag means the bad image now" tag_differs
  claim 5 "the service runs the very image of 1.1.0 all the same" same "$(cat "$DIR/image-1.1.0")"$'\n' docker-compose_image
}
tag_differs() { [ "$(docker image inspect --format '{{.Id}}' deployctl.local/hello-compose:latest)" != "$(cat "$DIR/image-1.1.0")" ]; }

docker-compose_containers() { docker ps -aq --filter "label=com.docker.compose.project=$COMPOSE_PROJECT"; }
docker-compose_is_gone() { claim 10 "no container of the project is left" same "" docker-compose_containers; }

docker-compose_clean_up() {
  docker-compose_containers 2>/dev/null | xargs -r docker rm -f >/dev/null 2>&1 || true
  docker network rm "${COMPOSE_PROJECT}_default" >/dev/null 2>&1 || true
}

docker-compose_how_to_talk() { echo "  curl $COMPOSE_PAGE"; }
