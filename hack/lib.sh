# Shared by the hack/ words: where things are, and how to say what is happening.
# Sourced, never run.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CACHE=${DEPLOYCTL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/deployctl}
BUILD=${DEPLOYCTL_BUILD:-$ROOT/build}
export DEBIAN_FRONTEND=noninteractive

say() { printf '==> %s\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# The content of lock files as a short key.
lock_key() { cat "$@" | sha256sum | cut -c1-16; }

# The folder of the pinned tools that Go builds: one per content of the lock files, so that a
# changed version never meets an old binary.
toolbox_dir() { printf '%s/toolbox/%s\n' "$CACHE" "$(lock_key "$ROOT"/hack/tools/*/go.mod "$ROOT"/hack/tools/*/go.sum)"; }
