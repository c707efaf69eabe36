#!/usr/bin/env bash
# promtool on rules, their tests and the configuration.
set -euo pipefail
root=$1
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
cp "$root"/monitoring/rules/karbonetes.rules.yaml "$root"/tests/monitoring/rules_test.yaml "$made"
cd "$made"
promtool check rules --lint-fatal karbonetes.rules.yaml
promtool test rules rules_test.yaml
/usr/bin/python3 "$root/tests/monitoring/static-config.py" "$root" "$made" controller,a,127.0.0.1:8080 >config.yaml
promtool check config config.yaml
