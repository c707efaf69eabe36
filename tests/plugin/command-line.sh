#!/usr/bin/env bash
# Completion, manual page and usage of kubectl-karbonetes, without a cluster.
set -euo pipefail
program=$1 root=$2
export KUBECONFIG=/nonexistent HOME=/nonexistent PATH="$(dirname "$program"):$PATH"
failed=0
expect() { # WHAT EXPECTED ACTUAL
  if [[ $3 != *"$2"* ]]; then
    printf 'FAILED: %s\n  expected: %s\n  got: %s\n' "$1" "$2" "$3"
    failed=1
  fi
}
choices() { "$program" __complete -- "$@" | sed 's/\t.*//' | tr '\n' ' '; }

expect "commands" "status explain run-now signal report doctor dashboard simulate completion :4 " "$(choices "")"
expect "a beginning" "run-now report :4 " "$(choices r)"
expect "values of a flag" "json yaml wide name :4 " "$(choices status -o "")"
expect "values by another command" "json yaml csv :4 " "$(choices report -o "")"
expect "values of a choice" "namespace policy day total :4 " "$(choices report --by "")"
expect "flags" "--selector :4 " "$(choices run-now --sel)"
expect "flags of simulate" "--suggest --suggest-percent :4 " "$(choices simulate --sug)"
expect "shells" "bash zsh fish :4 " "$(choices completion "")"
expect "no cluster, no names" ":4 " "$(choices explain "")"
expect "a namespace without a cluster" ":4 " "$(choices -n "")"
expect "nothing that is hidden" ":4 " "$(choices __)"
expect "through kubectl's protocol" "status" "$("$root/packaging/completion/kubectl_complete-karbonetes" st)"

for shell in bash zsh fish; do "$program" completion "$shell" | grep -q __complete || expect "$shell script" __complete ""; done
# bash is here to run its script.
found=$(bash -c 'source <(kubectl-karbonetes completion bash); COMP_WORDS=(kubectl-karbonetes status --o); COMP_CWORD=2
  _kubectl_karbonetes; echo "${COMPREPLY[*]}"')
expect "completion in bash" "--output" "$found"

page=$("$program" __man)
diff <(printf '%s\n' "$page") "$root/packaging/man/kubectl-karbonetes.1" ||
  expect "the manual page" "is what __man prints: run make man" "it is not"
for command in status explain run-now signal report doctor dashboard simulate completion; do
  expect "manual of $command" ".SS ${command//-/\\-}" "$page"
done

expect "usage names kubectl" "kubectl karbonetes" "$("$program" --help)"
expect "an unknown form" "--output" "$("$program" status -o xml 2>&1 || true)"
expect "two namespaces" "either --namespace or --all-namespaces" "$(KUBECONFIG=$root/tests/plugin/kubeconfig.yaml "$program" status -A -n x 2>&1 || true)"
expect "run-now of nothing" "name Jobs" "$(KUBECONFIG=$root/tests/plugin/kubeconfig.yaml "$program" run-now 2>&1 || true)"
expect "contexts" "here there :4 " "$(KUBECONFIG=$root/tests/plugin/kubeconfig.yaml choices --context "")"
"$program" status >/dev/null 2>&1 && expect "a missing kubeconfig" "fails" "it did not"
[ $failed = 0 ] && echo "the command line is as it should be"
exit $failed
