#!/usr/bin/env bash
# The demo: a real control plane with Karpenter, the controller and the signal service, and the story of five Jobs.
#   demo.sh run                  start everything, play the story, check it, stop everything; exits 0 only when all is as it must be
#   demo.sh up | down            the same environment, left running for kubectl; stop it
#   demo.sh green on|off|auto    force the grid, or give it back to its schedule
#   demo.sh submit | status | signal
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/lib.sh"
. "$root/scripts/demo-env.sh"
. "$root/scripts/demo-story.sh"

case ${1:-} in
  run) demo_run ;;
  up) demo_up && demo_hints ;;
  down) demo_down ;;
  green) needs_demo; set_green "${2:-}" ;;
  submit) needs_demo; submit_samples ;;
  status) needs_demo; show_status ;;
  signal) needs_demo; show_signal ;;
  *) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
