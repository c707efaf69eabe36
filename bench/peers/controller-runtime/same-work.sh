#!/usr/bin/env bash
# Holds the peer against karbonetes-controller: both answer the same AdmissionReview with the same patch, and a Job that they release
# looks the same, but for times and sentences. The API server is there already, without either of them.
# Usage: same-work.sh KUBECONFIG KARBONETES_CONTROLLER
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
. "$root/scripts/lib.sh"
[ $# = 2 ] || die "usage: same-work.sh KUBECONFIG KARBONETES_CONTROLLER"
export KUBECONFIG=$1
ours=$2
peer=$("$root/scripts/build-peers.sh" controller-runtime)
loader=$("$root/scripts/build-peers.sh" loader)
port=${PEER_WEBHOOK_PORT:-19443}
review="$root/tests/data/admission-review.json"

work=$(mktemp -d)
pid=
stop() { [ -z "$pid" ] || { kill "$pid"; wait "$pid" || true; }; pid=; }
trap 'stop; rm -rf "$work"' EXIT
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=peer -addext subjectAltName=IP:127.0.0.1 \
  -keyout "$work/tls.key" -out "$work/tls.crt" 2>/dev/null
kubectl() { command kubectl --cache-dir="$work/discovery" "$@"; }
kubectl apply --server-side -f "$root/config/crd/bases" >/dev/null
kubectl wait --for=condition=Established --timeout=30s -f "$root/config/crd/bases" >/dev/null
kubectl create namespace karbonetes-system --dry-run=client -o yaml | kubectl apply -f - >/dev/null

start() { # ours|peer, green
  local hour
  hour=$([ "$2" = true ] && echo 0 || date -u -d '+3 hours' +%-H)
  # Green all day, or in one hour that is not now.
  printf 'timeZone: UTC\nwindows:\n  - {start: "%02d:00", end: "%02d:00"}\n' "$hour" "$([ "$2" = true ] && echo 24 || echo $((hour + 1)))" \
    >"$work/windows.yaml"
  echo "$2" >"$work/green"
  if [ "$1" = ours ]; then
    "$ours" --webhook-listen "127.0.0.1:$port" --metrics-listen "127.0.0.1:$((port + 1))" --tls-cert-file "$work/tls.crt" \
      --tls-key-file "$work/tls.key" --windows-file "$work/windows.yaml" >"$work/log" 2>&1 &
  else
    "$peer" --mode=both --cache=stripped --cert-dir="$work" --webhook-port="$port" --green-file="$work/green" >"$work/log" 2>&1 &
  fi
  pid=$!
}
ask() {
  for _ in $(seq 50); do
    curl -sf --max-time 5 --cacert "$work/tls.crt" -H 'Content-Type: application/json' --data-binary @"$review" \
      "https://127.0.0.1:$port/mutate-batch-v1-job" && return
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.2
  done
  die "no answer: $(cat "$work/log")"
}
# What must agree. A map that a patch makes whole, or replaces, is the same as one made member by member.
patched='.response.patch | @base64d | fromjson | map({path: (.path | sub("/tolerations/(1|-)$"; "/tolerations/last")), value})
  | map(if .path | test("deadline$|waiting-since$|released-at$|decision$|plan$") then .value = "text" else . end) | sort_by(.path)'
released='[.metadata.labels["carbon-aware.io/state"], .metadata.annotations["carbon-aware.io/release-reason"],
  (.metadata.annotations | keys), .spec.suspend, .spec.template.metadata.annotations, .spec.template.spec]'

for green in false true; do
  for who in ours peer; do
    [ "$green" = false ] || "$loader" create --count 1 --suspend --prefix "same-$who" --template "$review" --label carbon-aware.io/state=waiting \
      --annotation "carbon-aware.io/deadline=$(date -u -d '+8 hours' +%FT%TZ)" --annotation carbon-aware.io/plan='{"policy":"built-in"}' \
      --annotation "carbon-aware.io/waiting-since=$(date -u +%FT%TZ)" --annotation carbon-aware.io/decision=waiting >/dev/null
    start "$who" "$green"
    ask | jq -S "$patched" >"$work/$who-$green.json"
    if [ "$green" = true ]; then
      kubectl wait --for=jsonpath='{.spec.suspend}'=false --timeout=20s "job/same-$who-000000" >/dev/null
      kubectl get job "same-$who-000000" -o json | jq -S "$released" >"$work/$who-released.json"
    fi
    stop
  done
done
for what in false true released; do
  diff -u "$work/ours-$what.json" "$work/peer-$what.json" || die "they differ: $what"
done
echo "same work: OK"
