#include "gaia.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "plan/strategy.hpp"
#include "simulate/interrupting.hpp"
#include "simulate/run.hpp"
#include "simulate/summary.hpp"

namespace karbonetes::validation {

namespace {

using simulate::Job;
using simulate::Rule;
using std::chrono::hours;
using std::chrono::seconds;
using namespace std::chrono_literals;

constexpr Millis kRow = 5s;
constexpr Millis kHour = 1h;
constexpr int kFirstHour = 7000;  // of 2022
constexpr int kHours = 720;
constexpr int kHoursBefore = 17544;  // of 2020 and 2021
constexpr Millis kShort = 2h;
constexpr TimePoint kBegin = std::chrono::sys_days{2022y / 1 / 1} + hours(kFirstHour);

Millis rows(double seconds_) { return kRow * static_cast<Millis::rep>(seconds_ / 5); }

// pandas' quantile over the rows of the next 24 hours, linear between neighbours.
double quantile(const carbon::Forecast& trace, TimePoint from, double part) {
  std::vector<double> values;
  for (TimePoint t = from; t < from + 24h && t < trace.end(); t += kRow)
    values.push_back(trace.at(t));
  const double place = part * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::ptrdiff_t>(place);
  const auto at = values.begin() + below;
  std::nth_element(values.begin(), at, values.end());
  if (at + 1 == values.end()) return *at;
  const double above = *std::min_element(at + 1, values.end());
  return *at + (above - *at) * (place - static_cast<double>(below));
}

// The start among arrival, + 1 h, + 2 h, ... with the greatest `worth`; the first of equals. A run
// of the expected length must end within the trace.
template <class Worth>
TimePoint best_start(const Job& job, const carbon::Forecast& trace, const Worth& worth) {
  TimePoint best = job.arrival;
  double most = -std::numeric_limits<double>::infinity();
  const TimePoint until = std::min(job.arrival + job.delay_cap, trace.end() - job.expected);
  for (TimePoint t = job.arrival; t <= until; t += kHour) {
    const double value = worth(t);
    if (value <= most) continue;
    most = value;
    best = t;
  }
  return best;
}

struct Schedule {
  std::vector<carbon::Interval> pieces;
};

Schedule in_one_piece(const Job& job, TimePoint start) { return {{{start, start + job.duration}}}; }

Schedule schedule_of(const Job& job, const carbon::Forecast& trace, GaiaPolicy policy) {
  const auto cost = [&](TimePoint t) { return trace.mean_over(t, job.expected); };
  Schedule out;
  switch (policy) {
    case GaiaPolicy::NoWait:
      return in_one_piece(job, job.arrival);
    case GaiaPolicy::LowestSlot:
      return in_one_piece(job, plan::plan_start(api::Strategy::LowestSlot, trace, std::nullopt,
                                                job.arrival, job.arrival + job.delay_cap)
                                   ->start);
    case GaiaPolicy::LowestWindow:
      return in_one_piece(job, best_start(job, trace, [&](TimePoint t) { return -cost(t); }));
    case GaiaPolicy::CarbonTime:
      return in_one_piece(job, best_start(job, trace, [&](TimePoint t) {
                            return (cost(job.arrival) - cost(t)) /
                                   static_cast<double>((t - job.arrival + job.expected).count());
                          }));
    case GaiaPolicy::Ecovisor:
      (void)simulate::ecovisor(trace, trace, job.arrival, job.duration, job.delay_cap,
                               quantile(trace, job.arrival, 0.3), &out.pieces);
      return out;
    case GaiaPolicy::WaitAwhile:
      (void)simulate::wait_awhile(trace, trace, job.arrival, job.duration, job.delay_cap,
                                  &out.pieces);
      return out;
  }
  return out;
}

double in_hours(Millis length) {
  return static_cast<double>(length.count()) / static_cast<double>(kHour.count());
}

Rule rule_of(GaiaPolicy policy) {
  switch (policy) {
    case GaiaPolicy::NoWait:
      return Rule::Immediate;
    case GaiaPolicy::LowestSlot:
      return Rule::LowestSlot;
    case GaiaPolicy::LowestWindow:
      return Rule::LowestWindow;
    case GaiaPolicy::CarbonTime:
      return Rule::CarbonTime;
    case GaiaPolicy::Ecovisor:
      return Rule::Ecovisor;
    case GaiaPolicy::WaitAwhile:
      return Rule::WaitAwhile;
  }
  return Rule::Immediate;
}

}  // namespace

std::string_view name(GaiaPolicy policy) {
  constexpr std::string_view kNames[] = {"NoWait",      "Lowest-Slot", "Lowest-Window",
                                         "Carbon-Time", "Ecovisor",    "Wait Awhile"};
  return kNames[static_cast<int>(policy)];
}

Result<GaiaInput> gaia_input(const std::vector<double>& all_hours,
                             const std::vector<GaiaJob>& jobs) {
  const std::size_t before = all_hours.size() > kHoursBefore ? kHoursBefore : 0;
  if (all_hours.size() < before + kFirstHour + kHours)
    return fail(Errc::InvalidArgument,
                "AU-SA.csv must have a row for each hour of 2020 to 2022, or of 2022 alone");
  GaiaInput out;
  carbon::Series<carbon::Average> series;
  for (int hour = 0; hour < kHours; ++hour)
    series.points.push_back({kBegin + kHour * hour,
                             carbon::Intensity<carbon::Average>(
                                 all_hours[before + kFirstHour + static_cast<std::size_t>(hour)])});
  series.end = kBegin + kHour * kHours;
  series.observed_until = kBegin;
  out.trace = {"AU-SA", carbon::Forecast::prepare(std::move(series)), {}};

  // Two queues, by length; each knows the mean of its jobs.
  double sums[2] = {0, 0};
  double counts[2] = {0, 0};
  const double border = static_cast<double>(kShort.count()) / 1000;
  for (const GaiaJob& job : jobs) {
    if (job.length <= border) sums[0] += job.length, ++counts[0];
    if (job.length >= border) sums[1] += job.length, ++counts[1];
  }
  auto& workload = out.workload;
  workload.namespaces = {"pai"};
  workload.series = {"pai/short", "pai/long"};
  for (const GaiaJob& each : jobs) {
    Job job;
    job.arrival = kBegin + rows(each.arrival);
    job.duration = rows(each.length);
    const bool is_long = job.duration >= kShort;
    job.series = is_long ? 1 : 0;
    job.expected = rows(sums[job.series] / counts[job.series]);
    job.delay_cap = is_long ? 24h : 6h;
    job.vcpu = job.kw = static_cast<float>(each.cpus);
    workload.jobs.push_back(job);
  }
  simulate::sort_by_arrival(workload);
  return out;
}

GaiaOutcome as_gaia(const GaiaInput& input, GaiaPolicy policy) {
  const auto& trace = *input.trace.actual;
  GaiaOutcome out;
  std::size_t pieces = 0;
  for (const Job& job : input.workload.jobs) {
    const Schedule schedule = schedule_of(job, trace, policy);
    out.starts.push_back(schedule.pieces.front().start);
    for (const auto& piece : schedule.pieces) {
      out.carbon += static_cast<double>(job.kw) *
                    (trace.integral_until(piece.end) - trace.integral_until(piece.start));
      out.wait_hours += in_hours(piece.start - job.arrival);
      ++pieces;
    }
  }
  out.wait_hours /= static_cast<double>(pieces);
  return out;
}

Result<GaiaOutcome> as_ours(const GaiaInput& input, GaiaPolicy policy) {
  simulate::Scenario scenario;
  scenario.rule = rule_of(policy);
  scenario.max_delay = 24h;
  scenario.durations = simulate::Durations::Learned;  // what the queue knows
  const auto runs = simulate::run(input.trace, input.workload, scenario);
  if (!runs) return fail(runs.error());
  GaiaOutcome out;
  for (std::size_t i = 0; i < runs->size(); ++i) {
    out.carbon += (*runs)[i].grams;
    out.wait_hours += in_hours(simulate::wait_of(input.workload.jobs[i], (*runs)[i]));
    out.starts.push_back((*runs)[i].started);
  }
  out.wait_hours /= static_cast<double>(runs->size());
  return out;
}

}  // namespace karbonetes::validation
