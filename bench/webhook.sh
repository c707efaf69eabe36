#!/usr/bin/env bash
# Builds and runs bench_webhook with the Go peer; JSON into build/bench/out. Arguments go to the program, see its --help.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
build=$root/build/release out=$root/build/bench/out
export KARBONETES_CONTROL_PLANE_BIN=${KARBONETES_CONTROL_PLANE_BIN:-$("$root/scripts/control-plane-bin.sh")}
peer=$("$root/scripts/build-peers.sh" controller-runtime)
cmake -S "$root" -B "$build" --log-level=WARNING >/dev/null
cmake --build "$build" --target bench_webhook >/dev/null
mkdir -p "$out"
exec "$build/bin/bench_webhook" --peer "$peer" --out "$out/webhook.json" "$@"
