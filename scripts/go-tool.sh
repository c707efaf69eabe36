#!/usr/bin/env bash
# Prints the path of a Go program from tools/NAME (a module of its own with pinned versions), built into the cache first when
# it is not there under this very pin. Usage: go-tool.sh helm|crane|actionlint
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/lib.sh"

name=${1:?a tool: $(cd "$root/tools" && echo */go.mod)}
module="$root/tools/$name"
[ -f "$module/go.mod" ] || die "no tool \"$name\": there are $(cd "$root/tools" && ls -d */ | tr -d / | xargs)"
package=$(sed -n 's/^tool //p' "$module/go.mod")
key=$(cat "$module/go.mod" "$module/go.sum" | sha256sum | cut -c1-12)
bin="${KARBONETES_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/karbonetes}/tools/$name-$key"

# Helm says its own version, and that of the Kubernetes it knows, from link flags as its release build sets them.
ldflags() {
  [ "$name" = helm ] || { echo "-s -w"; return; }
  local v=helm.sh/helm/v4/internal/version lint=helm.sh/helm/v4/pkg/lint/rules util=helm.sh/helm/v4/pkg/chart/common client minor
  client=$(module_version "$module/go.mod" k8s.io/client-go)
  minor=${client#v0.}; minor=${minor%%.*}
  echo "-s -w -X $v.version=$(module_version "$module/go.mod" helm.sh/helm/v4) -X $lint.k8sVersionMajor=1 -X $lint.k8sVersionMinor=$minor -X $util.k8sVersionMajor=1 -X $util.k8sVersionMinor=$minor"
}

if [ ! -x "$bin/$name" ]; then
  go=$("$root/scripts/ensure-go.sh")
  say "$name: building it from its Go module, once"
  started=$SECONDS
  mkdir -p "$bin"
  (cd "$module" && GOTOOLCHAIN=local GOFLAGS=-buildvcs=false CGO_ENABLED=0 \
    "$go" build -trimpath -ldflags "$(ldflags)" -o "$bin/.$name.$$" "$package") >&2
  mv "$bin/.$name.$$" "$bin/$name"
  say "$name: built in $((SECONDS - started)) s"
fi
echo "$bin/$name"
