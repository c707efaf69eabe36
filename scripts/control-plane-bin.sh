#!/usr/bin/env bash
# Prints the folder that holds (or will hold) the control plane's binaries; builds nothing.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/lib.sh"
control_plane_bin_dir
