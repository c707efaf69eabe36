#!/usr/bin/env bash
# Unit tests under sanitizers: all under AddressSanitizer and UndefinedBehaviorSanitizer, those of rooms with threads under
# ThreadSanitizer. A report is a failure. Usage: sanitize.sh [asan|tsan]...   default: both
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/lib.sh"
[ $# -gt 0 ] || set -- asan tsan
"$root/scripts/install-packages.sh" build fuzz # their clang
cd "$root"
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1
export UBSAN_OPTIONS=print_stacktrace=1 ASAN_OPTIONS=detect_stack_use_after_return=1 TSAN_OPTIONS=halt_on_error=1

# What shares data between threads. The others are values and pure functions.
threaded=(unit_base unit_http unit_metrics unit_kube_client unit_kube_runtime unit_providers unit_mock unit_webhook unit_controller
  unit_dashboard)
for kind; do
  say "unit tests under $kind"
  cmake --preset "$kind" --log-level=WARNING >/dev/null
  case $kind in
    asan) targets=(unit-tests) ;;
    tsan) targets=("${threaded[@]}") ;;
    *) die "unknown sanitizer \"$kind\": write asan or tsan" ;;
  esac
  cmake --build --preset "$kind" -j "$(nproc)" --target "${targets[@]}"
  programs=()
  for program in "build/$kind"/bin/unit_*; do
    name=$(basename "$program")
    [ "$kind" = asan ] || [[ " ${threaded[*]} " == *" $name "* ]] || continue
    programs+=("$program")
  done
  # One process per program and not per test: starting a sanitized program costs more than most tests.
  failed=0
  mkdir -p "build/$kind/logs"
  printf '%s\n' "${programs[@]}" | xargs -P "$(nproc)" -I{} bash -c '
    log=$2/$(basename "$1").log
    "$1" --gtest_brief=1 >"$log" 2>&1 || { tail -60 "$log" >&2; exit 1; }
    printf "%-28s %s\n" "$(basename "$1")" "$(grep -E "^\[==========\]" "$log" | tail -1)"' _ {} "build/$kind/logs" || failed=1
  [ $failed = 0 ] || die "$kind: see above"
done
