#include "chaos/auditor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "chaos/population.hpp"
#include "support/jobs.hpp"

namespace karbonetes::chaos {

namespace {

using json::Document;

const Document::json_pointer kName{"/metadata/name"};
const Document::json_pointer kState{"/metadata/labels/carbon-aware.io~1state"};
const Document::json_pointer kReason{"/metadata/annotations/carbon-aware.io~1release-reason"};
const Document::json_pointer kDeadline{"/metadata/annotations/carbon-aware.io~1deadline"};
const Document::json_pointer kReleasedAt{"/metadata/annotations/carbon-aware.io~1released-at"};
const Document::json_pointer kSuspend{"/spec/suspend"};
const Document::json_pointer kSucceeded{"/status/succeeded"};
const Document::json_pointer kPodsJob{"/metadata/labels/batch.kubernetes.io~1job-name"};

bool is(const std::string& name, const char* kind) { return name.starts_with(kind); }

// The writes of Karbonetes on one Job that the API server carried out.
struct Writes {
  std::vector<TimePoint> starts;  // unsuspended it
  int all = 0;
  std::string text;                   // of all of them, for people
  std::map<std::string, int> states;  // by the state that they set; "" for others
};

bool sets(const Document& operation, const char* path, const Document& value) {
  return operation.value("path", "") == path && operation.contains("value") &&
         operation["value"] == value;
}

Writes& add(Writes& writes, const harness::AuditEvent& event) {
  ++writes.all;
  writes.text += "\n    " + event.received + " " + event.request.dump();
  std::string state;
  for (const auto& operation : event.request) {
    if (!operation.is_object()) continue;
    if (sets(operation, "/spec/suspend", false)) {
      if (const auto at = parse_rfc3339(event.received)) writes.starts.push_back(*at);
    }
    if (operation.value("path", "") == "/metadata/labels/carbon-aware.io~1state" &&
        operation.value("op", "") != "test")
      state = operation.value("value", "");
  }
  ++writes.states[state];
  return writes;
}

class Check {
 public:
  Check(const World& world, Verdict& verdict, const Document& job, const Writes& writes, int pods)
      : world_(world),
        verdict_(verdict),
        job_(job),
        writes_(writes),
        pods_(pods),
        name_(job.value(kName, "")) {}

  void run() {
    for (const auto& [state, count] : writes_.states) {
      if (count > 1) blame(fmt::format("{} writes that make it \"{}\"", count, state));
    }
    if (is(name_, kOut)) return left_alone();
    if (is(name_, kOwn)) return suspended_by_its_author();
    started_once();
    in_its_time();
    // Held (when the webhook was away), released, accounted.
    if (writes_.all > 3) blame(fmt::format("{} writes on it", writes_.all));
  }

 private:
  void blame(const std::string& what) {
    verdict_.violations.push_back(name_ + ": " + what + "; our writes:" + writes_.text);
  }

  void left_alone() {
    if (writes_.all > 0) blame("did not opt in, and was written to");
    if (job_.contains(kState)) blame("did not opt in, and carries our label");
    if (pods_ != 1) blame(fmt::format("did not opt in, and has {} pods", pods_));
  }
  void suspended_by_its_author() {
    if (!job_.value(kSuspend, false)) blame("its author suspended it, and it was started");
    if (!writes_.starts.empty()) blame("its author suspended it, and we started it");
    if (pods_ != 0) blame("its author suspended it, and it has pods");
    if (writes_.all > 1) blame(fmt::format("{} writes on a Job that is its author's", writes_.all));
  }
  void started_once() {
    if (job_.value(kSuspend, false)) return blame("still suspended: lost");
    if (job_.value(kSucceeded, 0) != 1) blame("it did not run to its end");
    if (writes_.starts.size() > 1) blame(fmt::format("started {} times", writes_.starts.size()));
    if (pods_ != 1) blame(fmt::format("{} pods", pods_));
  }
  void in_its_time() {
    const auto deadline = parse_rfc3339(job_.value(kDeadline, ""));
    const auto state = job_.value(kState, "");
    if (state == "missed" || !deadline) return;  // it ran without us: the webhook was away
    // The server's time; for a write whose line the server took with it when it was killed, ours.
    auto at = parse_rfc3339(job_.value(kReleasedAt, ""));
    if (!writes_.starts.empty()) at = writes_.starts.front();
    if (!at) return blame("runs, and nobody says since when");
    const bool due = *at >= *deadline - Millis(1'000);  // stamps are whole seconds
    if (!due && !world_.green.contains(*at, Millis(3'000))) {
      blame(fmt::format("started at {}, before its deadline {} and while it was not green",
                        format_rfc3339(*at), format_rfc3339(*deadline)));
    }
    const Millis late = *at - *deadline - Millis(1'000);
    const Millis excused = world_.impaired.overlap({*deadline, *at});
    if (late > Auditor::kGrace + excused) {
      blame(fmt::format("{:.1f} s after its deadline, of which the API was impaired for {:.1f} s",
                        std::chrono::duration<double>(late).count(),
                        std::chrono::duration<double>(excused).count()));
    }
  }

  const World& world_;
  Verdict& verdict_;
  const Document& job_;
  const Writes& writes_;
  const int pods_;
  const std::string name_;
};

}  // namespace

void Times::add(Span span) {
  const std::lock_guard lock(mutex_);
  spans_.push_back(span);
}

bool Times::contains(TimePoint t, Millis margin) const {
  const std::lock_guard lock(mutex_);
  return std::ranges::any_of(
      spans_, [&](const Span& s) { return t >= s.from - margin && t <= s.to + margin; });
}

Millis Times::overlap(Span span) const {
  const std::lock_guard lock(mutex_);
  Millis sum{0};
  for (const auto& s : spans_)
    sum += std::max(Millis{0}, std::min(s.to, span.to) - std::max(s.from, span.from));
  return sum;
}

bool Auditor::at_rest(const std::set<std::string>& names, std::string& what) const {
  const auto all = plane_.kubectl().list(envtest::kNs, "jobs.batch");
  if (!all) {
    what = "the API server does not answer";
    return false;
  }
  std::set<std::string> moving = names;
  for (const auto& job : *all) {
    const auto name = job.value(kName, "");
    const bool rests = is(name, kOwn) ? job.value(kSuspend, false) && job.contains(kState)
                                      : job.value(kSucceeded, 0) == 1;
    if (rests) moving.erase(name);
  }
  what = fmt::format(
      "{} Jobs do not rest: {}", moving.size(),
      fmt::join(moving.begin(),
                std::next(moving.begin(), std::min<long>(5, static_cast<long>(moving.size()))),
                ", "));
  return moving.empty();
}

Verdict Auditor::check(const std::set<std::string>& names) const {
  Verdict verdict;
  const auto jobs = plane_.kubectl().list(envtest::kNs, "jobs.batch");
  const auto pods = plane_.kubectl().list(envtest::kNs, "pods");
  const auto events = plane_.audit([&](const harness::AuditEvent& event) {
    return event.group == "batch" && event.resource == "jobs" && event.subresource.empty() &&
           event.user_agent.starts_with("karbonetes-controller") && event.code == 200 &&
           event.verb != "get" && event.verb != "list" && event.verb != "watch" &&
           names.contains(event.name);
  });
  if (!jobs || !pods || !events) {
    verdict.violations.emplace_back("the API server or its audit log cannot be read");
    return verdict;
  }
  std::map<std::string, Writes> writes;
  for (const auto& event : *events) add(writes[event.name], event);
  std::map<std::string, int> pods_of;
  for (const auto& pod : *pods) ++pods_of[pod.value(kPodsJob, "")];
  std::set<std::string> lost = names;
  for (const auto& job : *jobs) {
    const auto name = job.value(kName, "");
    if (lost.erase(name) == 0) continue;
    ++verdict.jobs;
    Check(world_, verdict, job, writes[name], pods_of[name]).run();
  }
  for (const auto& name : lost) verdict.violations.push_back(name + ": it is gone");
  return verdict;
}

}  // namespace karbonetes::chaos
