#!/usr/bin/env bash
# The chaos suite with several seeds, and a table at the end: fault, how often, Jobs, violations. Usage: run.sh [filter], with BUILD,
# SEEDS and the variables of chaos_test.hpp. The report is in build/chaos.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/scripts/lib.sh"
cd "$root"
"$root/scripts/install-packages.sh" faults
build=${BUILD:-build/release} out=build/chaos
mkdir -p "$out"
export KARBONETES_CHAOS_REPORT="$root/$out/report.jsonl"
: >"$KARBONETES_CHAOS_REPORT"
failed=0
for seed in ${SEEDS:-1}; do
  say "chaos with seed $seed"
  KARBONETES_CHAOS_SEED=$seed "$build/bin/envtest_chaos" --gtest_filter="${1:-*}" --gtest_brief=1 || failed=1
done
jq -rs 'group_by(.fault)[] | [.[0].fault, (map(.tries) | add), (map(.jobs) | add), (map(.violations | length) | add)] | @tsv' \
  "$KARBONETES_CHAOS_REPORT" >"$out/table.tsv"
{
  printf '| fault | times | Jobs | violations |\n|---|---|---|---|\n'
  awk -F'\t' '{printf "| %s | %s | %s | %s |\n", $1, $2, $3, $4}' "$out/table.tsv"
} | tee "$out/table.md"
exit $failed
