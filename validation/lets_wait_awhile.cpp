#include "lets_wait_awhile.hpp"

#include <algorithm>
#include <numeric>

#include "simulate/random.hpp"
#include "simulate/run.hpp"

namespace karbonetes::validation {

namespace {

using simulate::Job;
using simulate::Random;
using simulate::Rule;
using simulate::Scenario;
using simulate::Trace;
using simulate::Workload;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::sys_days;
using std::chrono::weekday;
using namespace std::chrono_literals;

constexpr Millis kSlot = 30min;
constexpr TimePoint kBegin = sys_days{2020y / 1 / 1};
constexpr int kDays = 366;
constexpr int kNights = 365;
constexpr int kJobs = 3387;
constexpr Millis kWorkBegins = 9h;
constexpr Millis kLongerThanAny = hours(24 * 30);

Workload workload() {
  Workload out;
  out.namespaces = {"paper"};
  out.series = {"paper/job"};
  return out;
}

Job job_of(TimePoint arrival, Millis duration, Millis delay) {
  Job job;
  job.arrival = arrival;
  job.duration = duration;
  job.delay_cap = delay;
  job.kw = 2;  // a slot is one kWh: grams are sums of intensities
  job.vcpu = 1;
  return job;
}

Scenario scenario(Rule rule, double error, std::uint64_t seed) {
  Scenario out;
  out.rule = rule;
  out.max_delay = kLongerThanAny;
  if (error > 0) out.error = {simulate::ErrorKind::Iid, error, seed};
  return out;
}

Result<double> sum_of(const Trace& trace, const Workload& jobs, const Scenario& scenario) {
  const auto runs = simulate::run(trace, jobs, scenario);
  if (!runs) return fail(runs.error());
  return std::accumulate(runs->begin(), runs->end(), 0.0,
                         [](double sum, const simulate::Ran& run) { return sum + run.grams; });
}

bool is_workday(TimePoint t) { return weekday(std::chrono::floor<days>(t)).iso_encoding() <= 5; }

TimePoint morning_of(TimePoint t, int later) {
  return TimePoint(std::chrono::floor<days>(t) + days(later)) + kWorkBegins;
}

// When a job that would end at `end` is wanted at the latest.
TimePoint next_workday(TimePoint end, Compat compat) {
  const unsigned day = weekday(std::chrono::floor<days>(end)).iso_encoding();
  const Millis hour = end - std::chrono::floor<days>(end);
  if (day == 6) return morning_of(end, 2);
  if (day == 7) return morning_of(end, 1);
  if (hour >= 17h + kSlot) {
    const bool over_the_weekend = day == 5 && compat == Compat::None;
    return morning_of(end, over_the_weekend ? 3 : 1);  // quirk: Friday evening becomes Saturday
  }
  return std::max(end, morning_of(end, 0));
}

TimePoint semi_weekly(TimePoint end) {
  for (int later = 0;; ++later) {
    const TimePoint morning = morning_of(end, later);
    const unsigned day = weekday(std::chrono::floor<days>(morning)).iso_encoding();
    if (morning >= end && (day == 1 || day == 4)) return morning;
  }
}

// Arrivals and durations, in the order of their draws.
std::vector<Job> draw_jobs() {
  constexpr int kFirst = 18;       // 09:00, in slots
  constexpr int kStarts = 16;      // to 16:30
  constexpr int kShortest = 8;     // 4 h, in slots
  constexpr int kDurations = 172;  // to 89.5 h
  Random random(0);
  std::vector<int> working_days;
  for (int day = 0; day < kDays; ++day)
    if (is_workday(kBegin + days(day))) working_days.push_back(day);
  const auto count = working_days.size();
  const auto per_day =
      random.multinomial(kJobs, std::vector<double>(count, 1.0 / static_cast<double>(count)));
  std::vector<Job> out;
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<int> slots;
    for (std::int64_t n = 0; n < per_day[i]; ++n)
      slots.push_back(kFirst + static_cast<int>(random.below(kStarts)));
    std::ranges::sort(slots);
    for (const int slot : slots)
      out.push_back(job_of(kBegin + days(working_days[i]) + kSlot * slot, Millis(0), Millis(0)));
  }
  for (Job& job : out)
    job.duration = kSlot * (kShortest + static_cast<int>(random.below(kDurations)));
  return out;
}

}  // namespace

Result<Trace> half_hours(const Trace& trace) {
  const auto starts = trace.actual->starts();
  const auto values = trace.actual->values();
  carbon::Series<carbon::Average> series;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    if (starts[i] < kBegin || (starts[i] - kBegin) % kSlot != Millis(0)) continue;
    series.points.push_back({starts[i], carbon::Intensity<carbon::Average>(values[i])});
  }
  const auto expected = static_cast<std::size_t>(kDays) * 48;
  const bool whole = series.points.size() >= expected &&
                     series.points.back().from - kBegin ==
                         kSlot * (static_cast<Millis::rep>(series.points.size()) - 1);
  if (!whole)
    return fail(Errc::InvalidArgument,
                trace.zone + ": the file must have a value each half hour of 2020");
  series.end = series.points.back().from + kSlot;
  series.observed_until = kBegin;
  return Trace{trace.zone, carbon::Forecast::prepare(std::move(series)), {}};
}

Workload nightly(int window) {
  Workload out = workload();
  for (int night = 0; night < kNights; ++night) {
    const TimePoint arrival = kBegin + days(night) + 1h - kSlot * window;
    // quirk: jobs that would begin before the data are dropped. (Nobody could do better.)
    if (arrival >= kBegin) out.jobs.push_back(job_of(arrival, kSlot, kSlot * 2 * window));
  }
  return out;
}

Workload machine_learning(Slack slack, Compat compat) {
  Workload out = workload();
  out.jobs = draw_jobs();
  for (Job& job : out.jobs) {
    const TimePoint end = job.arrival + job.duration;
    TimePoint latest = end;
    if (slack == Slack::NextWorkday) latest = next_workday(end, compat);
    if (slack == Slack::SemiWeekly) latest = semi_weekly(end);
    job.delay_cap = latest - end;
    // quirk: the window is a slot too long. The baseline, too, may slip by it.
    if (compat == Compat::Paper) job.delay_cap += kSlot;
  }
  return out;
}

Result<std::vector<double>> nightly_means(const Trace& trace, double error, std::uint64_t seed,
                                          Compat compat) {
  std::vector<double> out;
  for (int window = 0; window < kWindows; ++window) {
    const Workload jobs = nightly(window);
    const auto sum = sum_of(trace, jobs, scenario(Rule::LowestSlot, error, seed));
    if (!sum) return fail(sum.error());
    // quirk: what was dropped counts as run without any emission.
    const auto count = compat == Compat::Paper ? kNights : static_cast<int>(jobs.jobs.size());
    out.push_back(*sum / count);
  }
  return out;
}

Result<MachineLearning> machine_learning_sums(const Trace& trace, double error, std::uint64_t seed,
                                              Compat compat) {
  MachineLearning out;
  const Workload at_once = machine_learning(Slack::None, compat);
  const Workload workday = machine_learning(Slack::NextWorkday, compat);
  const Workload half_week = machine_learning(Slack::SemiWeekly, compat);
  struct Part {
    double& sum;
    const Workload& jobs;
    Scenario scenario;
  };
  // The baseline knows no forecast, so there is no error in it.
  const Part parts[] = {
      {out.baseline, at_once, scenario(Rule::LowestWindow, 0, 0)},
      {out.next_workday, workday, scenario(Rule::LowestWindow, error, seed)},
      {out.next_workday_interrupting, workday, scenario(Rule::WaitAwhile, error, seed)},
      {out.semi_weekly, half_week, scenario(Rule::LowestWindow, error, seed)},
      {out.semi_weekly_interrupting, half_week, scenario(Rule::WaitAwhile, error, seed)},
  };
  for (const Part& part : parts) {
    const auto sum = sum_of(trace, part.jobs, part.scenario);
    if (!sum) return fail(sum.error());
    part.sum = *sum;
  }
  return out;
}

}  // namespace karbonetes::validation
