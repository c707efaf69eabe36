#!/usr/bin/env bash
# What the browser tests need: Chromium, Node.js where there is none, and the modules that are pinned in tests/web.
# Usage: install-web.sh FOLDER    node_modules goes there; nothing is done when it is as pinned already
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/lib.sh"
folder=$1

"$root/scripts/install-packages.sh" web
# Where Node.js comes from elsewhere, Debian's would be in its way.
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  "$root/scripts/install-packages.sh" node
fi
[ "$(node -p 'process.versions.node.split(".")[0]')" -ge 18 ] || die "the browser tests need Node.js 18 or later; this is $(node --version)"

lock=$root/tests/web/package-lock.json
mkdir -p "$folder"
cmp -s "$lock" "$folder/installed.json" && exit 0
say "installing the npm modules of the browser tests into $folder"
cp "$root/tests/web/package.json" "$lock" "$folder/"
(cd "$folder" && npm ci --no-audit --no-fund --ignore-scripts --loglevel=error >&2)
cp "$lock" "$folder/installed.json"
