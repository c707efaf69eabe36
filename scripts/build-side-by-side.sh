#!/usr/bin/env bash
# Builds the C++ programs and the control plane. When the control plane is not cached yet, the two run side by side. The
# target `all` comes with the tests, which need helm, too.
# Usage: build-side-by-side.sh PRESET JOBS TARGET
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/lib.sh"
preset=$1 jobs=$2 target=$3
cd "$root"

{
  scripts/build-control-plane.sh
  [ "$target" != all ] || scripts/go-tool.sh helm
} >/dev/null &
control_plane=$!
trap 'kill "$control_plane" 2>/dev/null || true' EXIT
cmake --preset "$preset" --log-level=WARNING >/dev/null
cmake --build --preset "$preset" -j "$jobs" --target "$target"
wait "$control_plane" || die "the control plane did not build; its messages are above"
trap - EXIT
