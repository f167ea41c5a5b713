# What hack/control-plane and hack/node share: keys, processes, etcd and kube-apiserver.
# Sourced after hack/lib.sh, never run. Everything lives in one directory ($DIR) and goes with it.

CONTROLLERS=deployment-controller,replicaset-controller,daemonset-controller,statefulset-controller,job-controller
CONTROLLERS+=,endpointslice-controller,endpoints-controller,garbage-collector-controller,namespace-controller
CONTROLLERS+=,serviceaccount-controller,serviceaccount-token-controller,root-ca-certificate-publisher-controller
CONTROLLERS+=,resourcequota-controller,disruption-controller,node-lifecycle-controller,taint-eviction-controller

STARTED=$(date +%s%N)
tell() { printf '%6d ms  %s\n' $((($(date +%s%N) - STARTED) / 1000000)) "$*"; }

# need_tools NAME...: the toolbox runs only when one of them is missing.
need_tools() {
  local name
  TOOLS=$(toolbox_dir)
  for name in "$@"; do
    [ -x "$TOOLS/$name" ] || command -v "$name" >/dev/null || { "$ROOT/hack/toolbox"; return; }
  done
}

# free_ports N: below the range from which the kernel takes ports for outgoing connections.
free_ports() {
  /usr/bin/python3 - "$1" <<'PY'
import random, socket, sys
held = []
while len(held) < int(sys.argv[1]):
    candidate = socket.socket()
    try:
        candidate.bind(("127.0.0.1", random.randrange(18000, 32000)))
        held.append(candidate)
    except OSError:
        candidate.close()
print(*(s.getsockname()[1] for s in held))
PY
}

# A process is known by its pid and its start time, so that a reused pid is never signalled.
start_time() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

# background NAME COMMAND...: output to NAME.log, identity to NAME.pid.
background() {
  local name=$1
  shift
  setsid "$@" </dev/null >"$DIR/$name.log" 2>&1 &
  printf '%s %s\n' $! "$(start_time $!)" >"$DIR/$name.pid"
}

is_alive() {
  local pid since
  [ -f "$DIR/$1.pid" ] && read -r pid since <"$DIR/$1.pid" && [ -n "$since" ] && [ "$(start_time "$pid")" = "$since" ] &&
    [ "$(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null | cut -c1)" != Z ]
}

# stop SIGNAL NAME...
stop() {
  local signal=$1 name pid
  shift
  for name in "$@"; do
    if is_alive "$name"; then
      read -r pid _ <"$DIR/$name.pid"
      kill "-$signal" "$pid" 2>/dev/null || true
    fi
  done
}

# gone SECONDS NAME...: waits for their ends, then ends what is left.
gone() {
  local name deadline=$((SECONDS + $1))
  shift
  for name in "$@"; do
    while is_alive "$name" && [ $SECONDS -lt $deadline ]; do sleep 0.05; done
    stop KILL "$name"
  done
}

# until_true SECONDS PROCESS COMMAND...: polls; fails when the process ends or the time is over.
until_true() {
  local deadline=$((SECONDS + $1)) process=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    if ! is_alive "$process" || [ $SECONDS -ge $deadline ]; then
      tail -15 "$DIR/$process.log" >&2
      return 1
    fi
    sleep 0.1
  done
}

new_key() { openssl ecparam -name prime256v1 -genkey -noout -out "$DIR/pki/$1.key"; }

# certificate NAME SUBJECT [SUBJECT_ALT_NAME]
certificate() {
  local extensions='extendedKeyUsage=serverAuth,clientAuth'
  [ -n "${3:-}" ] && extensions+=$'\n'"subjectAltName=$3"
  new_key "$1"
  openssl req -new -key "$DIR/pki/$1.key" -subj "$2" |
    openssl x509 -req -CA "$DIR/pki/ca.crt" -CAkey "$DIR/pki/ca.key" -set_serial "0x$(openssl rand -hex 8)" -days 30 \
      -extfile <(printf '%s\n' "$extensions") -out "$DIR/pki/$1.crt" 2>/dev/null
}

# make_keys ADDRESS USER_NAME=SUBJECT...: a CA, the server's certificate, one client certificate per user.
make_keys() {
  local address=$1 user
  shift
  mkdir -p "$DIR/pki"
  chmod 700 "$DIR/pki"
  new_key ca
  openssl req -x509 -new -key "$DIR/pki/ca.key" -days 30 -subj /CN=deployctl-test-ca -out "$DIR/pki/ca.crt"
  certificate server /CN=server "IP:127.0.0.1,IP:$address,IP:10.96.0.1,DNS:localhost,DNS:kubernetes.default.svc,DNS:n1"
  new_key service-accounts
  openssl ec -in "$DIR/pki/service-accounts.key" -pubout -out "$DIR/pki/service-accounts.pub" 2>/dev/null
  for user in "$@"; do certificate "${user%%=*}" "${user#*=}"; done
}

# kubeconfig FILE USER_JSON
kubeconfig() {
  printf '%s\n' "{\"apiVersion\":\"v1\",\"kind\":\"Config\",\"current-context\":\"bed\",
 \"clusters\":[{\"name\":\"bed\",\"cluster\":{\"server\":\"$SERVER\",\"certificate-authority\":\"$DIR/pki/ca.crt\"}}],
 \"users\":[{\"name\":\"user\",\"user\":$2}],
 \"contexts\":[{\"name\":\"bed\",\"context\":{\"cluster\":\"bed\",\"user\":\"user\"}}]}" >"$DIR/$1"
  chmod 600 "$DIR/$1"
}
certificate_user() {
  printf '{"client-certificate":"%s","client-key":"%s"}' "$DIR/pki/$1.crt" "$DIR/pki/$1.key"
}

kubectl() { "$TOOLS/kubectl" --kubeconfig="$DIR/admin.conf" "$@"; }

# start_api_server ADDRESS [FLAG...]: etcd and kube-apiserver; sets SERVER, writes admin.conf and token.conf.
start_api_server() {
  local address=$1 client_port peer_port port token
  shift
  read -r client_port peer_port port < <(free_ports 3)
  SERVER=https://$address:$port
  token=$(openssl rand -hex 16)
  printf '%s,token-admin,token-admin,"system:masters"\n' "$token" >"$DIR/tokens.csv"
  kubeconfig admin.conf "$(certificate_user admin)"
  kubeconfig token.conf "{\"token\":\"$token\"}"
  background etcd "$TOOLS/etcd" --data-dir "$DIR/etcd" --unsafe-no-fsync \
    --listen-client-urls "http://127.0.0.1:$client_port" --advertise-client-urls "http://127.0.0.1:$client_port" \
    --listen-peer-urls "http://127.0.0.1:$peer_port" --initial-advertise-peer-urls "http://127.0.0.1:$peer_port" \
    --initial-cluster "default=http://127.0.0.1:$peer_port"
  background kube-apiserver "$TOOLS/kube-apiserver" "--etcd-servers=http://127.0.0.1:$client_port" \
    "--bind-address=$address" "--advertise-address=$address" "--secure-port=$port" \
    "--tls-cert-file=$DIR/pki/server.crt" "--tls-private-key-file=$DIR/pki/server.key" \
    "--client-ca-file=$DIR/pki/ca.crt" "--token-auth-file=$DIR/tokens.csv" \
    --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction \
    --service-account-issuer=https://kubernetes.default.svc \
    "--service-account-signing-key-file=$DIR/pki/service-accounts.key" \
    "--service-account-key-file=$DIR/pki/service-accounts.pub" --service-cluster-ip-range=10.96.0.0/16 "$@"
  until_true 60 kube-apiserver curl -fs --noproxy '*' --cacert "$DIR/pki/ca.crt" -H "Authorization: Bearer $token" \
    "$SERVER/readyz" || return 1
  tell "API server ready at $SERVER"
}

start_controllers() {
  kubeconfig kube-controller-manager.conf "$(certificate_user kube-controller-manager)"
  background kube-controller-manager "$TOOLS/kube-controller-manager" \
    "--kubeconfig=$DIR/kube-controller-manager.conf" --use-service-account-credentials \
    "--service-account-private-key-file=$DIR/pki/service-accounts.key" "--root-ca-file=$DIR/pki/ca.crt" \
    --bind-address=127.0.0.1 --secure-port=0 --leader-elect=false "--controllers=$CONTROLLERS"
}

# The API server goes first and at once: with etcd gone it would drain for a minute.
stop_control_plane() {
  stop KILL kube-apiserver
  gone 5 kube-apiserver
  stop KILL etcd kube-controller-manager
  gone 5 etcd kube-controller-manager
}
