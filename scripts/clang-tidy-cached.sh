#!/usr/bin/env bash
# clang-tidy over every .cpp of the repository that is compiled, in parallel. A file that was clean, with the same headers of ours,
# the same flags and the same configuration, is not analysed again: the stamp's name is a hash over all of that.
# With arguments: those files alone.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/lib.sh"
cd "$root"
build=build/release
cache=${KARBONETES_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/karbonetes}/clang-tidy
mkdir -p "$cache"
find "$cache" -type f -mtime +30 -delete

tidy=clang-tidy-19
[ -f "$build/compile_commands.json" ] || die "no $build/compile_commands.json: run \`make build\`"
config=$( (cat .clang-tidy; $tidy --version) | sha256sum | cut -c1-16)
export tidy build cache config

check() {
  local file=$1 key
  # The preprocessor's own list of the headers of ours that the file reads; system headers change with the packages, rarely.
  local headers
  headers=$(jq -r --arg f "$PWD/$file" '.[] | select(.file == $f) | .command' "$build/compile_commands.json" | head -n 1 |
    sed -E 's/^[^ ]*ccache //; s/ -o [^ ]+ / /; s/ -c / -MM /' | (cd "$build" && bash 2>/dev/null) |
    tr ' \\' '\n\n' | grep -E '\.(hpp|cpp|h)$' | sort -u || true)
  key=$( (echo "$config"; cd "$build"; cat $headers 2>/dev/null; cd - >/dev/null; cat "$file") | sha256sum | cut -c1-40)
  [ -e "$cache/$key" ] && return 0
  local output
  if output=$($tidy -p "$build" --quiet "$file" 2>/dev/null); then
    touch "$cache/$key"
  else
    printf '%s\n' "$output"
    return 1
  fi
}
export -f check

if [ $# -gt 0 ]; then
  files=$(printf '%s\n' "$@")
else
  files=$(git ls-files 'src/*.cpp' 'api/*.cpp' 'cmd/*.cpp' 'controlplane/*.cpp')
fi
say "lint: clang-tidy over $(wc -l <<<"$files") files"
printf '%s\n' "$files" |
  xargs -P "$(nproc)" -I{} bash -c 'check "$1"' _ {} || die "clang-tidy found something; see above"
