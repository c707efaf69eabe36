#!/usr/bin/env bash
# Prints the folder of a Python environment with the packages of a requirements file, made once for each content of that file.
# Usage: python-venv.sh REQUIREMENTS
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/lib.sh"
requirements=${1:?a requirements file}
key=$(sha256sum <"$requirements" | cut -c1-12)
venv="${KARBONETES_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/karbonetes}/python-$key"
mkdir -p "$(dirname "$venv")"
exec 9>"$venv.lock"
flock 9 # tests that run side by side want the same one
if [ ! -x "$venv/bin/python" ] || [ ! -f "$venv/complete" ]; then
  "$root/scripts/install-packages.sh" docs
  say "python: installing $(grep -c '^[a-z]' "$requirements") packages of ${requirements#"$root"/}"
  rm -rf "$venv"
  # Debian's own Python, wherever another one may come first on the PATH.
  /usr/bin/python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements" >&2
  touch "$venv/complete"
fi
echo "$venv"
