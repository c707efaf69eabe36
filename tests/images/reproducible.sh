#!/usr/bin/env bash
# A second build, from a clone in another folder, gives the same digest.
set -euo pipefail
root=$1
. "$root/tests/images/lib.sh"
images=${IMAGES_DIR:-$root/build/images}
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
git clone --quiet "$root" "$made/elsewhere"
# What is not committed would be missing in the clone, and differ for that reason.
[ -z "$(cd "$root" && git status --porcelain -- src cmd api cmake CMakeLists.txt scripts images VERSION)" ] ||
  die "there are changes that are not committed: this test compares with a clone"
VERSION=$(cat "$root/VERSION") IMAGES_DIR="$made/images" "$made/elsewhere/scripts/build-images.sh" >"$made/log" 2>&1 || { tail -20 "$made/log"; die "the second build failed"; }
check "the same digest: $(cat "$images/digest")" [ "$(cat "$images/digest")" = "$(cat "$made/images/digest")" ]
