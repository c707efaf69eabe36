// Reconciles one Job: read it from the store, decide, and carry the decision out in at most one
// patch that holds only for the version decided on. When the Job had changed it is read from the
// API server and decided on anew. Called by many workers at once, never twice at once for one key.
// The transition's Event is told when the patched Job is seen (news.hpp). Unless leading
// it does nothing but release what is overdue by 3 s. Errors go back to the controller loop, which
// tries again.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/snapshot.hpp"
#include "carbon/signals.hpp"
#include "controller/accounts.hpp"
#include "controller/announcer.hpp"
#include "controller/job_sink.hpp"
#include "controller/job_writer.hpp"
#include "controller/metrics.hpp"
#include "controller/release_pace.hpp"
#include "controller/step.hpp"
#include "kube/runtime/controller_loop.hpp"
#include "plan/deadline.hpp"
#include "plan/token_bucket.hpp"
#include "policy/resolve.hpp"

namespace karbonetes::controller {

// What decisions rest on. References outlive the reconciler.
struct Knowledge {
  const JobStore& jobs;
  const Snapshot<policy::PolicySet>& policies;
  std::function<std::shared_ptr<const carbon::Signals>()> signals;
  std::function<std::optional<plan::CronFacts>(std::string_view ns, std::string_view name)> cron;
  // How long Jobs of this one's series run, as learned.
  std::function<std::optional<plan::DurationEstimate>(const placement::JobFacts& job)> learned;
  std::string system_namespace;
  std::function<bool()> leading;
  const Clock& clock;
  // An uninstall: whatever still waits is to be released.
  bool handing_back = false;
};

// Whom the reconciler asks and tells. References outlive it.
struct Colleagues {
  JobWriter& writer;
  const Announcer& announcer;
  ReleasePace& pace;
  Accounts& accounts;
  Metrics& metrics;
  // A waiting Job was released, or in shadow would have been.
  std::function<void(const std::string& policy_key, const std::string& reason)> released;
};

class JobReconciler {
 public:
  JobReconciler(Knowledge knowledge, Colleagues colleagues);

  [[nodiscard]] Result<kube::Outcome> reconcile(std::string_view key, std::stop_token stop);

 private:
  [[nodiscard]] placement::Evaluation evaluate(const placement::JobFacts& job) const;
  // nullopt: the step is to be taken now. Else it waits for its turn, or for its account.
  [[nodiscard]] std::optional<kube::Outcome> hold_back(const placement::JobFacts& job,
                                                       const placement::Evaluation& evaluation,
                                                       Step& step);
  [[nodiscard]] Status act(const placement::JobFacts& job, const placement::Evaluation& evaluation,
                           const Step& step, std::stop_token stop);
  [[nodiscard]] Status release(const placement::JobFacts& job,
                               const placement::Evaluation& evaluation, std::stop_token stop);
  void took(const placement::JobFacts& job, const placement::Evaluation& evaluation,
            const Step& step);

  // Null: a moved plan may be written on its Job now; else when to try again.
  [[nodiscard]] std::optional<TimePoint> replan_later();

  Knowledge know_;
  Colleagues with_;
  std::mutex mutex_;
  plan::TokenBucket replans_;  // guarded by mutex_
};

}  // namespace karbonetes::controller
