# Shared by the scripts in this folder; sourced, never run.

say() { printf '%s\n' "$*" >&2; }

die() { say "error: $*"; exit 1; }

# The version that a go.mod pins for a module, e.g. v1.36.3.
module_version() {
  awk -v m="$2" '$1 == m && $2 ~ /^v/ {print $2; exit} $1 == "require" && $2 == m {print $3; exit}' "$1"
}

# Where the control plane's binaries are cached. Keyed by the pinned module files, so that a changed pin builds anew
# and an old checkout keeps what it had.
control_plane_bin_dir() {
  local cache=${KARBONETES_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/karbonetes} key
  key=$(cat "$root"/controlplane/modules/*/go.mod "$root"/controlplane/modules/*/go.sum | sha256sum | cut -c1-12)
  echo "$cache/controlplane-$key/bin"
}

# Runs its arguments as root: directly when we are, through sudo when we are not.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo "$@"; else
    die "root is needed for: $* (run this as root or install sudo)"
  fi
}
