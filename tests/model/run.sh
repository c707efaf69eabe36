#!/usr/bin/env bash
# The model of the release protocol, with the program that checks it.
set -euo pipefail
root=$1
"$root/scripts/install-packages.sh" model
exec "$root/model/check.sh"
