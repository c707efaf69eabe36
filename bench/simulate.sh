#!/usr/bin/env bash
# The simulator beside the same work in numpy and simpy (bench/peers): the 66 error-free simulations of Let's Wait Awhile (with
# $LWA_DATA), and a year of 1,000,000 Jobs over a five-minute trace. One core for the first, all for the second; three runs of
# ours each, the best is shown, for the machine is shared.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
bin=${1:-$root/build/release/bin}
peers=$root/bench/peers
python=$("$root"/scripts/python-venv.sh "$peers"/requirements-simulate.txt)/bin/python
out=$root/build/bench/simulate
mkdir -p "$out"
echo "machine: $(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1); $(date -u +%F)"

echo
echo "== Let's Wait Awhile, 66 simulations without error, one core"
if [[ -n ${LWA_DATA:-} ]]; then
  for _ in 1 2 3; do env -u GAIA_DATA "$bin"/karbonetes-validate 2>/dev/null | grep 'simulations without error'; done |
    sort -t' ' -k9 -n | head -1 | sed "s/^Let's Wait Awhile/karbonetes/"
  "$python" "$peers"/lets_wait_awhile_numpy.py | tail -1
  "$python" "$peers"/lets_wait_awhile_simpy.py | tail -1
else
  echo 'SKIPPED: LWA_DATA is not set; let it name the folder `data` of github.com/dos-group/lets-wait-awhile' >&2
fi

echo
echo "== a year, 1,000,000 Jobs, five-minute trace, LowestWindow, maxDelay 24h"
"$python" "$peers"/lowest_window_numpy.py --write-trace "$out"/year.csv
run() {
  /usr/bin/time -f '%e %M' "$bin"/karbonetes simulate --trace "$out"/year.csv --policy lowest-window --max-delay 24h \
    --synthetic poisson,per-day=2740,duration=lognormal:45m:1.2,longest=24h --threads "$1" --no-progress -o json \
    2>"$out"/time >"$out"/out.json
  "$python" - "$out" "$1" <<'PY'
import json, sys
folder, threads = sys.argv[1:]
row = json.load(open(folder + "/out.json"))["rows"][0]
wall, rss = open(folder + "/time").read().split()
print(f"karbonetes, {threads} threads: {row['jobs']} Jobs in {row['computeSeconds']:.2f} s (program {wall} s), {int(rss) / 1024:.0f} MiB, saved {row['savedPercent']:.2f} %")
PY
}
for threads in 1 "$(nproc)"; do
  for _ in 1 2 3; do run "$threads"; done | sort -t' ' -k7 -n | head -1
done
"$python" "$peers"/lowest_window_numpy.py
