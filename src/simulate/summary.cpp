#include "simulate/summary.hpp"

#include <algorithm>
#include <cmath>

namespace karbonetes::simulate {

namespace {

constexpr Millis kMinute = std::chrono::minutes(1);
constexpr std::size_t kMostMinutes = 60UL * 24 * 366 * 4;  // beyond four years: coarser

Millis quantile(std::vector<Millis>& waits, double part) {
  if (waits.empty()) return Millis(0);
  // The least that `part` of the Jobs do not exceed.
  const auto rank = static_cast<std::size_t>(std::ceil(part * static_cast<double>(waits.size())));
  const auto at = waits.begin() + static_cast<std::ptrdiff_t>(std::max<std::size_t>(rank, 1) - 1);
  std::nth_element(waits.begin(), at, waits.end());
  return *at;
}

Millis mean(double sum, std::uint64_t count) {
  return count == 0 ? Millis(0) : Millis(std::llround(sum / static_cast<double>(count)));
}

// A round width with which kBins bins hold the longest wait of the scenario.
Millis bin_width(Millis longest) {
  for (const Millis width : {Millis(std::chrono::minutes(1)), Millis(std::chrono::minutes(5)),
                             Millis(std::chrono::minutes(10)), Millis(std::chrono::minutes(15)),
                             Millis(std::chrono::minutes(30)), Millis(std::chrono::hours(1)),
                             Millis(std::chrono::hours(2)), Millis(std::chrono::hours(3)),
                             Millis(std::chrono::hours(6)), Millis(std::chrono::hours(12))}) {
    if (width * static_cast<Millis::rep>(Row::kBins) >= longest) return width;
  }
  return std::chrono::hours(24);
}

void count_reason(Row& row, const Ran& run) {
  switch (run.reason) {
    case plan::Reason::Green:
      ++row.green;
      break;
    case plan::Reason::Planned:
      ++row.planned;
      break;
    case plan::Reason::NotWorthIt:
      ++row.not_worth_it;
      break;
    case plan::Reason::SignalUnknown:
      ++row.signal_unknown;
      break;
    default:
      ++row.at_deadline;
  }
}

bool decided_as_in_the_cluster(Rule rule) {
  return rule == Rule::FirstGreen || rule == Rule::LowestSlot || rule == Rule::LowestWindow ||
         rule == Rule::CarbonTime;
}

Waits waits_of(std::vector<Millis> waits, double sum) {
  Waits out;
  if (waits.empty()) return out;
  out.mean = mean(sum, waits.size());
  out.median = quantile(waits, 0.5);
  out.p95 = quantile(waits, 0.95);
  out.longest = *std::ranges::max_element(waits);
  return out;
}

}  // namespace

Millis wait_of(const Job& job, const Ran& run) {
  return std::max(run.finished - job.duration - job.arrival, Millis(0));
}

double peak_vcpu(const Workload& workload, const std::vector<Ran>& runs) {
  if (runs.empty()) return 0;
  TimePoint from = TimePoint::max();
  TimePoint until = TimePoint::min();
  for (const Ran& run : runs) {
    from = std::min(from, run.started);
    until = std::max(until, run.finished);
  }
  const Millis slot =
      std::max(kMinute, (until - from) / static_cast<Millis::rep>(kMostMinutes) + Millis(1));
  std::vector<double> change(static_cast<std::size_t>((until - from) / slot) + 2, 0);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto first = static_cast<std::size_t>((runs[i].started - from) / slot);
    // The minute of the last instant that it runs.
    const auto last = static_cast<std::size_t>((runs[i].finished - from - Millis(1)) / slot);
    change[first] += workload.jobs[i].vcpu;
    change[std::max(last, first) + 1] -= workload.jobs[i].vcpu;
  }
  double now = 0;
  double peak = 0;
  for (const double delta : change) peak = std::max(peak, now += delta);
  return peak;
}

Result<Baseline> baseline_of(const Trace& trace, const Workload& workload, const Capacity& capacity,
                             unsigned threads) {
  Scenario at_once;
  at_once.capacity = capacity;
  auto runs = run(trace, workload, at_once, threads);
  if (!runs) return fail(runs.error());
  Baseline out;
  out.grams_by_namespace.resize(workload.namespaces.size(), 0);
  for (std::size_t i = 0; i < runs->size(); ++i) {
    out.grams += (*runs)[i].grams;
    out.grams_by_namespace[workload.jobs[i].ns] += (*runs)[i].grams;
  }
  out.peak_vcpu = peak_vcpu(workload, *runs);
  out.days = days_of(workload, *runs);
  out.starts = starts_of(*runs);
  return out;
}

Row summarise(const Trace& trace, const Workload& workload, const Scenario& scenario,
              const std::vector<Ran>& runs, const Baseline& baseline) {
  Row row;
  row.zone = trace.zone;
  row.kind = trace.actual->kind();
  row.scenario = scenario;
  row.jobs = runs.size();
  row.baseline_grams = baseline.grams;
  row.baseline_peak_vcpu = baseline.peak_vcpu;
  row.peak_vcpu = peak_vcpu(workload, runs);
  row.bin_width = bin_width(scenario.max_delay);

  std::vector<double> group_waits(workload.namespaces.size(), 0);
  row.by_namespace.resize(workload.namespaces.size());
  for (std::size_t i = 0; i < row.by_namespace.size(); ++i)
    row.by_namespace[i].name = workload.namespaces[i];
  for (std::size_t i = 0; i < row.by_namespace.size(); ++i)
    row.by_namespace[i].baseline_grams = baseline.grams_by_namespace[i];

  std::vector<Millis> waits;
  waits.reserve(runs.size());
  double waited = 0;
  double queued = 0;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const Job& job = workload.jobs[i];
    const Ran& run = runs[i];
    const Millis wait = wait_of(job, run);
    const auto wait_ms = static_cast<double>(wait.count());
    waits.push_back(wait);
    waited += wait_ms;
    queued += static_cast<double>((run.started - run.released).count());
    row.kwh += kwh_of(job);
    row.grams += run.grams;
    if (decided_as_in_the_cluster(scenario.rule)) count_reason(row, run);
    const Millis delay = job.delay_cap < Millis(0) ? scenario.max_delay
                                                   : std::min(job.delay_cap, scenario.max_delay);
    if (run.started > run.released && run.started > job.arrival + delay) ++row.late;
    const auto bin = static_cast<std::size_t>(wait / row.bin_width);
    ++row.wait_bins[std::min(bin, Row::kBins - 1)];

    GroupRow& group = row.by_namespace[job.ns];
    ++group.jobs;
    group.kwh += kwh_of(job);
    group.grams += run.grams;
    group_waits[job.ns] += wait_ms;
  }
  row.mean_queued = mean(queued, runs.size());
  row.waits = waits_of(std::move(waits), waited);
  for (std::size_t i = 0; i < row.by_namespace.size(); ++i)
    row.by_namespace[i].mean_wait = mean(group_waits[i], row.by_namespace[i].jobs);
  std::erase_if(row.by_namespace, [](const GroupRow& group) { return group.jobs == 0; });
  return row;
}

}  // namespace karbonetes::simulate
