#include "plan/decide.hpp"

#include <algorithm>
#include <cmath>

#include "plan/outlook.hpp"
#include "plan/sentences.hpp"
#include "plan/strategy.hpp"

namespace karbonetes::plan {

namespace {

using carbon::GreenState;

// Everything that the steps of one decision look at.
struct Question {
  const policy::ResolvedPolicy& policy;
  const carbon::Signal& signal;
  const carbon::Forecast* forecast;  // null: none that says anything of what comes after now
  const Outlook& outlook;
  TimePoint deadline, now;
  std::optional<TimePoint> submitted;
  Words words;

  [[nodiscard]] bool green() const { return outlook.state == GreenState::Green; }
};

const carbon::Forecast* usable_forecast(const carbon::Signal& signal, TimePoint now) {
  const bool usable = signal.forecast != nullptr && signal.forecast->reaches_beyond(now) &&
                      carbon::freshness(signal, now) != carbon::Freshness::Unknown;
  return usable ? signal.forecast.get() : nullptr;
}

std::string why_no_plan(const carbon::Signal& signal, TimePoint now) {
  if (carbon::freshness(signal, now) == carbon::Freshness::Unknown)
    return "the carbon signal is unknown, FirstGreen holds";
  if (signal.forecast == nullptr || signal.forecast->end() > now)
    return "the source has no forecast, FirstGreen holds";
  return "the forecast ended at " + format_rfc3339(signal.forecast->end()) + ", FirstGreen holds";
}

void place_green(const Question& q, Decision& out) {
  out.pool = Pool::Green;
  out.strict = q.policy.strict.value;
}

// Where a Job goes that is released although it is not known to be green.
void place_without_green(const Question& q, Decision& out) {
  const bool keep = q.policy.strict.value &&
                    q.policy.strict_at_deadline.value == api::StrictAtDeadline::KeepGreenPool;
  out.pool = keep ? Pool::Green : Pool::Fallback;
  out.strict = keep;
}

// `why` makes the sentence, where one is wanted.
template <class Why>
void release(Decision& out, Reason reason, Words words, const Why& why) {
  out.action = Action::Release;
  out.reason = reason;
  if (words == Words::Told) out.text = "released " + sentences::pool(out) + ": " + why();
}

void check_at(Decision& out, const Question& q, std::optional<TimePoint> t) {
  if (t && *t > q.now) out.next_check = std::min(out.next_check, *t);
}

// What a start now costs is new with each step of the series: that can drop what waiting saves
// below minSaving.
std::optional<TimePoint> next_step(const Question& q) {
  if (q.forecast == nullptr || q.policy.min_saving.value <= 0) return std::nullopt;
  const auto starts = q.forecast->starts();
  const auto after = std::ranges::upper_bound(starts, q.now);
  if (after == starts.end()) return std::nullopt;
  return *after;
}

std::string not_worth_it(const Question& q, const Decision& out, TimePoint start) {
  return "waiting until " + format_rfc3339(start) + " would save " +
         sentences::percent(*out.expected_saving) +
         ", less than the policy's minSavingPercent of " +
         std::to_string(std::lround(q.policy.min_saving.value * 100)) + " (" +
         sentences::source(q.signal.source) + ")";
}

bool below_min_saving(const Question& q, const Decision& out) {
  return out.expected_saving && *out.expected_saving < q.policy.min_saving.value;
}

void follow_plan(const Question& q, const StartPlan& plan, Decision& out) {
  const api::Strategy asked = q.policy.strategy.value;
  if (q.words == Words::Told) out.signal_source = q.signal.source;
  out.expected_saving = plan.saving();
  const bool told = q.words == Words::Told;
  if (told && plan.followed != asked)
    out.degraded =
        "no expected duration is known, " + std::string(api::name(plan.followed)) + " holds";
  place_green(q, out);
  const auto followed = [&] {
    return std::string(api::name(plan.followed)) + ", " + sentences::source(q.signal.source);
  };
  const auto note = [&] { return sentences::degraded(asked, out); };
  if (plan.start <= q.now) {
    release(out, Reason::Planned, q.words, [&] {
      return "now is its best start until " + format_rfc3339(q.deadline) + " (" + followed() + ")" +
             note();
    });
    return;
  }
  if (below_min_saving(q, out)) {
    release(out, Reason::NotWorthIt, q.words,
            [&] { return not_worth_it(q, out, plan.start) + note(); });
    return;
  }
  out.action = Action::Wait;
  out.reason = Reason::Planned;
  out.planned_start = plan.start;
  out.next_check = q.deadline;
  check_at(out, q, plan.start);
  if (q.signal.unknown_after > Millis(0))
    check_at(out, q, q.signal.observed_at + q.signal.unknown_after);
  check_at(out, q, next_step(q));
  if (!told) return;
  out.text = "waiting for cleaner electricity: start planned at " + format_rfc3339(plan.start) +
             " (" + followed() + ")";
  if (out.expected_saving)
    out.text += ", saving " + sentences::percent(*out.expected_saving) + " of a start now";
  out.text += note() + "; " + sentences::at_the_latest(q.deadline);
}

// FirstGreen under a minSaving, where the forecast reaches the next start: fills expected_saving
// and returns that start.
std::optional<TimePoint> judge_green_start(const Question& q, Decision& out) {
  if (q.forecast == nullptr || q.policy.min_saving.value <= 0 || !q.outlook.knows_ahead)
    return std::nullopt;
  const TimePoint start = std::min(q.outlook.next_green.value_or(q.deadline), q.deadline);
  if (start >= q.forecast->end()) return std::nullopt;
  const auto duration = q.policy.expected_duration.value;
  out.expected_saving =
      saving_of(start_cost(*q.forecast, duration, q.now), start_cost(*q.forecast, duration, start));
  return start;
}

void wait_for_green(const Question& q, Decision& out) {
  const bool unknown = q.outlook.state == GreenState::Unknown;
  out.action = Action::Wait;
  out.reason = unknown ? Reason::SignalUnknown : Reason::NotGreen;
  out.strict = q.policy.strict.value;
  out.next_check = q.deadline;
  check_at(out, q, out.next_green);
  // A signal that is not renewed turns Unknown by itself; that matters where Unknown means run.
  if (q.policy.when_unknown.value == api::WhenUnknown::Run)
    check_at(out, q, q.outlook.unknown_from);
  check_at(out, q, next_step(q));
  if (q.words == Words::Silent) return;
  out.text = "waiting for green electricity: " + sentences::state(q.outlook) +
             sentences::degraded(q.policy.strategy.value, out) + "; ";
  if (!unknown) {
    out.text += out.next_green ? "next green window " + format_rfc3339(*out.next_green)
                               : std::string("no green window known");
    if (out.expected_saving)
      out.text += ", saving " + sentences::percent(*out.expected_saving) + " of a start now";
    out.text += "; ";
  }
  out.text += sentences::at_the_latest(q.deadline);
}

// FirstGreen before the deadline.
void follow_green(const Question& q, Decision& out) {
  const auto note = [&] { return sentences::degraded(q.policy.strategy.value, out); };
  if (q.green()) {
    release(out, Reason::Green, q.words, [&] { return sentences::state(q.outlook) + note(); });
    return;
  }
  const bool unknown = q.outlook.state == GreenState::Unknown;
  if (unknown && q.policy.when_unknown.value == api::WhenUnknown::Run) {
    release(out, Reason::SignalUnknown, q.words, [&] {
      return sentences::state(q.outlook) + " and the policy says to run then" + note();
    });
    return;
  }
  if (!unknown) {
    const auto start = judge_green_start(q, out);
    if (start && below_min_saving(q, out)) {
      release(out, Reason::NotWorthIt, q.words,
              [&] { return not_worth_it(q, out, *start) + note(); });
      return;
    }
  }
  wait_for_green(q, out);
}

}  // namespace

Decision decide(const policy::ResolvedPolicy& policy, const carbon::Signal& signal,
                TimePoint deadline, TimePoint now, std::optional<TimePoint> submitted,
                Words words) {
  const Outlook outlook = outlook_at(policy.green.value.get(), signal, now);
  const Question q{policy,    signal, usable_forecast(signal, now), outlook, deadline, now,
                   submitted, words};

  Decision out;
  out.deadline = deadline;
  out.next_check = std::min(deadline, now);
  out.next_green = outlook.next_green;
  if (words == Words::Told) out.signal_source = outlook.source;
  if (q.green()) {
    place_green(q, out);
  } else {
    place_without_green(q, out);
  }

  if (policy.run_now) {
    release(out, Reason::RunNow, words,
            [&] { return "its author asked to run it now; " + sentences::state(outlook); });
    return out;
  }
  if (now >= deadline) {
    // A green moment is one at the deadline, too.
    if (q.green()) {
      release(out, Reason::Green, words, [&] { return sentences::state(outlook); });
    } else {
      release(out, Reason::Deadline, words, [&] {
        return "its deadline " + format_rfc3339(deadline) + " has come; " +
               sentences::state(outlook);
      });
    }
    return out;
  }
  if (policy.strategy.value != api::Strategy::FirstGreen) {
    if (q.forecast != nullptr) {
      const auto plan = plan_start(policy.strategy.value, *q.forecast,
                                   policy.expected_duration.value, now, deadline, submitted);
      if (plan) {
        follow_plan(q, *plan, out);
        return out;
      }
    }
    if (words == Words::Told) out.degraded = why_no_plan(signal, now);
  }
  follow_green(q, out);
  return out;
}

Decision opted_out(TimePoint deadline) {
  Decision out;
  out.pool = Pool::Untouched;
  out.deadline = deadline;
  release(out, Reason::OptedOut, Words::Told,
          [] { return std::string("its opt-in was taken back"); });
  return out;
}

Decision handed_back(Decision run_now) {
  release(run_now, Reason::Uninstall, Words::Told,
          [] { return std::string("Karbonetes is being uninstalled"); });
  return run_now;
}

}  // namespace karbonetes::plan
