#!/usr/bin/env bash
# How fast Kueue lets N Jobs go that waited for their queue alone: stopPolicy Hold -> None, quota for all of them. Prints one line of
# JSON. The API server is there already and holds no other Jobs of the namespace default. Usage: run.sh KUBECONFIG N
# KUEUE_QPS (2000) and KUEUE_BURST (twice that) are its client's limit.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
. "$root/scripts/lib.sh"
[ $# = 2 ] || die "usage: run.sh KUBECONFIG N"
export KUBECONFIG=$1
count=$2
qps=${KUEUE_QPS:-2000}
burst=${KUEUE_BURST:-$((qps * 2))}
patience=${KUEUE_PATIENCE:-600} # seconds, for each step

kueue=$("$root/scripts/build-peers.sh" kueue)
loader=$("$root/scripts/build-peers.sh" loader)
version=$(module_version "$here/go.mod" sigs.k8s.io/kueue)
go=$("$root/scripts/ensure-go.sh")
module=$(cd "$here" && GOTOOLCHAIN=local "$go" list -mod=readonly -m -f '{{.Dir}}' sigs.k8s.io/kueue)

work=$(mktemp -d)
pid=
finish() {
  local status=$?
  [ -z "$pid" ] || { kill "$pid" 2>/dev/null; wait "$pid" 2>/dev/null; } || true
  [ "$status" = 0 ] || { [ -z "${KUEUE_LOG:-}" ] && [ -f "$work/kueue.log" ] && tail -n 20 "$work/kueue.log" >&2; } || true
  rm -rf "$work"
}
trap finish EXIT

kubectl() { command kubectl --cache-dir="$work/discovery" "$@"; }
until_true() { # what, command...
  local what=$1 end=$((SECONDS + patience))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$end" ] || die "gave up waiting: $what"
    [ -z "$pid" ] || kill -0 "$pid" 2>/dev/null || die "kueue ended by itself"
    sleep 0.5
  done
}

mkdir "$work/certs" "$work/etc"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=kueue -addext subjectAltName=IP:127.0.0.1 \
  -keyout "$work/certs/tls.key" -out "$work/certs/tls.crt" 2>/dev/null
sed -e "s|@WORK@|$work|; s|@QPS@|$qps|; s|@BURST@|$burst|; s|@HEALTH_PORT@|${KUEUE_HEALTH_PORT:-19081}|" \
  -e "s|@METRICS_PORT@|${KUEUE_METRICS_PORT:-19082}|; s|@WEBHOOK_PORT@|${KUEUE_WEBHOOK_PORT:-19083}|" \
  "$here/config.yaml.in" >"$work/config.yaml"

say "kueue: its CRDs"
kubectl apply --server-side --force-conflicts -f "$module/config/components/crd/bases" >/dev/null
kubectl wait --for=condition=Established --timeout=60s -f "$module/config/components/crd/bases" >/dev/null
kubectl create namespace kueue-system --dry-run=client -o yaml | kubectl apply -f - >/dev/null

# Kueue reads the certificate of its metrics from a fixed path in /etc: it gets an /etc of its own, with that on top.
spaces=(--mount)
[ "$(id -u)" = 0 ] || spaces+=(--map-root-user)
say "kueue: starting it"
unshare "${spaces[@]}" sh -euc '
  mount -t tmpfs tmpfs "$1/etc"
  mkdir -p "$1/etc/upper/kueue/metrics" "$1/etc/work"
  cp -r "$1/certs" "$1/etc/upper/kueue/metrics/certs"
  mount -t overlay overlay -o "lowerdir=/etc,upperdir=$1/etc/upper,workdir=$1/etc/work" /etc
  exec "$2" --config="$1/config.yaml" --feature-gates=VisibilityOnDemand=false --zap-log-level=error
' sh "$work" "$kueue" >"${KUEUE_LOG:-$work/kueue.log}" 2>&1 &
pid=$!
ready() { curl -sf -o /dev/null --max-time 2 "http://127.0.0.1:${KUEUE_HEALTH_PORT:-19081}/readyz"; }
until_true "kueue is ready" ready
kubectl apply -f "$here/queues.yaml" >/dev/null
held() { [ "$(kubectl get clusterqueue bench -o jsonpath='{.spec.stopPolicy}')" = Hold ]; }
until_true "the queue is held" held

say "kueue: $count suspended Jobs"
began=$(date +%s.%N)
created=$("$loader" create --count "$count" --suspend --prefix kueue --label kueue.x-k8s.io/queue-name=bench \
  --template "$root/tests/data/admission-review.json" --timeout "${patience}s")
# One object, and how many remain: what a list of them all would cost the server is not for here.
workloads() {
  [ "$(kubectl get --raw '/apis/kueue.x-k8s.io/v1beta2/namespaces/default/workloads?limit=1' |
    jq '(.items | length) + (.metadata.remainingItemCount // 0)')" -ge "$count" ]
}
until_true "each Job has its Workload" workloads
prepared=$(date +%s.%N)
sleep "${KUEUE_SETTLE:-5}"

say "kueue: stopPolicy None"
measured=$("$loader" measure --count "$count" --selector kueue.x-k8s.io/queue-name=bench --pid "$pid" --timeout "${patience}s" -- \
  kubectl --cache-dir="$work/discovery" patch clusterqueue bench --type=merge -p '{"spec":{"stopPolicy":"None"}}')
jq -cn --arg version "$version" --argjson qps "$qps" --argjson burst "$burst" --argjson began "$began" --argjson prepared "$prepared" \
  --argjson created "$created" --argjson measured "$measured" \
  '{peer: "kueue", version: $version, qps: $qps, burst: $burst, createdPerSecond: $created.perSecond,
    workloadsAfterSeconds: ($prepared - $began)} + $measured'
