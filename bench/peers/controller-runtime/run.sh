#!/usr/bin/env bash
# How fast the controller-runtime peer syncs with N waiting Jobs and lets them go when it turns green. Prints one line of JSON. The API
# server is there already and holds no other Jobs of the namespace default. Usage: run.sh KUBECONFIG N [default|stripped]
# PEER_FLAGS are further flags of the peer, e.g. --max-concurrent-reconciles=32
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
. "$root/scripts/lib.sh"
[ $# -ge 2 ] || die "usage: run.sh KUBECONFIG N [default|stripped]"
export KUBECONFIG=$1
count=$2
cache=${3:-default}
patience=${PEER_PATIENCE:-600} # seconds, for each step
peer=$("$root/scripts/build-peers.sh" controller-runtime)
loader=$("$root/scripts/build-peers.sh" loader)

work=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || { kill "$pid"; wait "$pid" || true; }; rm -rf "$work"' EXIT

say "controller-runtime, $cache cache: $count waiting Jobs"
deadline=$(date -u -d '+8 hours' +%FT%TZ)
created=$("$loader" create --count "$count" --suspend --prefix "peer-$cache" --template "$root/tests/data/admission-review.json" \
  --timeout "${patience}s" --label carbon-aware.io/state=waiting --label "peer=$cache" --annotation "carbon-aware.io/deadline=$deadline" \
  --annotation "carbon-aware.io/waiting-since=$(date -u +%FT%TZ)" --annotation 'carbon-aware.io/decision=waiting for green electricity' \
  --annotation 'carbon-aware.io/plan={"policy":"built-in","source":"file"}')

echo false >"$work/green"
: >"$work/log"
"$peer" --mode=controller --cache="$cache" --green-file="$work/green" ${PEER_FLAGS:-} 2>"$work/log" &
pid=$!
end=$((SECONDS + patience))
until grep -q '^synced' "$work/log"; do
  kill -0 "$pid" 2>/dev/null || die "it ended by itself: $(cat "$work/log")"
  [ "$SECONDS" -lt "$end" ] || die "it did not sync within $patience s"
  sleep 0.1
done
sleep "${PEER_SETTLE:-5}"

measured=$("$loader" measure --count "$count" --selector "peer=$cache" --pid "$pid" --timeout "${patience}s" -- \
  sh -c "echo true >'$work/green'")
sleep 1
cat "$work/log" >&2
synced=$(sed -n 's/^synced [0-9]* in \([0-9.]*\) s$/\1/p' "$work/log")
jq -cn --arg cache "$cache" --arg version "$(module_version "$here/go.mod" sigs.k8s.io/controller-runtime)" --argjson created "$created" \
  --argjson synced "$synced" --argjson measured "$measured" \
  '{peer: "controller-runtime", version: $version, cache: $cache, createdPerSecond: $created.perSecond, syncedAfterSeconds: $synced}
   + $measured'
