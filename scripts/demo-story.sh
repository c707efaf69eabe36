# The demo's story and its checks. Sourced by demo.sh.

ns=carbon-demo
results=() # rows: job|decision|waited|reason|pool|node

expect() { # expect WHAT ACTUAL WANTED
  if [ "$2" = "$3" ]; then
    printf '   %sok%s   %s\n' "$green" "$plain" "$1"
  else
    printf '   %sNOT%s  %s: is "%s", must be "%s"\n' "$red" "$plain" "$1" "$2" "$3"
    failures+=("$1: is \"$2\", must be \"$3\"")
  fi
}

job_field() { kubectl get job -n $ns "$1" -o "jsonpath=$2"; }
state_of() { job_field "$1" '{.metadata.labels.carbon-aware\.io/state}'; }
pods_of() { kubectl get pods -n $ns -l "batch.kubernetes.io/job-name=$1" -o name | wc -l; }
nodes_in() { kubectl get nodeclaims -l "karpenter.sh/nodepool=$1" -o name | wc -l; }
no_node_in() { [ "$(nodes_in "$1")" = 0 ]; }
is_state() { [ "$(state_of "$1")" = "$2" ]; }
is_complete() { [ "$(job_field "$1" '{.status.succeeded}')" = 1 ]; }
has_node() { [ -n "$(node_of "$1")" ]; }
node_of() { kubectl get pods -n $ns -l "batch.kubernetes.io/job-name=$1" -o 'jsonpath={.items[0].spec.nodeName}'; }
pool_of() { kubectl get node "$(node_of "$1")" -o 'jsonpath={.metadata.labels.karpenter\.sh/nodepool}'; }
cron_child() { kubectl get jobs -n $ns -o json | jq -r '[.items[] | select(.metadata.ownerReferences[0].kind == "CronJob")][0].metadata.name // empty'; }
has_child() { [ -n "$(cron_child)" ]; }

submit_samples() {
  kubectl apply -f "$root/config/samples/job-plain.yaml" -f "$root/config/samples/job-carbon-aware.yaml" \
    -f "$root/config/samples/job-carbon-aware-strict.yaml" -f "$root/config/samples/cronjob-carbon-aware.yaml" | sed 's/^/   /'
}

# The samples, with a CronJob that ticks every minute, so that nobody has to wait long for its child; and with Allow, under which
# the child waits as long as any other Job (Forbid and Replace cap its deadline at the next tick).
submit_story() {
  sed -e 's|schedule: .*|schedule: "* * * * *"|' -e 's|concurrencyPolicy: Forbid|concurrencyPolicy: Allow|' \
    "$root/config/samples/cronjob-carbon-aware.yaml" | kubectl apply -f - | sed 's/^/   /'
  kubectl apply -f "$root/config/samples/job-plain.yaml" -f "$root/config/samples/job-carbon-aware.yaml" \
    -f "$root/config/samples/job-carbon-aware-strict.yaml" | sed 's/^/   /'
}

submit_short() {
  sed -e 's|name: carbon-aware$|name: carbon-aware-short|' -e 's|^\( *\)carbon-aware.io/enabled: "true"|&\n\1carbon-aware.io/max-delay: 8s|' \
    "$root/config/samples/job-carbon-aware.yaml" | kubectl apply -f - | sed 's/^/   /'
}

# Remembers where a Job ran: nodes come and go.
record() {
  local job=$1 since released waited=- decision reason
  decision=$(state_of "$job")
  reason=$(job_field "$job" '{.metadata.annotations.carbon-aware\.io/release-reason}')
  since=$(job_field "$job" '{.metadata.annotations.carbon-aware\.io/waiting-since}')
  released=$(job_field "$job" '{.metadata.annotations.carbon-aware\.io/released-at}')
  [ -n "$since" ] && [ -n "$released" ] && waited="$(($(date -d "$released" +%s) - $(date -d "$since" +%s)))s"
  results+=("$job|${decision:-not opted in}|$waited|${reason:--}|$(pool_of "$job")|$(node_of "$job")")
}

pool_recorded() {
  local row
  for row in "${results[@]}"; do
    [ "${row%%|*}" = "$1" ] && echo "$row" | cut -d'|' -f5
  done
}

table() {
  printf '\n%s' "$bold"
  printf '%-30s %-14s %-7s %-10s %-12s %s' JOB DECISION WAITED REASON POOL NODE
  printf '%s\n' "$plain"
  local row
  for row in "${results[@]}"; do
    IFS='|' read -r a b c d e f <<<"$row"
    printf '%-30s %-14s %-7s %-10s %-12s %s\n' "$a" "$b" "$c" "$d" "$e" "$f"
  done
}

play() {
  step "The grid is not green. Three Jobs and a CronJob are submitted"
  set_green off
  submit_story
  await 30 "the plain Job to get a node" has_node plain
  note "plain runs on $(node_of plain)"
  await 60 "the plain Job to finish" is_complete plain
  record plain
  expect "plain ran on the default pool" "$(pool_recorded plain)" default
  for job in carbon-aware carbon-aware-strict; do
    expect "$job waits" "$(state_of $job)" waiting
    expect "$job is suspended" "$(job_field $job '{.spec.suspend}')" true
  done
  note "waiting for the CronJob's next tick (at most a minute) ..."
  await 75 "the CronJob's child" has_child
  child=$(cron_child)
  kubectl patch cronjob -n $ns carbon-aware-report --type=merge -p '{"spec":{"suspend":true}}' >/dev/null # one child is enough
  expect "the CronJob's child $child waits" "$(state_of "$child")" waiting
  for job in carbon-aware carbon-aware-strict "$child"; do
    expect "$job has no pods" "$(pods_of "$job")" 0
  done
  expect "Karpenter bought no green node" "$(nodes_in green-batch)" 0
  kubectl karbonetes status -n $ns
  # Idle capacity that is already on would be used before a green node is bought: let Karpenter remove it first.
  note "waiting for Karpenter to remove the empty default node ..."
  await 90 "the empty default node to go" no_node_in default

  step "The grid turns green"
  set_green on
  for job in carbon-aware carbon-aware-strict "$child"; do
    await 20 "$job to be released" is_state "$job" released
    await 40 "$job to get a node" has_node "$job"
    await 60 "$job to finish" is_complete "$job"
    record "$job"
    expect "$job was released because of green" "$(job_field "$job" '{.metadata.annotations.carbon-aware\.io/release-reason}')" green
    expect "$job ran on green-batch" "$(pool_recorded "$job")" green-batch
  done
  expect "the child still belongs to its CronJob" "$(job_field "$child" '{.metadata.ownerReferences[0].name}')" carbon-aware-report
  kubectl get events -n $ns --field-selector reason=CarbonReleased -o custom-columns=JOB:.involvedObject.name,WHY:.message --no-headers |
    sed 's/^/   /'

  step "The grid is not green again. A Job that can wait 8 s"
  set_green off
  submit_short
  expect "carbon-aware-short waits" "$(state_of carbon-aware-short)" waiting
  kubectl karbonetes explain -n $ns carbon-aware-short
  await 30 "carbon-aware-short to be released at its deadline" is_state carbon-aware-short released
  await 40 "carbon-aware-short to get a node" has_node carbon-aware-short
  await 60 "carbon-aware-short to finish" is_complete carbon-aware-short
  record carbon-aware-short
  expect "carbon-aware-short went to the fallback" "$(job_field carbon-aware-short '{.metadata.annotations.carbon-aware\.io/release-reason}')" fallback
  expect "carbon-aware-short ran on the default pool" "$(pool_recorded carbon-aware-short)" default
  plan_story
  expect "every Job started exactly one pod" \
    "$(kubectl get pods -n $ns -o json | jq -r '[.items[].metadata.labels["batch.kubernetes.io/job-name"]] | group_by(.) | map(length) | max')" 1
}

# A Job that is planned over a forecast: it starts where its run emits least, and its account says what that was worth.
plan_story() {
  step "A forecast is known. A Job that runs 10 s and may wait a minute is planned"
  kubectl karbonetes signal
  sed -e 's|maxDelay: .*|maxDelay: 1m|' -e 's|expectedDuration: .*|expectedDuration: 10s|' -e 's|^  strategy: .*|&\n  signal: {source: forecast}|' \
    "$root/config/samples/carbonawarepolicy-lowest-window.yaml" | kubectl apply -f - | sed 's/^/   /'
  # The controller hears of the policy by its watch; what it has heard of, it writes a status for.
  await 20 "the controller to know the policy" has_status lowest-window
  await 30 "an hour that is not cheap" costs_more_than 200
  sed -e 's|name: carbon-aware$|name: carbon-aware-planned|' -e 's|^\( *\)carbon-aware.io/enabled: "true"|&\n\1carbon-aware.io/policy: lowest-window|' \
    "$root/config/samples/job-carbon-aware.yaml" | kubectl apply -f - | sed 's/^/   /'
  local planned released
  planned=$(job_field carbon-aware-planned '{.metadata.annotations.carbon-aware\.io/plan}' | jq -r '.start // empty')
  expect "carbon-aware-planned waits" "$(state_of carbon-aware-planned)" waiting
  kubectl karbonetes explain -n $ns carbon-aware-planned
  await 90 "carbon-aware-planned to be released" is_state carbon-aware-planned released
  await 40 "carbon-aware-planned to get a node" has_node carbon-aware-planned
  await 60 "carbon-aware-planned to finish" is_complete carbon-aware-planned
  record carbon-aware-planned
  expect "carbon-aware-planned was released as planned" "$(job_field carbon-aware-planned '{.metadata.annotations.carbon-aware\.io/release-reason}')" planned
  released=$(job_field carbon-aware-planned '{.metadata.annotations.carbon-aware\.io/released-at}')
  await 30 "the account of carbon-aware-planned" has_account carbon-aware-planned
  note "planned start   ${planned:-none}"
  note "real start      $released"
  account_of carbon-aware-planned | jq -r '"   account         " + (.average | "\(.actualGrams) g emitted, \(.counterfactualGrams) g had it run at once, \(.avoidedGrams) g avoided")'
  expect "its start is as planned, to 3 s" "$(close_to "$planned" "$released" 3)" yes
  expect "it avoided emissions" "$(account_of carbon-aware-planned | jq '.average.avoidedGrams > 0')" true
  step "What was saved"
  kubectl karbonetes report
}

has_status() { [ -n "$(kubectl get carbonawarepolicy -n $ns "$1" -o 'jsonpath={.status.conditions[0].type}')" ]; }
account_of() { job_field "$1" '{.metadata.annotations.carbon-aware\.io/account}'; }
has_account() { [ -n "$(account_of "$1")" ]; }
# Whether the forecast source's intensity now is above that many gCO2eq/kWh.
costs_more_than() {
  [ "$(kubectl karbonetes signal -o json | jq "[.sources[] | select(.name == \"forecast\") | .intensity // 0 | . > $1] | first")" = true ]
}
# yes when two instants lie within that many seconds of each other.
close_to() {
  local distance=$(($(date -d "${2:-1970-01-01}" +%s) - $(date -d "${1:-2000-01-01}" +%s)))
  if [ "${distance#-}" -le "$3" ]; then echo yes; else echo "no, $distance s apart"; fi
}

demo_run() {
  local started=$SECONDS status=0
  trap 'demo_down' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  demo_up
  play || failures+=("the story did not come to its end")
  [ ${#results[@]} -eq 0 ] || table
  if [ ${#failures[@]} -gt 0 ]; then
    status=1
    printf '\n%sDEMO FAILED%s\n' "$red" "$plain"
    printf '   %s\n' "${failures[@]}"
    tail -n 20 "$demo_dir/karbonetes-controller.log" | sed 's/^/   | /'
  fi
  step "Stopping everything"
  trap - EXIT
  demo_down
  [ $status -ne 0 ] || printf '\n%sDEMO OK%s (%d s)\n' "$green" "$plain" $((SECONDS - started))
  return $status
}
