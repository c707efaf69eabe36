#include "controller/release_pace.hpp"

#include <memory>
#include <utility>

namespace karbonetes::controller {

namespace {

bool unlimited(const api::ReleaseSpec& limits) {
  return !limits.per_minute && !limits.vcpu_per_minute;
}

}  // namespace

bool is_paced(plan::Reason reason) {
  switch (reason) {
    case plan::Reason::Green:
    case plan::Reason::Planned:
    case plan::Reason::NotWorthIt:
    case plan::Reason::SignalUnknown:
      return true;
    case plan::Reason::Deadline:
    case plan::Reason::RunNow:
    case plan::Reason::OptedOut:
    case plan::Reason::Uninstall:
    case plan::Reason::NotGreen:
      return false;
  }
  return false;
}

ReleasePace::ReleasePace(const api::ReleaseSpec& cluster,
                         std::function<void(const std::string&)> wake,
                         std::function<void()> ask_again, const Clock& clock,
                         metrics::Registry& metrics)
    : wake_(std::move(wake)),
      ask_again_(std::move(ask_again)),
      clock_(clock),
      cluster_unlimited_(unlimited(cluster)),
      pace_(cluster, clock.now()) {
  auto queued = metrics.gauge("karbonetes_release_queue_jobs",
                              "Jobs that may go and wait for their turn, because release is paced");
  metrics.before_scrape([this, queued]() mutable {
    const std::lock_guard lock(mutex_);
    queued.set(static_cast<double>(pace_.counts().waiting));
  });
}

bool ReleasePace::may_go(const placement::JobFacts& job, const placement::Evaluation& evaluation) {
  static const api::ReleaseSpec kNone;
  const auto& policy = evaluation.policy;
  const auto& limits = policy.policy ? policy.policy->spec.release : kNone;
  if (cluster_unlimited_ && unlimited(limits)) return true;
  const auto now = clock_.now();
  {
    const std::lock_guard lock(mutex_);
    pace_.set_limits(policy.policy_key, limits, now);
    if (pace_.line_up(job.key(), job.ns, policy.policy_key, evaluation.decision.deadline,
                      job.requests.vcpu * job.pods)) {
      return true;
    }
  }
  ask_again_();
  return false;
}

void ReleasePace::released(std::string_view key) {
  const std::lock_guard lock(mutex_);
  if (!pace_.take(key)) pace_.forget(key, clock_.now());
}

void ReleasePace::back(std::string_view key) {
  const std::lock_guard lock(mutex_);
  pace_.give_back(key, clock_.now());
}

void ReleasePace::forget(std::string_view key) {
  const std::lock_guard lock(mutex_);
  pace_.forget(key, clock_.now());
}

kube::Outcome ReleasePace::turn() {
  std::vector<std::string> granted;
  std::optional<TimePoint> next;
  {
    const std::lock_guard lock(mutex_);
    const auto now = clock_.now();
    granted = pace_.grant(now);
    next = pace_.next(now);
  }
  for (const auto& key : granted) wake_(key);
  return kube::Outcome{next};
}

}  // namespace karbonetes::controller
