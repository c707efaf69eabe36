// `kubectl karbonetes explain JOB`: everything that holds for one Job, in plain sentences. From a
// decoded Job to text; pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "carbon/signals.hpp"
#include "cli/job_record.hpp"
#include "ledger/account.hpp"
#include "placement/evaluate.hpp"

namespace karbonetes::cli {

struct ExplainInput {
  JobRecord job;
  policy::PolicySet policies;      // of the Job's namespace and of the system namespace
  std::vector<std::string> notes;  // what could not be read
  std::optional<plan::CronFacts>
      cron;  // the parent as it stands now; absent: none, or not readable
  std::optional<carbon::Signals> signals;         // as published, or asked for; absent: not known
  std::optional<plan::DurationEstimate> learned;  // absent: nothing learned, or not readable
  std::string system_namespace;
};

// One field of the resolved policy and who decided it.
struct FieldOrigin {
  std::string field, value, from;
};

struct Explanation {
  TimePoint now{};
  std::string ns, name, state;
  bool opted_in = false;
  std::optional<TimePoint> since, until, next_look;
  std::optional<TimePoint> planned_start;  // while it waits for one
  std::optional<double> expected_saving;   // of that start, 0..1
  std::optional<ledger::Account> account;  // of a finished Job
  std::string why;     // what Karbonetes wrote on the Job, or what this command finds
  std::string policy;  // "team-a/default" | "built-in"
  std::vector<FieldOrigin> fields;
  std::vector<std::string> ignored;  // annotations without effect, and warnings of the policy
  std::string cronjob;               // empty: none
  std::string deadline_rule;         // how the deadline comes about
  bool deadline_capped_by_cron = false;
  std::optional<carbon::Signal> signal;  // the one that governs this Job, where it is known
  std::vector<std::string> advice;       // what to do, commands included
  std::vector<std::string> sentences;    // the story: opt-in, state, why, next look, CronJob
  std::vector<std::string> notes;
};

[[nodiscard]] Explanation explain(const ExplainInput& input, TimePoint now);

[[nodiscard]] std::string render_text(const Explanation& explanation, bool colours);
[[nodiscard]] std::string render_json(const Explanation& explanation);

}  // namespace karbonetes::cli
