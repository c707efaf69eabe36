#!/usr/bin/env bash
# The workflows are valid, and call nothing but what can be called here: Make targets that exist, and .ci/run.
set -euo pipefail
cd "$1"
"$(scripts/go-tool.sh actionlint)" -no-color
targets=$(make --silent help | sed 's/\x1b\[[0-9;]*m//g' | awk '{print $1}')
for target in $(grep -ohE 'make (--silent )?[a-z][a-z -]*' .github/workflows/*.yaml | sed 's/make //; s/--silent //'); do
  grep -qx "$target" <<<"$targets" || { echo "error: a workflow calls make $target, which is not there"; exit 1; }
done
grep -q 'run: .ci/run' .github/workflows/verify.yaml
grep -qE '^[0-9]+\.[0-9]+\.[0-9]+(-dev)?$' VERSION || { echo "error: VERSION must be 1.2.3 or 1.2.3-dev"; exit 1; }
grep -q "^version: $(cat VERSION)$" charts/karbonetes/Chart.yaml || { echo "error: Chart.yaml and VERSION differ"; exit 1; }
echo "workflows are valid, and their targets are there"
