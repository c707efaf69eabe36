#!/usr/bin/env bash
# Prints the path of a Go program of bench/peers (a module of its own with pinned versions), built into the cache first when it
# is not there under these very pins and sources. Usage: build-peers.sh controller-runtime|kueue|loader
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/lib.sh"

name=${1:?a peer: $(cd "$root/bench/peers" && echo */go.mod)}
module="$root/bench/peers/$name"
[ -f "$module/go.mod" ] || die "no peer \"$name\": there are $(cd "$root/bench/peers" && dirname */go.mod | xargs)"
# A module that only pins somebody else's program names it as its tool; the others are programs themselves.
package=$(sed -n 's/^tool //p' "$module/go.mod")
sources() { (cd "$module" && find . -name '*.go' ! -name '*_test.go' -o -name go.mod -o -name go.sum) | LC_ALL=C sort; }
key=$(cd "$module" && sources | xargs sha256sum | sha256sum | cut -c1-12)
bin="${KARBONETES_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/karbonetes}/peers/$name-$key"

if [ ! -x "$bin/$name" ]; then
  go=$("$root/scripts/ensure-go.sh")
  say "$name: building it from its Go module, once"
  started=$SECONDS
  mkdir -p "$bin"
  (cd "$module" && GOTOOLCHAIN=local GOFLAGS="${GOFLAGS:-} -buildvcs=false" CGO_ENABLED=0 \
    "$go" build -trimpath -ldflags "-s -w" -o "$bin/.$name.$$" "${package:-.}") >&2
  mv "$bin/.$name.$$" "$bin/$name"
  say "$name: built in $((SECONDS - started)) s"
fi
echo "$bin/$name"
