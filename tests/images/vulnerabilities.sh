#!/usr/bin/env bash
# scripts/vulnerabilities.py on a bill of materials and a tracker of our own making: an open one is a failure, what Debian calls minor, what
# is fixed and what is listed as an exception is not, and no answer is no clean bill.
set -euo pipefail
root=$1
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
cat >"$made/sbom.json" <<'E2'
{"packages": [{"name": "libssl3", "versionInfo": "3", "sourceInfo": "built from Debian source package openssl"}, {"name": "karbonetes"}]}
E2
cat >"$made/tracker.json" <<'E2'
{"openssl": {"CVE-2099-0001": {"description": "made up", "releases": {"bookworm": {"status": "open", "urgency": "high"}}},
  "CVE-2099-0002": {"releases": {"bookworm": {"status": "open", "urgency": "unimportant"}}},
  "CVE-2099-0003": {"releases": {"bookworm": {"status": "resolved", "urgency": "high"}}},
  "CVE-2099-0004": {"releases": {"trixie": {"status": "open", "urgency": "high"}}}}}
E2
printf '| CVE | package | why |\n|---|---|---|\n' >"$made/none.md"
printf '| CVE-2099-0001 | openssl | not used |\n' >"$made/known.md"
ask() { # EXPECTED-STATUS TRACKER EXCEPTIONS
  local status=0
  "$root/scripts/vulnerabilities.py" "$made/sbom.json" bookworm "$2" "$made/$3" >"$made/out" 2>&1 || status=$?
  [ "$status" = "$1" ] || { echo "status $status, not $1, with $2 and $3:" >&2; cat "$made/out" >&2; exit 1; }
}
ask 1 "$made/tracker.json" none.md
grep -q 'OPEN   CVE-2099-0001 openssl (high): made up' "$made/out"
grep -q '1 open' "$made/out"
ask 0 "$made/tracker.json" known.md
ask 2 "$made/absent.json" none.md
echo '{' >"$made/broken.json"
ask 2 "$made/broken.json" none.md
echo "vulnerabilities: OK"
