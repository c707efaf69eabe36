#include "simulate/make_study.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "simulate/sweep.hpp"
#include "simulate/timeline.hpp"

namespace karbonetes::simulate {

namespace {

using std::chrono::hours;

constexpr Millis kWeek = hours(24 * 7);
constexpr Millis kFortnight = 2 * kWeek;
constexpr double kWorthIt = 0.01;  // part of the emissions

struct Period {
  TimePoint from, until;
};

Period overlap_of(const std::vector<Trace>& traces) {
  Period out{TimePoint::min(), TimePoint::max()};
  for (const Trace& trace : traces) {
    out.from = std::max(out.from, trace.actual->begin());
    out.until = std::min(out.until, trace.actual->end());
  }
  return out;
}

std::string text_of(TimePoint from, TimePoint until) {
  return format_rfc3339(from) + " to " + format_rfc3339(until);
}

bool baseline_rule(Rule rule) { return rule == Rule::Immediate; }
bool in_the_cluster(Rule rule) {
  return rule == Rule::FirstGreen || rule == Rule::LowestSlot || rule == Rule::LowestWindow ||
         rule == Rule::CarbonTime;
}

// The cluster's rules among the scenarios, each with the first of its scenarios.
std::vector<Scenario> one_of_each_rule(const std::vector<Scenario>& scenarios) {
  std::vector<Scenario> out;
  for (const Scenario& scenario : scenarios) {
    if (!in_the_cluster(scenario.rule)) continue;
    if (std::ranges::find(out, scenario.rule, &Scenario::rule) == out.end())
      out.push_back(scenario);
  }
  return out;
}

Scenario as_rule(Scenario scenario, Rule rule) {
  scenario.rule = rule;
  return scenario;
}

// For each pair of scenarios that differ in the rule alone: indices of a and b.
std::vector<std::pair<std::size_t, std::size_t>> pairs(const std::vector<Scenario>& scenarios,
                                                       std::pair<Rule, Rule> rules) {
  std::vector<std::pair<std::size_t, std::size_t>> out;
  for (std::size_t a = 0; a < scenarios.size(); ++a) {
    if (scenarios[a].rule != rules.first) continue;
    const std::string wanted = describe(as_rule(scenarios[a], rules.second));
    for (std::size_t b = 0; b < scenarios.size(); ++b) {
      const bool same =
          describe(scenarios[b]) == wanted && scenarios[a].error.seed == scenarios[b].error.seed;
      if (same) out.emplace_back(a, b);
    }
  }
  return out;
}

// What later steps need of the rows, as they come.
class Kept {
 public:
  void take(std::size_t row, Days days, StartCounts starts, BaselinePtr baseline) {
    const std::lock_guard lock(mutex_);
    rows_.insert_or_assign(row, Of{std::move(days), std::move(starts), std::move(baseline)});
  }
  struct Of {
    Days days;
    StartCounts starts;
    BaselinePtr baseline;
  };
  [[nodiscard]] const Of& row(std::size_t number) const { return rows_.at(number); }

 private:
  std::mutex mutex_;
  std::map<std::size_t, Of> rows_;
};

std::vector<Millis> usual_delays() {
  std::vector<Millis> out;
  for (const int h : {1, 2, 3, 4, 6, 8, 10, 12, 16, 20, 24}) out.emplace_back(hours(h));
  return out;
}

Suggestion suggestion_of(std::string zone, Rule rule, std::vector<Suggestion::Step> curve,
                         double part) {
  Suggestion out{std::move(zone), rule, std::move(curve), part, 0, true};
  const double most =
      std::ranges::max_element(out.curve, {}, [](const auto& step) { return step.saved; })->saved;
  out.worth_it = most >= kWorthIt;
  while (out.chosen + 1 < out.curve.size() && out.curve[out.chosen].saved < part * most)
    ++out.chosen;
  return out;
}

Result<std::vector<Suggestion>> suggest(const std::vector<Trace>& traces, const Workload& workload,
                                        const Request& request) {
  const auto delays = request.suggest_delays.empty() ? usual_delays() : request.suggest_delays;
  std::vector<Scenario> scenarios;
  for (const Scenario& rule : one_of_each_rule(request.scenarios)) {
    for (const Millis delay : delays) {
      scenarios.push_back(rule);
      scenarios.back().max_delay = delay;
    }
  }
  std::vector<Suggestion> out;
  if (scenarios.empty()) return out;
  const Sweep sweep{traces, workload, scenarios, request.threads, request.progress, {}};
  auto rows = run_all(sweep);
  if (!rows) return fail(rows.error());
  for (std::size_t i = 0; i < rows->size(); i += delays.size()) {
    std::vector<Suggestion::Step> curve;
    for (std::size_t k = i; k < i + delays.size(); ++k) {
      const Row& row = (*rows)[k];
      curve.push_back({row.scenario.max_delay, row.waits.mean, row.saved()});
    }
    out.push_back(suggestion_of((*rows)[i].zone, (*rows)[i].scenario.rule, std::move(curve),
                                request.suggest_part));
  }
  return out;
}

}  // namespace

Result<Workload> within(const std::vector<Trace>& traces, Workload workload) {
  const Period period = overlap_of(traces);
  if (period.from >= period.until)
    return fail(Errc::InvalidArgument,
                "the traces do not overlap; give files of one period, or one at a time");
  if (workload.jobs.empty())
    return fail(Errc::InvalidArgument, "there is no Job to simulate in the workload");
  const TimePoint first = workload.jobs.front().arrival;
  const TimePoint last = workload.jobs.back().arrival;
  const std::size_t before = workload.jobs.size();
  std::erase_if(workload.jobs, [&](const Job& job) {
    return job.arrival < period.from || job.arrival >= period.until;
  });
  if (workload.jobs.empty())
    return fail(Errc::InvalidArgument,
                fmt::format("no Job arrives while the traces last: they go from {}, the Jobs from "
                            "{}; give a trace of that time, or --align to move the Jobs by whole "
                            "weeks",
                            text_of(period.from, period.until), text_of(first, last)));
  const std::size_t left_out = before - workload.jobs.size();
  if (left_out > 0)
    workload.notes.push_back(
        fmt::format("{} of {} Jobs arrive outside of the traces ({}) and are "
                    "left out",
                    left_out, before, text_of(period.from, period.until)));
  return workload;
}

void align(const std::vector<Trace>& traces, Workload& workload) {
  if (workload.jobs.empty()) return;
  const Millis move = whole_weeks(workload.jobs.front().arrival, overlap_of(traces).from);
  const auto weeks = move / kWeek;
  if (weeks == 0) return;
  for (Job& job : workload.jobs) job.arrival += move;
  workload.notes.push_back(fmt::format("all Jobs are moved {} weeks {}, to when the traces begin",
                                       std::abs(weeks), weeks > 0 ? "later" : "earlier"));
}

Result<Study> make_study(const std::vector<Trace>& traces, const Workload& workload,
                         const Request& request) {
  Study study;
  if (!workload.jobs.empty()) {
    study.from = workload.jobs.front().arrival;
    study.until = workload.jobs.back().arrival;
  }
  const Period period = overlap_of(traces);
  Millis longest{0};
  for (const Scenario& scenario : request.scenarios)
    longest = std::max(longest, scenario.max_delay);
  // Of a longer time a picture would show nothing but stripes.
  const TimePoint drawn_from = std::max(study.from, period.from);
  const TimePoint drawn_until =
      std::min({study.until + longest + Millis(1), period.until, drawn_from + kFortnight});
  for (const Trace& trace : traces)
    study.timelines.push_back(timeline_of(trace, drawn_from, drawn_until));

  std::vector<std::pair<std::size_t, std::size_t>> to_compare;
  if (request.compare) to_compare = pairs(request.scenarios, *request.compare);
  // Drawn are the first scenarios of each rule.
  std::vector<std::size_t> drawn;
  for (std::size_t i = 0; i < request.scenarios.size(); ++i) {
    const Rule rule = request.scenarios[i].rule;
    const bool known = std::ranges::any_of(
        drawn, [&](std::size_t k) { return request.scenarios[k].rule == rule; });
    if (!known && !baseline_rule(rule)) drawn.push_back(i);
  }

  Kept kept;
  Sweep sweep{traces, workload, request.scenarios, request.threads, request.progress, {}};
  sweep.see = [&](std::size_t row, const std::vector<Ran>& runs, const BaselinePtr& baseline) {
    const std::size_t scenario = row % request.scenarios.size();
    const bool compared = std::ranges::any_of(to_compare, [&](const auto& pair) {
      return pair.first == scenario || pair.second == scenario;
    });
    const bool is_drawn = std::ranges::find(drawn, scenario) != drawn.end();
    if (!compared && !is_drawn) return;
    kept.take(row, compared ? days_of(workload, runs) : Days(),
              is_drawn ? starts_of(runs) : StartCounts(), baseline);
  };
  auto rows = run_all(sweep);
  if (!rows) return fail(rows.error());
  study.rows = std::move(*rows);

  for (std::size_t trace = 0; trace < traces.size(); ++trace) {
    if (!drawn.empty())
      add_starts(study.timelines[trace], "at once",
                 kept.row(row_of(sweep, trace, drawn.front())).baseline->starts);
    for (const std::size_t scenario : drawn)
      add_starts(study.timelines[trace], describe(request.scenarios[scenario]),
                 kept.row(row_of(sweep, trace, scenario)).starts);
    for (const auto& [a, b] : to_compare) {
      const std::size_t row_a = row_of(sweep, trace, a);
      const std::size_t row_b = row_of(sweep, trace, b);
      Comparison comparison = compare(kept.row(row_a).baseline->days, kept.row(row_a).days,
                                      kept.row(row_b).days, request.resampling);
      comparison.a = row_a;
      comparison.b = row_b;
      study.comparisons.push_back(comparison);
    }
  }
  if (request.suggest) {
    auto suggestions = suggest(traces, workload, request);
    if (!suggestions) return fail(suggestions.error());
    study.suggestions = std::move(*suggestions);
  }
  for (const Trace& trace : traces)
    for (const auto& note : trace.notes) study.notes.push_back(trace.zone + ": " + note);
  study.notes.insert(study.notes.end(), workload.notes.begin(), workload.notes.end());
  const auto beyond = std::ranges::count_if(workload.jobs, [&](const Job& job) {
    return job.arrival + longest + job.duration > period.until;
  });
  if (beyond > 0)
    study.notes.push_back(fmt::format(
        "{} Jobs may run on after the traces' end ({}): from there their mean is assumed", beyond,
        format_rfc3339(period.until)));
  return study;
}

}  // namespace karbonetes::simulate
