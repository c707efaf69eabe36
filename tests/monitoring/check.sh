#!/usr/bin/env bash
# check.py with the kubectl of the local control plane. PyYAML is Debian's python3-yaml, so Debian's Python runs it.
set -euo pipefail
root=$1
exec /usr/bin/python3 "$root/tests/monitoring/check.py" "$root" "$("$root/scripts/control-plane-bin.sh")/kubectl"
