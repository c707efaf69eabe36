#include "release_all.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "api/v1alpha1/names.hpp"
#include "controller/job_reconciler.hpp"
#include "controller/job_sink.hpp"
#include "controller/policy_sink.hpp"
#include "http/types.hpp"
#include "json/reader.hpp"
#include "kube/client/client.hpp"
#include "kube/client/paths.hpp"
#include "kube/runtime/leader_election.hpp"
#include "kube/runtime/reflector.hpp"

namespace karbonetes::cmd {

namespace {

using std::chrono::seconds;

constexpr kube::Resource kPolicies{"carbon-aware.io", "v1alpha1", "carbonawarepolicies"};
constexpr const char* kIdentity = "karbonetes-uninstall";
// Nobody leads again before the rest of the installation is gone.
constexpr Millis kKeepLease = seconds(120);
constexpr Millis kTakeLease = seconds(15);
// A leader that hears of nothing gives up after 10 s; an admission begun before the webhook went
// ends within its 3 s.
constexpr Millis kSettle = seconds(10);
constexpr Millis kNoProgress = std::chrono::minutes(2);
constexpr Millis kTell = seconds(5);
constexpr Millis kLook = Millis(100);
constexpr Millis kFirstLists = seconds(30);

// Finished Jobs are left as they are: the books go with the controller.
class NoAccounts final : public controller::Accounts {
 public:
  Answer account(const placement::JobFacts& /*job*/) override { return {}; }
  void written(const placement::JobFacts& /*job*/) override {}
};

std::string waiting_selector() {
  return "labelSelector=" +
         http::percent_encode(std::string(api::kState) + "=" +
                              std::string(placement::name(placement::JobState::Waiting)));
}

void pause(Millis time, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, stop, time, [] { return false; });
}

Status remove_webhook(kube::Client& client, const std::string& name, const std::stop_token& stop) {
  kube::CallOptions call;
  call.stop = stop;
  const auto removed =
      client.remove(kube::cluster_object_path(kube::kMutatingWebhooks, name), call);
  if (!removed && removed.error().code != Errc::NotFound) return fail(removed.error());
  spdlog::info("webhook configuration {}: {}", name, removed ? "deleted" : "was not there");
  return {};
}

// Asked of the API server itself, not of a cache.
Result<bool> none_waits(kube::Client& client, const std::stop_token& stop) {
  kube::CallOptions call;
  call.stop = stop;
  const auto body =
      client.get(kube::cluster_path(kube::kJobs) + "?limit=1&" + waiting_selector(), call);
  if (!body) return fail(body.error());
  bool none = true;
  json::Reader reader;
  const auto read = reader.each(*body, [&](std::string_view key, json::Value value) -> Status {
    if (key != "items" || value.is_null()) return {};
    return value.each_element([&](json::Value) -> Status {
      none = false;
      return {};
    });
  });
  if (!read) return fail(read.error());
  return none;
}

// The parts of a controller that a release needs, and no others.
class Release {
 public:
  Release(const Options& options, kube::Client& client, metrics::Registry& metrics,
          const Clock& clock)
      : writer_(controller::make_job_writer(client)),
        announcer_([](const kube::EventSpec&) {}, clock),
        metrics_(metrics),
        queue_("release-all", clock, metrics),
        pace_(
            {}, [](const std::string&) {}, [] {}, clock, metrics),
        job_sink_(jobs_, [](auto&&...) {}),
        policy_sink_(policies_, [] {}),
        reconciler_({jobs_, policies_, [] { return std::make_shared<const carbon::Signals>(); },
                     [](std::string_view, std::string_view) { return std::nullopt; },
                     [](const placement::JobFacts&) { return std::nullopt; },
                     options.system_namespace, [] { return true; }, clock, true},
                    {*writer_, announcer_, pace_, accounts_, metrics_,
                     [](const std::string&, const std::string&) {}}),
        loop_("release-all", queue_, options.concurrent_reconciles, clock, metrics,
              [this](std::string_view key, std::stop_token stop) {
                return reconciler_.reconcile(key, std::move(stop));
              }),
        policy_reflector_(client, clock, metrics, {kube::cluster_path(kPolicies), "policies", ""},
                          policy_sink_),
        job_reflector_(client, clock, metrics,
                       {kube::cluster_path(kube::kJobs), "jobs", waiting_selector()}, job_sink_) {
    jobs_.set_listener([this](const std::string& key) { queue_.add(key); });
  }

  // Errors: Timeout when the Jobs cannot be listed.
  Status start(const std::stop_token& stop) {
    policy_reflector_.start();
    // Without policies (their definition may be gone) the built-in defaults place the Jobs.
    if (!policy_reflector_.wait_synced(kTakeLease, stop))
      spdlog::warn("the policies cannot be listed: the built-in defaults hold");
    job_reflector_.start();
    if (!job_reflector_.wait_synced(kFirstLists, stop))
      return fail(Errc::Timeout, "the waiting Jobs cannot be listed");
    spdlog::info("{} Jobs wait", waiting());
    loop_.start();
    return {};
  }

  void stop() { loop_.stop(); }
  [[nodiscard]] std::size_t waiting() const { return jobs_.size(); }
  [[nodiscard]] std::string names() const {
    std::string out;
    int shown = 0;
    jobs_.for_each([&](const controller::StoredJob& job) {
      if (shown++ < 5) out += (out.empty() ? "" : ", ") + job.key();
    });
    return out;
  }

 private:
  controller::JobStore jobs_;
  Snapshot<policy::PolicySet> policies_;
  std::unique_ptr<controller::JobWriter> writer_;
  controller::Announcer announcer_;
  controller::Metrics metrics_;
  NoAccounts accounts_;
  kube::WorkQueue queue_;
  controller::ReleasePace pace_;
  controller::JobSink job_sink_;
  controller::PolicySink policy_sink_;
  controller::JobReconciler reconciler_;
  kube::ControllerLoop loop_;
  kube::Reflector policy_reflector_, job_reflector_;
};

Status until_none_waits(Release& release, kube::Client& client, const Clock& clock,
                        const std::stop_token& stop) {
  const TimePoint begun = clock.now();
  TimePoint progress = begun, told = begun;
  std::size_t least = release.waiting();
  while (!stop.stop_requested()) {
    const auto now = clock.now();
    const auto left = release.waiting();
    if (left < least) progress = now;
    least = std::min(least, left);
    if (left == 0 && now - begun >= kSettle) {
      const auto none = none_waits(client, stop);
      if (none && *none) return {};
      if (!none) spdlog::warn("cannot ask whether Jobs wait: {}", none.error().message);
    }
    if (left > 0 && now - told >= kTell) {
      spdlog::info("{} Jobs still wait", left);
      told = now;
    }
    if (now - progress >= kNoProgress) {
      return fail(Errc::Timeout, std::to_string(left) + " Jobs could not be released, among them " +
                                     release.names() + ": see the errors above");
    }
    pause(kLook, stop);
  }
  return fail(Errc::Cancelled, "stopped while Jobs still waited");
}

}  // namespace

Status release_all(const Options& options, metrics::Registry& metrics, const Clock& clock,
                   std::stop_token stop) {
  auto config = kube::load_config(options.kubeconfig, options.context, clock);
  if (!config) return fail(config.error());
  auto client = kube::Client::make(std::move(*config), "karbonetes-release-all/" KARBONETES_VERSION,
                                   clock, metrics);
  if (!client) return fail(client.error());

  if (auto removed = remove_webhook(**client, options.webhook_configuration, stop); !removed)
    return removed;

  kube::ElectionConfig election;
  election.ns = options.system_namespace;
  election.name = options.lease_name;
  election.identity = kIdentity;
  election.lease_duration = kKeepLease;
  election.seize = true;
  std::mutex mutex;
  std::condition_variable_any changed;
  bool leads = false;
  kube::LeaderElector elector(**client, clock, metrics, election, [&](bool leading) {
    const std::lock_guard lock(mutex);
    leads = leading;
    changed.notify_all();
  });
  elector.start();
  {
    std::unique_lock lock(mutex);
    // Patches hold only for the version they were decided on, so that even two who write start
    // nothing twice; but a controller that goes on could hold a Job anew.
    if (!changed.wait_for(lock, stop, kTakeLease, [&] { return leads; }))
      spdlog::warn("the lease {}/{} cannot be taken: going on without it", election.ns,
                   election.name);
  }

  Release release(options, **client, metrics, clock);
  auto status = release.start(stop);
  if (status) status = until_none_waits(release, **client, clock, stop);
  release.stop();
  elector.stop();
  if (status) spdlog::info("no Job waits any more");
  return status;
}

}  // namespace karbonetes::cmd
