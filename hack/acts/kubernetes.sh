# The kubernetes sample in the demo: a page in a ConfigMap, a workload that serves it, a Service before it.
# Sourced by hack/demo, never run.

# The bad upgrade is a workload that never becomes available (no node has its image), with a changed ConfigMap.
kubernetes_release() {
  sed "s/1\\.0\\.0/$1/g" "$ROOT/crds/samples/kubernetes.yaml" | if [ "$1" = "$BAD" ]; then sed 's#busybox:1$#busybox:none#'; else cat; fi
}

kubernetes_pod_page() {
  local address
  address=$(observe get pods -l app=hello-web --field-selector=status.phase=Running \
    -o 'jsonpath={range .items[?(@.status.containerStatuses[0].ready==true)]}{.status.podIP}{"\n"}{end}' | head -1)
  get_page "http://$address:8080/index.html"
}
kubernetes_service_page() { observe get --raw "/api/v1/namespaces/$SPACE/services/hello-web:80/proxy/index.html"; }
kubernetes_config_map() { observe get configmap hello-page -o 'jsonpath={.data.index\.html}'; }

kubernetes_serves() {
  claim 10 "the pod answers \"hello $1\" on its own address" same "hello $1"$'\n' kubernetes_pod_page
  claim 10 "the Service answers \"hello $1\"" same "hello $1"$'\n' kubernetes_service_page
  claim 10 "the ConfigMap holds exactly the bytes of $1" same "hello $1"$'\n' kubernetes_config_map
  claim 10 "every replica of the workload is available" same 1 observe get deployments.apps hello-web -o 'jsonpath={.status.availableReplicas}'
}

kubernetes_before_bad() {
  observe get configmap hello-page --watch -o 'jsonpath={.data.index\.html}' >"$DIR/pages" 2>/dev/null &
  WATCH=$!
}
kubernetes_after_bad() {
  claim 5 "the bad ConfigMap had really been written" grep -q "hello $BAD" "$DIR/pages"
  kubernetes_clean_up
}

kubernetes_is_gone() {
  claim 20 "no workload and no Service is left" same "" observe get deployments.apps,services -o name
  claim 10 "no ConfigMap of ours is left" same "" observe get configmap hello-page --ignore-not-found -o name
}

kubernetes_clean_up() {
  [ -z "${WATCH:-}" ] || kill "$WATCH" 2>/dev/null || true
  WATCH=
}

kubernetes_how_to_talk() { echo "  kubectl -n $SPACE describe $KIND hello-kubernetes"; }
