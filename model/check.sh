#!/usr/bin/env bash
# Checks model/release.pml with Spin: what must never happen, what has to happen in the end, and that each of it fails when something
# of the protocol is taken out. And that model and code name the same steps. Ends with 1 at any surprise.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/lib.sh"
command -v spin >/dev/null || die "spin is not installed: scripts/install-packages.sh model"
command -v gcc >/dev/null || die "gcc is not installed: scripts/install-packages.sh model"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
surprises=0

# A complete search takes less than 1 GB; more is not given to it.
readonly never_flags="-DSAFETY -DNOCLAIM" always_flags="-DNFAIR=3" memory=-DMEMLIM=1024

row() { printf '%-44s %-28s %9s %6s  %s\n' "$@"; }

surprise() {
  surprises=$((surprises + 1))
  say "error: $*"
}

# search FOLDER KIND CLAIM MACRO...: KIND is never or always. Leaves pan.log in the folder.
search() {
  local folder=$1 kind=$2 claim=$3
  shift 3
  mkdir "$folder"
  cp "$root/model/release.pml" "$folder"
  cd "$folder"
  spin -a "$@" release.pml >spin.log 2>&1 || { cat spin.log >&2; die "Spin does not take the model"; }
  # -w: pan.c is Spin's, and its warnings are nothing that we could mend.
  if [ "$kind" = never ]; then
    # shellcheck disable=SC2086
    gcc -O2 -w -DCOLLAPSE $memory $never_flags -o pan pan.c
    ./pan -m200000 >pan.log 2>&1 || true
  else
    # shellcheck disable=SC2086
    gcc -O2 -w -DCOLLAPSE $memory $always_flags -o pan pan.c
    ./pan -m1000000 -a -f -N "$claim" >pan.log 2>&1 || true # -f: each process that can go on does so at some time
  fi
  cd - >/dev/null
}

number() { sed -n "s/$1/\1/p" "$2" | head -1; }

# The way to the error, for people.
replay() {
  local folder=$1
  shift
  (cd "$folder" && spin -t -p -g "$@" release.pml 2>&1 | tail -60 >&2) || true
}

# check TITLE holds|fails KIND CLAIM MACRO...
check() {
  local title=$1 wanted=$2 kind=$3 claim=$4 folder log found began end
  shift 4
  folder=$work/$((++searches)) log=$work/$searches/pan.log
  began=$(date +%s%N)
  search "$folder" "$kind" "$claim" "$@"
  end=$(date +%s%N)
  if grep -q 'assertion violated\|acceptance cycle' "$log"; then
    found=fails
  elif ! grep -q 'errors: 0$' "$log" || grep -q 'Search not completed\|max search depth too small' "$log"; then
    found=incomplete
  else
    found=holds
  fi
  row "$title" "$claim" "$(number '^ *\([0-9.e+]*\) states, stored.*' "$log")" "$(printf '%d.%d' $(((end - began) / 1000000000)) $(((end - began) / 100000000 % 10)))" \
    "$found$(if [ "$found" != "$wanted" ]; then echo ', which is wrong'; elif [ "$found" = fails ]; then echo ', as it has to'; fi)"
  if [ "$found" != "$wanted" ]; then
    grep 'pan:\|errors:' "$log" >&2 || true
    if [ "$found" = fails ]; then replay "$folder" "$@"; fi
    surprise "$title, $claim: $found, wanted: $wanted"
  fi
  if [ "$wanted" = holds ]; then all_reached "$title" "$log"; fi
  rm -rf "$folder"
}

# A statement that no run comes to would make its property hold for nothing.
all_reached() {
  local unreached
  unreached=$(awk '/^unreached in/ {ours = !/claim|ltl/} ours && /state [0-9]+,/ && !/-end-/' "$2")
  [ -z "$unreached" ] || surprise "$1: statements that are never reached:"$'\n'"$unreached"
}

# The deadline is kept although a replica hangs for ever and keeps its lease. All else waits for another leader.
hanging() { [ "$1" != deadline_kept ] || echo -DHANGS; }

# taken_out MACRO NAME...: without it, each of these properties has to fail.
taken_out() {
  local macro=$1 name
  shift
  for name in "$@"; do
    if [[ $name =~ ^[A-Z] ]]; then
      check "$macro" fails never "$name" -DANYTIME "-D$macro" "-DONLY=$name"
    else
      # shellcheck disable=SC2046
      check "$macro" fails always "$name" "-D$macro" $(hanging "$name")
    fi
  done
}

# The steps: an inline with a capital in the model, "Model step X, model/release.pml." in the code.
same_steps() {
  grep -oP '^inline \K[A-Z]\w*' "$root/model/release.pml" | sort -u >"$work/model"
  grep -rhoP 'Model step \K\w+(?=, model/release\.pml\.)' "$root/src" "$root/cmd" --include='*.cpp' --include='*.hpp' | sort -u >"$work/code" || true
  [ -s "$work/model" ] || die "no step found in the model"
  local step
  for step in $(comm -23 "$work/model" "$work/code"); do surprise "step $step of the model is named nowhere in the code"; done
  for step in $(comm -13 "$work/model" "$work/code"); do surprise "step $step, named in the code, is not in the model"; done
  say "$(comm -12 "$work/model" "$work/code" | wc -l) steps are in the model and in the code"
}

searches=0
same_steps
row "without" property states seconds result
check "-" holds never "all that must never happen" -DANYTIME -DEDITS=2
for claim in $(grep -oP '^ltl \K\w+' "$root/model/release.pml"); do
  # shellcheck disable=SC2046
  check "-" holds always "$claim" $(hanging "$claim")
done
taken_out NO_VERSION_TEST STARTED_TWICE USER_SUSPENDED OPTED_OUT POD_CUT_OFF
taken_out NO_FRESH_DECISION STARTED_TWICE USER_SUSPENDED OPTED_OUT
taken_out TWO_PATCHES HALF_DIRECTED
taken_out IGNORES_SIGNAL TOO_EARLY
taken_out USER_SUSPENSION_IGNORED USER_SUSPENDED
taken_out OPT_OUT_IGNORED OPTED_OUT opt_out_heeded
taken_out DEADLINE_FORGOTTEN deadline_kept
taken_out NO_LIST deadline_kept
taken_out NO_STAND_IN deadline_kept
taken_out NOT_QUEUED_BY_LEADER opt_out_heeded every_job_seen
taken_out LOST_ANSWER_FORGOTTEN deadline_kept
taken_out NO_FALLBACK deadline_kept
taken_out NO_CATCH_UP every_job_seen
# A limit, not a guard: two edits that leave no trace.
check "SUSPENDED_AGAIN (a limit)" fails never USER_SUSPENDED -DANYTIME -DEDITS=2 -DSUSPENDED_AGAIN -DONLY=USER_SUSPENDED

[ "$surprises" = 0 ] || die "$surprises surprises"
say "model: all as it has to be"
