#!/usr/bin/env bash
# The webhook answers a recorded AdmissionReview as it should: held when it is not green, placed on the green pool when it is, and a
# Job that did not opt in is left alone. Needs no API server. Usage: smoke.sh [binary]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
bin=${1:-$("$root/scripts/build-peers.sh" controller-runtime)}
review="$root/tests/data/admission-review.json"
port=${PEER_WEBHOOK_PORT:-19443}

work=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || { kill "$pid"; wait "$pid" || true; }; rm -rf "$work"' EXIT
fail() { echo "FAILED: $*" >&2; exit 1; }

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=peer -addext subjectAltName=IP:127.0.0.1 \
  -keyout "$work/tls.key" -out "$work/tls.crt" 2>/dev/null
echo false >"$work/green"
"$bin" --mode=webhook --webhook-port="$port" --cert-dir="$work" --green-file="$work/green" &
pid=$!

# Prints the patch that the webhook answers the review on standard input with; null: none.
ask() {
  curl -sS --fail --max-time 5 --cacert "$work/tls.crt" -H 'Content-Type: application/json' --data-binary @- \
    "https://127.0.0.1:$port/mutate-batch-v1-job" |
    jq -e 'if .response.allowed and .response.uid == "af15e0e0-ddc7-4325-bb4c-e3a8fdf4b53e" then .response.patch else error("refused") end
      | if . then @base64d | fromjson else null end' || [ "$?" = 1 ]
}
expect() { jq -e "$2" <<<"$3" >/dev/null || fail "$1: $(jq -c . <<<"$3")"; }

for _ in $(seq 50); do
  curl -s -o /dev/null --cacert "$work/tls.crt" "https://127.0.0.1:$port/" && break
  kill -0 "$pid" 2>/dev/null || fail "it ended by itself"
  sleep 0.1
done

held=$(ask <"$review")
expect "held: suspended" 'any(.[]; .path == "/spec/suspend" and .value == true)' "$held"
expect "held: state" 'any(.[]; .path == "/metadata/labels/carbon-aware.io~1state" and .value == "waiting")' "$held"
expect "held: deadline 8 h ahead" \
  '.[] | select(.path == "/metadata/annotations/carbon-aware.io~1deadline") | (.value | fromdate) - now - 8 * 3600 | fabs < 10' "$held"
for key in waiting-since decision plan; do
  expect "held: $key" "any(.[]; .op == \"add\" and .path == \"/metadata/annotations/carbon-aware.io~1$key\")" "$held"
done
expect "held: nothing else" 'length == 6' "$held"

plain=$(jq 'del(.request.object.metadata.annotations["carbon-aware.io/enabled"])' "$review" | ask)
expect "not opted in" '. == null' "$plain"

echo true >"$work/green"
sleep 0.3
placed=$(ask <"$review")
expect "green: state" 'any(.[]; .path == "/metadata/labels/carbon-aware.io~1state" and .value == "released")' "$placed"
expect "green: not suspended" 'all(.[]; .path != "/spec/suspend")' "$placed"
expect "green: reason" 'any(.[]; .path == "/metadata/annotations/carbon-aware.io~1release-reason" and .value == "green")' "$placed"
expect "green: tolerates the taint" 'any(.[]; .path == "/spec/template/spec/tolerations/1" and .value.key == "carbon-aware.io/green")' "$placed"
expect "green: pools in order" \
  '.[] | select(.path == "/spec/template/spec/affinity") | .value.nodeAffinity
   | [.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[].matchExpressions[0].operator] == ["In", "NotIn"]
     and .preferredDuringSchedulingIgnoredDuringExecution[0].preference.matchExpressions[0].values == ["green-batch"]' "$placed"
echo "smoke: OK"
