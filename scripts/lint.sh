#!/usr/bin/env bash
# Format, static analysis, shell syntax, YAML. Exits with 1 at the first kind of finding. clang-tidy looks at what changed in
# content since its last clean run (cached by file and flags), so that a second run is quick.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/lib.sh"
cd "$root"

say "lint: clang-format"
git ls-files '*.cpp' '*.hpp' | xargs clang-format-19 --dry-run --Werror

say "lint: shell syntax"
for script in $(git ls-files '*.sh') .ci/run packaging/completion/kubectl_complete-karbonetes; do bash -n "$script"; done

say "lint: Python syntax"
for script in $(git ls-files '*.py'); do python3 -c 'import ast, sys; ast.parse(open(sys.argv[1]).read(), sys.argv[1])' "$script"; done

say "lint: JSON and YAML manifests"
for file in $(git ls-files '*.json'); do jq empty "$file" || die "$file is not JSON"; done

say "lint: clang-tidy"
cmake --preset release --log-level=WARNING >/dev/null
scripts/clang-tidy-cached.sh
say "lint: clean"
