#!/usr/bin/env bash
# Builds the benchmarks (release) and runs them: five repetitions of each, their median is the figure, for the machine is shared.
# Writes build/bench/out/<program>.json (KARBONETES_BENCH_OUT moves that). Usage: bench/run.sh [filter], e.g. bench/run.sh decide
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
build=${KARBONETES_BENCH_BUILD:-$root/build/bench}
out=${KARBONETES_BENCH_OUT:-$root/build/bench/out}
filter=${1:-.}

cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release --log-level=WARNING
cmake --build "$build" --target benchmarks
mkdir -p "$out"
for program in "$build"/bin/bench_*; do
  name=$(basename "$program")
  "$program" --benchmark_filter="$filter" --benchmark_repetitions=5 --benchmark_report_aggregates_only=true \
    --benchmark_min_time=0.2 --benchmark_enable_random_interleaving=true \
    --benchmark_out="$out/$name.json" --benchmark_out_format=json
done
echo "written to $out"
