#!/usr/bin/env bash
# docs.sh reference|samples|simulation|site REPOSITORY PROGRAMS
set -euo pipefail
what=$1 root=$2 programs=$3
venv=$("$root/scripts/python-venv.sh" "$root/docs/requirements.txt")
cd "$root"
case $what in
  reference) exec "$venv/bin/python" scripts/docs/reference.py "$programs" --check ;;
  samples) exec "$venv/bin/python" tests/docs/samples.py "$root" "$programs" ;;
  simulation) exec "$venv/bin/python" tests/docs/simulation.py "$programs" ;;
  site)
    made=$(mktemp -d)
    trap 'rm -rf "$made" "$made.log"' EXIT
    # Not --quiet: with it --strict counts no warnings.
    "$venv/bin/mkdocs" build --strict --site-dir "$made" >"$made.log" 2>&1 || { cat "$made.log"; exit 1; }
    pages=$(find "$made" -name index.html | wc -l)
    [ "$pages" -ge 20 ] || { echo "error: only $pages pages were built"; exit 1; }
    # A reader's browser asks nobody but the site itself.
    if grep -rlE '(src|href)="https?://[^"]*\.(js|css|woff2?)"|url\(https?://|unpkg\.com/mermaid' "$made" --include='*.html' --include='*.css'; then
      echo "error: these pages load something from elsewhere"
      exit 1
    fi
    echo "$pages pages, no broken link, nothing loaded from elsewhere"
    ;;
esac
