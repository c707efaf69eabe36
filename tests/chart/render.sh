#!/usr/bin/env bash
# render.py with the pinned helm. PyYAML is Debian's python3-yaml, so Debian's Python runs it.
set -euo pipefail
exec /usr/bin/python3 "$1/tests/chart/render.py" "$1" "$("$1/scripts/go-tool.sh" helm)" "$2" "$3"
