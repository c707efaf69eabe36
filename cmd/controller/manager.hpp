// Puts the controller together and runs it until it is told to stop: reflectors fill stores, the
// webhook decides on snapshots of them, the reconciler releases what waits. Wiring only; every part
// is tested in its own room.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "base/snapshot.hpp"
#include "base/steady_wall_clock.hpp"
#include "controller/announcer.hpp"
#include "controller/cronjob_sink.hpp"
#include "controller/job_reconciler.hpp"
#include "controller/job_sink.hpp"
#include "controller/metrics.hpp"
#include "controller/metrics_access.hpp"
#include "controller/news.hpp"
#include "controller/policy_sink.hpp"
#include "controller/records.hpp"
#include "controller/release_pace.hpp"
#include "http/server.hpp"
#include "kube/client/client.hpp"
#include "kube/runtime/controller_loop.hpp"
#include "kube/runtime/event_recorder.hpp"
#include "kube/runtime/leader_election.hpp"
#include "kube/runtime/reflector.hpp"
#include "kube/runtime/work_queue.hpp"
#include "metrics/registry.hpp"
#include "options.hpp"
#include "providers/hub.hpp"
#include "webhook_server.hpp"

namespace karbonetes::cmd {

class Manager {
 public:
  // Reads files and binds ports; talks to nobody yet. Errors name the flag or file.
  [[nodiscard]] static Result<std::unique_ptr<Manager>> make(Options options,
                                                             metrics::Registry& metrics,
                                                             SteadyWallClock& clock);
  ~Manager();

  // Blocks until `stop` is requested, then shuts down in order: no new admissions, finish patches,
  // give the lease back.
  [[nodiscard]] Status run(std::stop_token stop);

 private:
  Manager(Options options, metrics::Registry& metrics, const Clock& clock);

  [[nodiscard]] Status make_records();
  void make_reconciler();
  void saw(controller::Seen how, const placement::JobFacts& job, std::string_view decision,
           const std::vector<std::string>& ignored);
  [[nodiscard]] Status make_webhook();
  void keep_records();
  // Every Job that waits, the earliest deadline first: so they are released where release is paced.
  void enqueue_all();
  [[nodiscard]] bool leading() const;
  // The webhook, and beside it /metrics where those are not for everybody.
  [[nodiscard]] http::Handler webhook_handler();
  [[nodiscard]] http::Response serve_metrics() const;
  [[nodiscard]] http::Response serve_health(const http::Request& request) const;

  Options options_;
  metrics::Registry& metrics_;
  const Clock& clock_;
  std::atomic<bool> ready_{false};
  std::stop_source failed_;  // a part that cannot be done without has ended
  std::optional<Error> failure_;

  // Knowledge.
  controller::JobStore jobs_;
  controller::CronStore cronjobs_;
  Snapshot<policy::PolicySet> policies_;
  std::unique_ptr<providers::SignalHub> hub_;

  // In order of dependence: what comes later uses what comes before, and is destroyed first.
  kube::WorkQueue queue_;
  std::unique_ptr<kube::Client> client_;
  std::unique_ptr<kube::EventRecorder> recorder_;
  std::unique_ptr<controller::Announcer> announcer_;
  std::unique_ptr<controller::News> news_;
  std::unique_ptr<controller::Metrics> job_metrics_;
  std::unique_ptr<controller::JobWriter> writer_;
  std::unique_ptr<kube::LeaderElector> elector_;
  std::unique_ptr<controller::Records> records_;
  std::unique_ptr<controller::ReleasePace> pace_;
  std::unique_ptr<controller::JobReconciler> reconciler_;
  std::unique_ptr<kube::ControllerLoop> loop_;
  controller::JobSink job_sink_;
  controller::PolicySink policy_sink_;
  controller::CronJobSink cronjob_sink_;
  std::unique_ptr<kube::Reflector> job_reflector_, policy_reflector_, cronjob_reflector_;
  std::unique_ptr<http::Server> health_;
  std::unique_ptr<controller::MetricsAccess> access_;  // null: /metrics is for everybody
  std::unique_ptr<WebhookServer> webhook_;             // null: no certificate was named
};

}  // namespace karbonetes::cmd
