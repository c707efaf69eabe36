# The demo's environment: what runs, where its files are, how it is stopped. Sourced by demo.sh.

failures=() # sentences; whatever is in it at the end makes the demo fail
demo_dir=${DEMO_DIR:-$root/build/demo}
programs=$root/build/release/bin
plane_dir=$demo_dir/plane
control_plane=${KARBONETES_CONTROL_PLANE_BIN:-$(control_plane_bin_dir)}
export KUBECONFIG=$plane_dir/admin.kubeconfig
export PATH=$programs:$control_plane:$PATH

bold=$(printf '\033[1m') dim=$(printf '\033[2m') green=$(printf '\033[32m') red=$(printf '\033[31m') plain=$(printf '\033[0m')
if [ ! -t 1 ] || [ -n "${NO_COLOR:-}" ]; then bold='' dim='' green='' red='' plain=''; fi

step() { printf '\n%s== %s%s\n' "$bold" "$*" "$plain"; }
note() { printf '   %s\n' "$*"; }

# await SECONDS WHAT COMMAND...: tries until the command succeeds; fails with WHAT when the time is over.
await() {
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$deadline" ] || { say "timed out waiting for $what"; failures+=("timed out waiting for $what"); return 1; }
    sleep 0.2
  done
}

# spawn NAME COMMAND...: runs it in the background, its own session, with log and pid file.
spawn() {
  local name=$1
  shift
  setsid "$@" >"$demo_dir/$name.log" 2>&1 </dev/null &
  echo $! >"$demo_dir/$name.pid"
}

# Stops what spawn started, when the process under that pid is still that program.
stop() {
  local name=$1 pid
  pid=$(cat "$demo_dir/$name.pid" 2>/dev/null) || return 0
  if grep -qs "$name" "/proc/$pid/cmdline"; then
    kill "$pid" 2>/dev/null || true
    await 15 "$name to stop" test ! -e "/proc/$pid" || kill -9 "$pid" 2>/dev/null || true
  fi
  rm -f "$demo_dir/$name.pid"
}

needs_demo() {
  [ -f "$KUBECONFIG" ] || die "the demo is not running: start it with \`make demo-up\`"
}

port_of() { cat "$demo_dir/$1.port"; }
signal_url() { echo "http://127.0.0.1:$(port_of karbonetes-signal)"; }

free_port() {
  # A port that nobody listens on now; the kernel's ephemeral range is left to others.
  local port
  while :; do
    port=$((20000 + RANDOM % 10000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
}

make_webhook_certificate() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=karbonetes-webhook \
    -addext subjectAltName=IP:127.0.0.1 -keyout "$demo_dir/webhook.key" -out "$demo_dir/webhook.crt" 2>/dev/null
}

register_webhook() {
  sed -e "s|\${WEBHOOK_URL}|https://127.0.0.1:$(port_of webhook)/mutate-batch-v1-job|" \
    -e "s|\${CA_BUNDLE}|$(base64 -w0 "$demo_dir/webhook.crt")|" \
    "$root/config/webhook/mutatingwebhookconfiguration.yaml" | kubectl apply -f - >/dev/null
}

# The grid of the demo is never green by schedule: only by hand.
start_signal() {
  spawn karbonetes-signal karbonetes-signal --listen 127.0.0.1:0 --port-file "$demo_dir/karbonetes-signal.port" --log-format text
  await 10 "karbonetes-signal to listen" test -s "$demo_dir/karbonetes-signal.port"
  set_green off >/dev/null
}

# A second grid whose hours last ten seconds: expensive, with a cheap hour in every six. It is known ahead, so that a Job can be
# planned.
start_grid() {
  local i values=(420 400 350 120 160 300)
  {
    echo time,intensity
    for i in "${!values[@]}"; do echo "2026-01-01T0$i:00:00Z,${values[$i]}"; done
  } >"$demo_dir/grid.csv"
  spawn karbonetes-grid karbonetes-signal --listen 127.0.0.1:0 --port-file "$demo_dir/karbonetes-grid.port" --log-format text \
    --trace "$demo_dir/grid.csv" --trace-loop --trace-speed 360 \
    --trace-origin "$(date -u -d "@$(($(date +%s) / 10 * 10))" +%FT%TZ)"
  await 10 "the second karbonetes-signal to listen" test -s "$demo_dir/karbonetes-grid.port"
}

# Two carbon sources: the first is followed unless a policy names another. The second speaks as Electricity Maps does.
write_signal_config() {
  echo demo >"$demo_dir/token"
  cat >"$demo_dir/signals.yaml" <<EOF_SIGNALS
sources:
  - name: grid
    type: karbonetes-signal
    zone: local
    url: $(signal_url)
  - name: forecast
    type: electricity-maps
    zone: DE
    location: DE
    tokenFile: $demo_dir/token
    url: http://127.0.0.1:$(port_of karbonetes-grid)/electricity-maps/v3
    refresh: 2s
EOF_SIGNALS
}

start_controller() {
  free_port >"$demo_dir/webhook.port"
  free_port >"$demo_dir/metrics.port"
  spawn karbonetes-controller karbonetes-controller --kubeconfig "$KUBECONFIG" --log-format text \
    --webhook-listen "127.0.0.1:$(port_of webhook)" --metrics-listen "127.0.0.1:$(port_of metrics)" \
    --tls-cert-file "$demo_dir/webhook.crt" --tls-key-file "$demo_dir/webhook.key" --signal-config "$demo_dir/signals.yaml"
  await 20 "the controller to be ready (see $demo_dir/karbonetes-controller.log)" \
    curl -sf "http://127.0.0.1:$(port_of metrics)/readyz"
}

demo_up() {
  if [ -f "$KUBECONFIG" ]; then demo_down; fi
  mkdir -p "$demo_dir"
  step "Control plane: etcd, kube-apiserver, controller-manager, scheduler, KWOK, Karpenter"
  karbonetes-plane up --detach --dir "$plane_dir"
  step "CRDs, node pools, policy"
  kubectl apply -f "$root/config/crd/bases" | sed 's/^/   /'
  kubectl wait --for=condition=Established crd/carbonawarepolicies.carbon-aware.io --timeout=30s >/dev/null
  kubectl create namespace karbonetes-system | sed 's/^/   /'
  kubectl kustomize --load-restrictor LoadRestrictionsNone "$root/config/samples/local" | kubectl apply -f - | sed 's/^/   /'
  kubectl apply -f "$root/config/samples/carbonawarepolicy-default.yaml" | sed 's/^/   /'
  step "Signal service and controller"
  make_webhook_certificate
  start_signal
  start_grid
  write_signal_config
  start_controller
  register_webhook
  note "signal     $(signal_url)/v1/signal"
  note "webhook    https://127.0.0.1:$(port_of webhook)/mutate-batch-v1-job"
  note "metrics    http://127.0.0.1:$(port_of metrics)/metrics"
}

demo_down() {
  stop karbonetes-controller
  stop karbonetes-grid
  stop karbonetes-signal
  if [ -d "$plane_dir" ]; then karbonetes-plane down --dir "$plane_dir" || true; fi
  rm -f "$demo_dir"/*.port
}

demo_hints() {
  printf '\nIt runs. Next:\n   export KUBECONFIG=%s PATH=%s:%s:$PATH\n' "$KUBECONFIG" "$programs" "$control_plane"
  printf '   make demo-submit demo-status\n   make demo-green-on demo-status\n   kubectl karbonetes status -A\n   make demo-down\n'
}

set_green() {
  local value
  case $1 in
    on) value=true ;;
    off) value=false ;;
    auto) value=null ;;
    *) die "write \`on\`, \`off\` or \`auto\`" ;;
  esac
  curl -sSf -X PUT -H 'Content-Type: application/json' -d "{\"green\":$value}" "$(signal_url)/v1/signal" |
    jq -r '"   grid: " + (if .green then "green" else "not green" end) + (if .forced then " (forced)" else "" end)'
}

show_signal() { kubectl karbonetes signal; }

show_status() {
  kubectl karbonetes status -A
  step "Jobs"
  kubectl get jobs -A
  step "Nodes"
  kubectl get nodes -L karpenter.sh/nodepool
}
