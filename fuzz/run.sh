#!/usr/bin/env bash
# Builds the fuzz targets and runs each over its corpus and what earlier findings left behind, then with new inputs for
# FUZZ_SECONDS, or FUZZ_RUNS of them, which are the same ones every time. Ends with a table, and with status 1 when there was a
# finding; its input is kept in build/asan/findings.
#   FUZZ_SECONDS=600 fuzz/run.sh [target...]     default: all of them, 600 s each; 0: the kept inputs alone
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/lib.sh"
seconds=${FUZZ_SECONDS:-600}
runs_limit=${FUZZ_RUNS:+-runs=$FUZZ_RUNS}
build="$root/build/asan"
[ $# -gt 0 ] || set -- $(cd "$root/fuzz" && basename -s .cpp -- *.cpp)
for target; do [ -f "$root/fuzz/$target.cpp" ] || die "no target \"$target\": there are $(cd "$root/fuzz" && basename -s .cpp -- *.cpp | xargs)"; done

"$root/scripts/install-packages.sh" build fuzz
(cd "$root" && cmake --preset asan --log-level=WARNING >/dev/null && cmake --build --preset asan -j "$(nproc)" --target fuzzers >/dev/null)

# One target; its row goes into a file of its own, since as many run at once as there are processors.
fuzz_one() {
  local target=$1 dictionary=() inputs kept status=ok runs rate=- edges=-
  local work="$build/corpus/$target" found="$build/findings/$target/" log="$build/$target.log"
  say "fuzzing $target${FUZZ_RUNS:+ with $FUZZ_RUNS inputs}, at most $seconds s"
  mkdir -p "$work" "$found"
  inputs=("$root/fuzz/corpus/$target")
  [ ! -d "$root/fuzz/regressions/$target" ] || inputs+=("$root/fuzz/regressions/$target")
  [ ! -f "$root/fuzz/$target.dict" ] || dictionary=("-dict=$root/fuzz/$target.dict")
  kept=$(find "${inputs[@]}" -type f | wc -l)
  runs=$kept
  # The kept ones first, each by itself: one of them that fails is a bug that has come back.
  if [ "$kept" -eq 0 ]; then
    status="NOTHING to begin with in fuzz/corpus/$target"
  elif ! find "${inputs[@]}" -type f -print0 | xargs -0 "$build/bin/fuzz_$target" -timeout=10 -rss_limit_mb=1024 >"$log" 2>&1; then
    status="FAILED on a kept input: see $log"
  elif [ "$seconds" -gt 0 ]; then
    "$build/bin/fuzz_$target" -seed=1 -max_total_time="$seconds" $runs_limit -timeout=10 -rss_limit_mb=1024 -max_len=16384 \
      -artifact_prefix="$found" -print_final_stats=1 "${dictionary[@]}" "$work" "${inputs[@]}" >"$log" 2>&1 || status="FOUND: see $log"
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    rate=$(sed -n 's/^stat::average_exec_per_sec: *//p' "$log")
    edges=$(grep -o 'cov: [0-9]*' "$log" | tail -1 | cut -d' ' -f2)
  fi
  printf '%-17s %10s %8s %7s %7s  %s\n' "$target" "${runs:--}" "${rate:--}" "${edges:--}" "$kept" "$status" >"$build/$target.row"
}
export -f fuzz_one say
export root build seconds runs_limit
for target; do rm -f "$build/$target.row"; done
printf '%s\n' "$@" | xargs -P "$(nproc)" -I{} bash -euc 'fuzz_one {}' || true # what has no row has failed
failed=0
printf '%-17s %10s %8s %7s %7s  %s\n' target runs runs/s edges kept ""
for target; do
  row=$(cat "$build/$target.row" 2>/dev/null || printf '%-17s broke off' "$target")
  printf '%s\n' "$row"
  [[ "$row" == *" ok" ]] || failed=1
done
exit $failed
