// `kubectl karbonetes status`: which Jobs wait, since when, until when, and why. From decoded Jobs
// to text; pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "carbon/signals.hpp"
#include "cli/job_record.hpp"
#include "policy/resolve.hpp"

namespace karbonetes::cli {

struct StatusInput {
  std::vector<JobRecord>
      jobs;  // all that were listed; those that do not concern us are only skipped
  policy::PolicySet policies;
  std::vector<std::string> notes;          // what could not be read
  std::optional<carbon::Signals> signals;  // as published, or asked for; absent: not known
  std::string system_namespace;
  bool all = false;  // released and finished ones, too
};

struct StatusRow {
  std::string ns, name, state, policy, signal, why, cronjob;
  std::optional<TimePoint> since;    // waiting: since when it waits; else when it was released
  std::optional<TimePoint> until;    // the deadline, while waiting
  std::optional<TimePoint> planned;  // the start that is planned, while waiting for one
};

struct StatusReport {
  TimePoint now{};
  std::string headline;
  std::optional<carbon::Signal> signal;
  std::size_t waiting = 0, unseen = 0, released = 0, finished = 0, failed = 0, user_suspended = 0,
              missed = 0, shadow = 0;
  std::vector<StatusRow>
      rows;  // by deadline, then namespace and name; those that do not wait come last
  std::vector<std::string> notes;
};

[[nodiscard]] StatusReport report(const StatusInput& input, TimePoint now);

struct TextOptions {
  bool wide = false;  // instants in full, and the CronJob
  bool colours = false;
};
[[nodiscard]] std::string render_text(const StatusReport& report, const TextOptions& options);
[[nodiscard]] std::string render_json(const StatusReport& report);
// job.batch/NAME, a line each, as kubectl names them; of those that wait, or of all. With more than
// one namespace: NAMESPACE/NAME.
[[nodiscard]] std::string render_names(const std::vector<JobRecord>& jobs, bool all,
                                       bool with_namespace);

}  // namespace karbonetes::cli
