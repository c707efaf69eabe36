#include "manager.hpp"

#include <arpa/inet.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>
#include <random>
#include <sstream>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "http/listen.hpp"
#include "kube/client/paths.hpp"
#include "ledger/energy.hpp"
#include "providers/config.hpp"
#include "providers/kepler.hpp"
#include "server_time.hpp"
#include "webhook/handler.hpp"

namespace karbonetes::cmd {

namespace {

constexpr kube::Resource kPolicies{"carbon-aware.io", "v1alpha1", "carbonawarepolicies"};
constexpr Millis kShutdownGrace = std::chrono::seconds(5);
constexpr int kWebhookThreads = 2;
// Upkeep tasks of the manager's own.
constexpr const char* kTurn = "release-turn";
constexpr const char* kEstimates = "estimates";
constexpr Millis kEstimatesBetween = std::chrono::seconds(15);

std::string random_identity() {
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) host[0] = '?';
  std::random_device random;
  std::ostringstream out;
  out << host.data() << '_' << std::hex << random() << random();
  return out.str();
}

Result<std::unique_ptr<providers::SignalHub>> make_hub(const Options& o, const Clock& clock,
                                                       metrics::Registry& metrics) {
  if (o.signal_config.empty())
    return providers::hub_of({o.signal_url, o.signal_zone, o.signal_ca_file, o.windows_file}, clock,
                             metrics);
  auto sources = providers::load_signal_config(o.signal_config);
  if (!sources) {
    return fail(sources.error().code, "--signal-config: " + sources.error().message);
  }
  return providers::make_hub(std::move(*sources), clock, metrics);
}

Result<ledger::EnergyModel> energy_model(const Options& o) {
  const auto provider = ledger::parse_provider(o.energy_provider);
  if (!provider) return fail(provider.error());
  auto model = ledger::model_of(*provider);
  if (o.energy_pue > 0) model.pue = o.energy_pue;
  model.utilisation = o.energy_utilisation;
  model.default_gpu = o.energy_gpu;
  if (auto valid = ledger::validate(model); !valid) return fail(valid.error());
  return model;
}

std::string_view path_of(const http::Request& request) {
  return std::string_view(request.target).substr(0, request.target.find('?'));
}

bool is_ip_address(const std::string& text) {
  std::array<unsigned char, sizeof(in6_addr)> ignored{};
  return inet_pton(AF_INET, text.c_str(), ignored.data()) == 1 ||
         inet_pton(AF_INET6, text.c_str(), ignored.data()) == 1;
}

void wait_for(std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait(lock, stop, [] { return false; });
}

}  // namespace

Manager::Manager(Options options, metrics::Registry& metrics, const Clock& clock)
    : options_(std::move(options)),
      metrics_(metrics),
      clock_(clock),
      queue_("jobs", clock, metrics),
      job_sink_(
          jobs_,
          [this](controller::Seen how, const placement::JobFacts& job, std::string_view decision,
                 const std::vector<std::string>& ignored) { saw(how, job, decision, ignored); }),
      policy_sink_(policies_,
                   [this] {
                     enqueue_all();
                     records_->policies_changed();
                   }),
      cronjob_sink_(cronjobs_) {}

Manager::~Manager() = default;

Result<std::unique_ptr<Manager>> Manager::make(Options options, metrics::Registry& metrics,
                                               SteadyWallClock& clock) {
  std::unique_ptr<Manager> m(new Manager(std::move(options), metrics, clock));
  const Options& o = m->options_;

  auto config = kube::load_config(o.kubeconfig, o.context, clock);
  if (!config) return fail(config.error());
  auto client = kube::Client::make(std::move(*config), "karbonetes-controller/" KARBONETES_VERSION,
                                   clock, metrics);
  if (!client) return fail(client.error());
  m->client_ = std::move(*client);
  follow_server_time(*m->client_, clock, metrics, [queue = &m->queue_] { queue->wake(); });

  auto hub = make_hub(o, clock, metrics);
  if (!hub) return fail(hub.error());
  m->hub_ = std::move(*hub);

  const std::string identity = o.identity.empty() ? random_identity() : o.identity;
  m->recorder_ = std::make_unique<kube::EventRecorder>(*m->client_, clock, metrics,
                                                       "carbon-aware.io/controller", identity);
  m->announcer_ = std::make_unique<controller::Announcer>(
      [recorder = m->recorder_.get()](kube::EventSpec event) {
        recorder->record(std::move(event));
      },
      clock);
  m->news_ = std::make_unique<controller::News>(
      *m->announcer_, [raw = m.get()] { return raw->leading(); }, clock);
  m->job_metrics_ = std::make_unique<controller::Metrics>(metrics);
  m->writer_ = controller::make_job_writer(*m->client_);
  if (o.leader_elect) {
    kube::ElectionConfig election;
    election.ns = o.system_namespace;
    election.name = o.lease_name;
    election.identity = identity;
    m->elector_ = std::make_unique<kube::LeaderElector>(
        *m->client_, clock, metrics, election, [raw = m.get()](bool leading) {
          spdlog::info("leader election: {}", leading ? "leading" : "not leading");
          if (!leading) return;
          raw->news_->lead();
          raw->records_->lead();
          raw->enqueue_all();
        });
  }
  if (auto made = m->make_records(); !made) return fail(made.error());
  m->make_reconciler();
  if (auto made = m->make_webhook(); !made) return fail(made.error());
  Manager* raw = m.get();
  controller::expose_state(metrics, m->jobs_, [raw] { return raw->hub_->current(); }, clock);
  m->jobs_.set_listener([raw](const std::string& key) {
    raw->queue_.add(key);
    raw->records_->jobs_changed();
  });
  m->cronjobs_.set_listener([raw](const std::string& key) {
    std::vector<std::string> children;
    const auto slash = key.find('/');
    const auto ns = std::string_view(key).substr(0, slash);
    const auto name = std::string_view(key).substr(slash + 1);
    raw->jobs_.for_each([&](const controller::StoredJob& job) {
      if (job.kind.cronjob == name && job.kind.ns == ns) children.push_back(job.key());
    });
    for (const auto& child : children) raw->queue_.add(child);
  });

  const auto reflector = [&](const kube::Resource& resource, kube::ObjectSink& sink) {
    return std::make_unique<kube::Reflector>(
        *m->client_, clock, metrics,
        kube::ReflectorOptions{kube::cluster_path(resource), std::string(resource.plural), ""},
        sink);
  };
  m->job_reflector_ = reflector(kube::kJobs, m->job_sink_);
  m->policy_reflector_ = reflector(kPolicies, m->policy_sink_);
  m->cronjob_reflector_ = reflector(kube::kCronJobs, m->cronjob_sink_);

  auto listen = http::parse_listen(o.metrics_listen);
  if (!listen) return fail(Errc::InvalidArgument, "--metrics-listen: " + listen.error().message);
  http::ServerOptions health;
  health.address = listen->host;
  health.port = listen->port;
  auto server =
      http::Server::start(health, [raw](http::Request&& request, const http::Reply& reply) {
        reply(raw->serve_health(request));
      });
  if (!server) return fail(server.error().code, "--metrics-listen: " + server.error().message);
  m->health_ = std::move(*server);
  return m;
}

bool Manager::leading() const { return !elector_ || elector_->leading(); }

Status Manager::make_records() {
  auto model = energy_model(options_);
  if (!model) return fail(model.error());
  controller::AccountantConfig accounts;
  accounts.model = std::move(*model);
  accounts.retention_days = options_.ledger_retention_days;
  if (!options_.kepler_url.empty()) {
    auto kepler = providers::make_kepler(options_.kepler_url);
    if (!kepler) return fail(kepler.error().code, "--kepler-url: " + kepler.error().message);
    accounts.meter_lag = providers::kepler_instant({}) - TimePoint{};
    accounts.joules = [ask = std::move(*kepler)](
                          const placement::JobFacts& job) -> std::optional<ledger::Joules> {
      const auto joules =
          ask({job.ns, job.name, *job.started_at, *job.finished_at, job.indexed}, {});
      if (!joules) {
        spdlog::warn("Kepler cannot be asked, the model holds: job={} {}", job.key(),
                     joules.error().message);
        return std::nullopt;
      }
      if (!*joules) return std::nullopt;
      return ledger::Joules{(*joules)->joules, (*joules)->with_gpus};
    };
  }
  records_ = std::make_unique<controller::Records>(
      controller::RecordsConfig{*client_, *writer_, jobs_, policies_,
                                [this] { return hub_->current(); }, [this] { return leading(); },
                                [this](const std::string& key) { queue_.add(key); },
                                options_.system_namespace, std::move(accounts)},
      clock_, metrics_);
  return {};
}

void Manager::make_reconciler() {
  api::ReleaseSpec cluster;
  if (options_.release_per_minute > 0) {
    cluster.per_minute = options_.release_per_minute;
    cluster.burst = options_.release_burst;
  }
  if (options_.release_vcpu_per_minute > 0)
    cluster.vcpu_per_minute = options_.release_vcpu_per_minute;
  auto& upkeep = records_->upkeep();
  pace_ = std::make_unique<controller::ReleasePace>(
      cluster, [this](const std::string& key) { queue_.add(key); },
      [&upkeep] { upkeep.ask_within(kTurn, controller::ReleasePace::kGather); }, clock_, metrics_);
  upkeep.add(kEstimates, [this](const std::stop_token&) -> Result<kube::Outcome> {
    enqueue_all();
    return kube::Outcome{};
  });
  upkeep.add(kTurn,
             [this](const std::stop_token&) -> Result<kube::Outcome> { return pace_->turn(); });
  reconciler_ = std::make_unique<controller::JobReconciler>(
      controller::Knowledge{jobs_, policies_, [this] { return hub_->current(); },
                            [this](std::string_view ns, std::string_view name) {
                              return controller::find_cron(cronjobs_, ns, name);
                            },
                            [this](const placement::JobFacts& job) {
                              return records_->durations().estimate(job.ns, job);
                            },
                            options_.system_namespace, [this] { return leading(); }, clock_},
      controller::Colleagues{*writer_, *announcer_, *pace_, records_->accountant(), *job_metrics_,
                             [this](const std::string& policy, const std::string& reason) {
                               records_->released(policy, reason);
                             }});
  loop_ = std::make_unique<kube::ControllerLoop>(
      "jobs", queue_, options_.concurrent_reconciles, clock_, metrics_,
      [this](std::string_view key, std::stop_token stop) {
        return reconciler_->reconcile(key, std::move(stop));
      });
}

void Manager::saw(controller::Seen how, const placement::JobFacts& job, std::string_view decision,
                  const std::vector<std::string>& ignored) {
  news_->saw(how, job, decision, ignored);
  // A new estimate may move the plans of those that wait; they are looked at together.
  if (how == controller::Seen::Finished && records_->finished(job))
    records_->upkeep().ask_within(kEstimates, kEstimatesBetween);
  if (how == controller::Seen::Gone && leading()) records_->gone(job);
}

// Model step QueueAll, model/release.pml.
void Manager::enqueue_all() {
  jobs_.for_each_by_deadline([this](const std::string& key) { queue_.add(key); });
}

http::Response Manager::serve_metrics() const {
  return {200, {{"Content-Type", "text/plain; version=0.0.4"}}, metrics_.expose()};
}

http::Response Manager::serve_health(const http::Request& request) const {
  const auto path = path_of(request);
  const auto text = [](int status, std::string body) {
    return http::Response{status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::move(body)};
  };
  if (path == "/metrics" && access_)
    return text(403, "not here: --metrics-auth serves them over TLS at --webhook-listen\n");
  if (path == "/metrics") return serve_metrics();
  if (path == "/healthz") return text(200, "ok\n");
  if (path == "/readyz") {
    if (!ready_) return text(503, "not ready: waiting for the first lists\n");
    if (webhook_ && !webhook_->ready())
      return text(503, "not ready: the webhook has no certificate yet, see the log\n");
    return text(200, "ok\n");
  }
  return text(404, "not found: try /metrics, /healthz or /readyz\n");
}

http::Handler Manager::webhook_handler() {
  auto admit = webhook::make_handler({policies_, [this] { return hub_->current(); },
                                      [this](std::string_view ns, std::string_view name) {
                                        return controller::find_cron(cronjobs_, ns, name);
                                      },
                                      [this](std::string_view ns, const placement::JobFacts& job) {
                                        return records_->durations().estimate(ns, job);
                                      },
                                      options_.system_namespace, clock_},
                                     metrics_);
  if (!access_) return admit;
  return [this, admit = std::move(admit)](http::Request&& request, http::Reply reply) {
    if (path_of(request) != "/metrics") return admit(std::move(request), std::move(reply));
    access_->serve(request, std::move(reply), [this] { return serve_metrics(); });
  };
}

Status Manager::make_webhook() {
  const auto& o = options_;
  if (o.metrics_auth && o.tls_cert_file.empty() && o.tls_secret.empty())
    return fail(Errc::InvalidArgument,
                "--metrics-auth needs TLS: name a certificate by --tls-cert-file or --tls-secret");
  if (o.metrics_auth)
    access_ = std::make_unique<controller::MetricsAccess>(controller::make_access_review(*client_),
                                                          clock_);
  std::unique_ptr<controller::CertificateSource> source;
  if (!o.tls_cert_file.empty()) {
    source = controller::make_certificate_files(o.tls_cert_file, o.tls_key_file, clock_, metrics_);
  } else if (!o.tls_secret.empty()) {
    if (auto ok = certs::check_names(o.tls_names); !ok)
      return fail(Errc::InvalidArgument, "--tls-names: " + ok.error().message +
                                             "; write what the webhook is called by, e.g. "
                                             "karbonetes-webhook.karbonetes-system.svc");
    source = controller::make_certificate_keeper(
        controller::make_tls_objects(*client_, o.system_namespace, o.tls_secret,
                                     o.webhook_configuration),
        {o.tls_names, o.tls_validity, o.tls_ca_validity}, clock_, metrics_);
  } else {
    spdlog::warn(
        "neither --tls-cert-file nor --tls-secret: no webhook is served, and Jobs are held only "
        "when they have not started yet");
    return {};
  }
  auto listen = http::parse_listen(o.webhook_listen);
  if (!listen) return fail(Errc::InvalidArgument, "--webhook-listen: " + listen.error().message);
  if (!is_ip_address(listen->host))
    return fail(Errc::InvalidArgument, "--webhook-listen: " + in_quotes(listen->host) +
                                           " is not an IP address such as 0.0.0.0 or [::]");
  http::ServerOptions server;
  server.address = listen->host;
  server.port = listen->port;
  server.threads = kWebhookThreads;
  webhook_ = std::make_unique<WebhookServer>(
      std::move(source), std::move(server), webhook_handler(), clock_, [this](Error error) {
        failure_ = Error{error.code, "--webhook-listen: " + error.message};
        failed_.request_stop();
      });
  return {};
}

// What was seen lately is written while the lease is still ours; not for longer than the grace
// allows.
void Manager::keep_records() {
  std::stop_source late;
  std::mutex mutex;
  std::condition_variable_any wake;
  std::jthread guard([&](const std::stop_token& done) {
    std::unique_lock lock(mutex);
    if (!wake.wait_for(lock, done, kShutdownGrace, [] { return false; }) && !done.stop_requested())
      late.request_stop();
  });
  records_->upkeep().flush(late.get_token());
}

Status Manager::run(std::stop_token stop) {
  spdlog::info("metrics and health listen on port {}", health_->port());
  records_->load(stop);
  hub_->start([this] {
    records_->signals_changed();
    enqueue_all();
  });
  for (auto* reflector : {policy_reflector_.get(), cronjob_reflector_.get(), job_reflector_.get()})
    reflector->start();
  Status status;
  // Decisions rest on policies and CronJobs: without them the webhook would be wrong, so until then
  // it is not there.
  for (auto* reflector :
       {policy_reflector_.get(), cronjob_reflector_.get(), job_reflector_.get()}) {
    while (!stop.stop_requested() && !reflector->wait_synced(std::chrono::seconds(10), stop)) {
      spdlog::warn("still waiting for the first list from {}", client_->config().server.host);
    }
  }
  if (!stop.stop_requested()) {
    // Neither waits for the other: a replica without a certificate may lead, and one that serves
    // may follow.
    if (webhook_) webhook_->start();
    if (elector_) elector_->start();
    loop_->start();
    records_->upkeep().start();
    ready_ = true;
    spdlog::info("ready jobs={}", jobs_.size());
    const std::stop_callback passed_on(stop, [this] { failed_.request_stop(); });
    wait_for(failed_.get_token());
    if (failure_) status = fail(*failure_);
  }

  ready_ = false;
  spdlog::info("stopping");
  if (webhook_) webhook_->stop(kShutdownGrace);
  // Stopped, not destroyed: the reflectors' threads still ask whether we lead.
  loop_->stop();  // finishes what is being patched
  records_->upkeep().stop();
  keep_records();
  if (elector_) elector_->stop();  // gives the lease back
  hub_->stop();
  job_reflector_.reset();
  policy_reflector_.reset();
  cronjob_reflector_.reset();
  health_->stop(std::chrono::seconds(1));
  return status;
}

}  // namespace karbonetes::cmd
