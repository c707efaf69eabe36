// POST /mutate-batch-v1-job: the HTTP side of the webhook. Thread-safe: it reads snapshots and has
// no state but metrics. Answers 200 with an AdmissionReview for all that it can answer to, 400 for
// what is no AdmissionReview, 404 elsewhere.
#pragma once

#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/snapshot.hpp"
#include "http/server.hpp"
#include "metrics/registry.hpp"
#include "webhook/admit.hpp"

namespace karbonetes::webhook {

inline constexpr std::string_view kMutatePath = "/mutate-batch-v1-job";

// Where the handler takes its knowledge from. References outlive the handler.
struct Sources {
  const Snapshot<policy::PolicySet>& policies;
  std::function<std::shared_ptr<const carbon::Signals>()> signals;
  CronLookup cron;
  DurationLookup durations;  // may be empty
  std::string system_namespace;
  const Clock& clock;
};

[[nodiscard]] http::Handler make_handler(Sources sources, metrics::Registry& metrics);

}  // namespace karbonetes::webhook
