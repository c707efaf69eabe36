#include "cli/explain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "api/v1alpha1/names.hpp"
#include "cli/policy_fields.hpp"
#include "cli/signal_text.hpp"
#include "cli/text.hpp"
#include "ledger/codec/account_codec.hpp"

namespace karbonetes::cli {

namespace {

using placement::JobState;

std::string when(TimePoint t, TimePoint now) {
  return fmt::format("{} ({})", format_rfc3339(t), relative(t, now));
}

void tell_opt_in(Explanation& out, const JobRecord& job) {
  if (job.facts.opted_in) {
    out.sentences.emplace_back("It is opted in: carbon-aware.io/enabled is \"true\".");
    return;
  }
  if (job.facts.state == JobState::Waiting) {
    out.sentences.emplace_back(
        "Its opt-in was taken back while it waited: the controller releases it at once, as its "
        "author wrote it.");
    return;
  }
  out.sentences.emplace_back("It is not opted in: Karbonetes does not touch it.");
  out.advice.emplace_back(
      "To opt in, set the annotation carbon-aware.io/enabled: \"true\" before it starts (in a "
      "CronJob under "
      "spec.jobTemplate.metadata.annotations).");
}

void tell_state(Explanation& out, const JobRecord& job) {
  const TimePoint now = out.now;
  const auto since = out.since ? " since " + when(*out.since, now) : std::string();
  if (out.state == "failed" || out.state == "finished") {
    out.sentences.push_back(
        fmt::format("It has {}.", out.state == "failed" ? "failed" : "finished"));
  } else if (out.state == "unseen" && job.facts.started) {
    out.sentences.emplace_back(
        "It is already running, and the controller has not marked it yet: it will be left alone.");
  } else if (out.state == "unseen") {
    out.sentences.emplace_back(
        "It carries no state yet: neither webhook nor controller has looked at it. If that lasts, "
        "check that "
        "karbonetes-controller runs.");
  } else if (out.state == "waiting") {
    out.sentences.push_back(fmt::format("It waits{}.", since));
  } else if (out.state == "released") {
    out.sentences.push_back(fmt::format(
        "It is released{}{}.", since,
        job.release_reason.empty() ? std::string()
                                   : " for the reason " + printable(job.release_reason, 64)));
  } else if (out.state == "user-suspended") {
    out.sentences.emplace_back("Its author suspended it: Karbonetes never releases it.");
    out.advice.push_back(fmt::format(
        "To start it: kubectl patch job {} -n {} -p '{{\"spec\":{{\"suspend\":false}}}}'",
        printable(job.facts.name, 253), printable(job.facts.ns, 63)));
  } else if (out.state == "shadow") {
    out.sentences.emplace_back(
        "Its policy is in Shadow mode: it runs as its author wrote it, and what would have been "
        "done "
        "is recorded.");
  } else if (out.state == "missed") {
    out.sentences.emplace_back(
        "It was already running when it was first seen, and was left alone.");
  }
  if (job.facts.deleting) out.sentences.emplace_back("It is being deleted.");
  if (job.facts.queued_by_kueue) {
    out.sentences.emplace_back(
        "Kueue queues it: Karbonetes holds its admission gate and never writes its suspend field.");
  }
  if (job.facts.foreign_manager) {
    out.sentences.push_back(
        fmt::format("It is managed by {}: Karbonetes never writes its suspend field.",
                    printable(job.managed_by, 64)));
  }
}

void tell_plan(Explanation& out) {
  if (!out.planned_start) return;
  std::string text = "Its start is planned for " + when(*out.planned_start, out.now);
  if (out.expected_saving)
    text += fmt::format(", which saves about {:.0f} % of a start now", *out.expected_saving * 100);
  out.sentences.push_back(text + "; the plan follows the forecast.");
}

void tell_wait(Explanation& out, const JobRecord& job) {
  tell_plan(out);
  if (out.until) {
    out.sentences.push_back(fmt::format("It starts at the latest at {}: {}.",
                                        when(*out.until, out.now), printable(out.deadline_rule)));
  }
  if (out.next_look) {
    out.sentences.push_back(
        fmt::format("It is looked at again at {}, and at once when the signal, its policy or the "
                    "Job itself changes.",
                    when(*out.next_look, out.now)));
  } else if (out.until) {
    out.sentences.emplace_back(
        "It is looked at again when the controller's signal, its policy or the Job itself changes, "
        "at the latest at "
        "that time.");
  }
  if (!job.facts.overrides.run_now) {
    out.advice.push_back("To run it now: " + fmt::format("kubectl karbonetes run-now -n {} {}",
                                                         printable(job.facts.ns, 63),
                                                         printable(job.facts.name, 253)));
  }
}

template <class Kind>
void tell_emissions(Explanation& out, const std::optional<ledger::Emissions<Kind>>& emissions) {
  if (!emissions) return;
  const double avoided = emissions->avoided().value;
  out.sentences.push_back(fmt::format(
      "By {} carbon intensity it emitted {:.3g} gCO2eq; at once it would have emitted {:.3g}: "
      "{:.3g} "
      "g {} ({:.0f} % of that was observed).",
      Kind::kName, emissions->actual.value, emissions->counterfactual.value, std::abs(avoided),
      avoided >= 0 ? "avoided" : "more than at once", emissions->coverage * 100));
}

void tell_account(Explanation& out) {
  const auto& account = *out.account;
  out.sentences.push_back(fmt::format("It used {:.3g} kWh ({}).", account.run.energy.kwh,
                                      ledger::name(account.run.energy.source)));
  tell_emissions(out, account.average);
  tell_emissions(out, account.marginal);
}

void tell_cronjob(Explanation& out, const ExplainInput& input) {
  const auto& facts = input.job.facts;
  if (facts.cronjob.empty()) return;
  std::string text = fmt::format("It is a child of CronJob {}", printable(facts.cronjob, 253));
  if (facts.scheduled_at)
    text += fmt::format(", scheduled for {}", format_rfc3339(*facts.scheduled_at));
  if (!input.cron) {
    out.sentences.push_back(
        text +
        ". That CronJob cannot be read now, so its schedule does not cap the deadline here.");
    return;
  }
  const char* concurrency = input.cron->concurrency == plan::ConcurrencyPolicy::Forbid ? "Forbid"
                            : input.cron->concurrency == plan::ConcurrencyPolicy::Replace
                                ? "Replace"
                                : "Allow";
  text += fmt::format(" (schedule \"{}\", time zone {}, concurrencyPolicy {})",
                      printable(input.cron->schedule, 100),
                      input.cron->time_zone.empty() ? "UTC" : printable(input.cron->time_zone, 64),
                      concurrency);
  text += out.deadline_capped_by_cron ? "; its deadline is capped, so that the next run is neither "
                                        "skipped nor starves this one."
                                      : "; that does not cap its deadline.";
  out.sentences.push_back(text);
}

}  // namespace

Explanation explain(const ExplainInput& input, TimePoint now) {
  const JobRecord& job = input.job;
  Explanation out;
  out.now = now;
  out.ns = job.facts.ns;
  out.name = job.facts.name;
  out.state = state_text(job);
  out.opted_in = job.facts.opted_in;
  out.cronjob = job.facts.cronjob;
  out.notes = input.notes;

  static const carbon::Signals kNone;
  auto evaluation =
      placement::evaluate(job.facts, {input.policies, input.signals ? *input.signals : kNone,
                                      input.cron, input.learned, input.system_namespace, now});
  out.policy = evaluation.policy.policy_key;
  out.signal = governing(evaluation.policy, input.signals, now);
  out.fields = fields_of(evaluation.policy);
  out.ignored = job.ignored;
  out.ignored.insert(out.ignored.end(), evaluation.policy.warnings.begin(),
                     evaluation.policy.warnings.end());
  out.why = job.decision;

  const bool waiting = waits(job);
  if (waiting) {
    out.since = job.facts.waiting_since;
    out.until = evaluation.deadline.at;
    out.deadline_capped_by_cron = evaluation.deadline.capped_by_cron;
    out.deadline_rule = evaluation.deadline.why;
    // Without the signal the decision of this moment is the controller's alone to make.
    const bool decidable =
        out.signal.has_value() || !job.facts.opted_in || job.facts.overrides.run_now;
    if (job.facts.note) out.planned_start = job.facts.note->start;
    if (decidable) {
      out.next_look =
          evaluation.decision.action == plan::Action::Wait ? evaluation.decision.next_check : now;
      if (out.why.empty()) out.why = evaluation.decision.text;
      out.planned_start = evaluation.decision.planned_start;
      out.expected_saving = evaluation.decision.expected_saving;
    }
  } else if (job.facts.released_at) {
    out.since = job.facts.released_at;
  }

  tell_opt_in(out, job);
  if (concerns_us(job)) tell_state(out, job);
  if (!out.why.empty()) out.sentences.push_back("Why: " + printable(out.why));
  if (waiting) tell_wait(out, job);
  if (const auto account = ledger::decode_account(job.account); account && !job.account.empty()) {
    out.account = *account;
    tell_account(out);
  }
  tell_cronjob(out, input);
  if (waiting) out.sentences.push_back(headline(out.signal, now));
  return out;
}

}  // namespace karbonetes::cli
