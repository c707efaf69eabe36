#include "plan/decide.hpp"

#include <algorithm>

namespace karbonetes::plan {

namespace {

using carbon::GreenState;

constexpr const char* kPolicyWindows = "policy windows";

// What is known about green electricity at `now`, wherever it comes from.
struct Outlook {
  GreenState state = GreenState::Unknown;
  std::optional<TimePoint> next_green;
  std::optional<TimePoint> unknown_from;  // when the signal, unless renewed, is too old to be used
  std::string source;
};

Outlook from_windows(const carbon::WindowSchedule& windows, TimePoint now) {
  Outlook out;
  out.source = kPolicyWindows;
  const auto interval = windows.current_or_next(now);
  const bool green = interval && interval->start <= now;
  out.state = green ? GreenState::Green : GreenState::NotGreen;
  if (interval && !green) out.next_green = interval->start;
  return out;
}

Outlook from_signal(const carbon::Signal& signal, TimePoint now) {
  Outlook out;
  out.source = signal.source;
  out.state = carbon::state_at(signal, now);
  out.next_green = carbon::next_green(signal, now);
  if (out.state != GreenState::Unknown && signal.unknown_after > Millis(0)) {
    out.unknown_from = signal.observed_at + signal.unknown_after;
  }
  return out;
}

std::string source_text(const Outlook& outlook) {
  return "source " + (outlook.source.empty() ? std::string("none") : outlook.source);
}

std::string state_text(const Outlook& outlook) {
  switch (outlook.state) {
    case GreenState::Green:
      return "green now";
    case GreenState::NotGreen:
      return "not green now";
    case GreenState::Unknown:
      return "the carbon signal is unknown";
  }
  return {};
}

// Where a Job goes that is released although it is not known to be green.
void place_without_green(const policy::ResolvedPolicy& policy, Decision& out) {
  const bool keep = policy.strict.value &&
                    policy.strict_at_deadline.value == api::StrictAtDeadline::KeepGreenPool;
  out.pool = keep ? Pool::Green : Pool::Fallback;
  out.strict = keep;
}

std::string pool_text(const Decision& decision) {
  if (decision.pool == Pool::Green)
    return decision.strict ? "to the green pool only" : "to the green pool";
  return decision.pool == Pool::Fallback ? "to the fallback pool" : "where its author put it";
}

void release(Decision& out, Reason reason, const std::string& why) {
  out.action = Action::Release;
  out.reason = reason;
  out.text = "released " + pool_text(out) + ": " + why;
}

void wait(const policy::ResolvedPolicy& policy, const Outlook& outlook, TimePoint now,
          Decision& out) {
  const bool unknown = outlook.state == GreenState::Unknown;
  out.action = Action::Wait;
  out.reason = unknown ? Reason::SignalUnknown : Reason::NotGreen;
  out.strict = policy.strict.value;
  out.next_check = out.deadline;
  if (out.next_green) out.next_check = std::min(out.next_check, *out.next_green);
  // A signal that is not renewed turns Unknown by itself; that matters where Unknown means run.
  if (outlook.unknown_from && policy.when_unknown.value == api::WhenUnknown::Run &&
      *outlook.unknown_from > now) {
    out.next_check = std::min(out.next_check, *outlook.unknown_from);
  }
  out.text =
      "waiting for green electricity: " + state_text(outlook) + " (" + source_text(outlook) + "); ";
  if (!unknown) {
    out.text += out.next_green ? "next green window " + format_rfc3339(*out.next_green)
                               : std::string("no green window known");
    out.text += "; ";
  }
  out.text += "released at " + format_rfc3339(out.deadline) + " at the latest";
}

}  // namespace

Decision decide(const policy::ResolvedPolicy& policy, const carbon::Signal& signal,
                TimePoint deadline, TimePoint now) {
  const auto* windows = policy.green.value == nullptr
                            ? nullptr
                            : std::get_if<carbon::WindowSchedule>(policy.green.value.get());
  const Outlook outlook =
      windows != nullptr ? from_windows(*windows, now) : from_signal(signal, now);
  const bool green = outlook.state == GreenState::Green;

  Decision out;
  out.deadline = deadline;
  out.next_check = std::min(deadline, now);
  out.next_green = outlook.next_green;
  out.signal_source = outlook.source;
  if (green) {
    out.pool = Pool::Green;
    out.strict = policy.strict.value;
  } else {
    place_without_green(policy, out);
  }

  const std::string known = state_text(outlook) + " (" + source_text(outlook) + ")";
  if (policy.run_now) {
    release(out, Reason::RunNow, "its author asked to run it now; " + known);
  } else if (green) {
    release(out, Reason::Green, known);
  } else if (now >= deadline) {
    release(out, Reason::Deadline,
            "its deadline " + format_rfc3339(deadline) + " has come; " + known);
  } else if (outlook.state == GreenState::Unknown &&
             policy.when_unknown.value == api::WhenUnknown::Run) {
    release(out, Reason::SignalUnknown, known + " and the policy says to run then");
  } else {
    wait(policy, outlook, now, out);
  }
  return out;
}

Decision opted_out(TimePoint deadline) {
  Decision out;
  out.pool = Pool::Untouched;
  out.deadline = deadline;
  release(out, Reason::OptedOut, "its opt-in was taken back");
  return out;
}

const char* name(Reason reason) {
  switch (reason) {
    case Reason::Green:
      return "green";
    case Reason::Planned:
      return "planned";
    case Reason::NotWorthIt:
      return "no-saving";
    case Reason::Deadline:
      return "fallback";
    case Reason::RunNow:
      return "run-now";
    case Reason::SignalUnknown:
      return "signal-unknown";
    case Reason::OptedOut:
      return "opted-out";
    case Reason::NotGreen:
      return "not-green";
  }
  return "not-green";
}

const char* name(Pool pool) {
  switch (pool) {
    case Pool::Green:
      return "green";
    case Pool::Fallback:
      return "fallback";
    case Pool::Untouched:
      return "untouched";
  }
  return "untouched";
}

}  // namespace karbonetes::plan
