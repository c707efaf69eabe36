#include "simulate/compare.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <map>

#include "simulate/random.hpp"
#include "simulate/summary.hpp"

namespace karbonetes::simulate {

namespace {

constexpr double kMillisPerHour = 3'600'000;

// One day under all three.
struct Day {
  double baseline = 0, a = 0, b = 0;  // gCO2eq
  double wait_a = 0, wait_b = 0;      // hours, summed
  double jobs = 0;

  Day& operator+=(const Day& other) {
    baseline += other.baseline;
    a += other.a;
    b += other.b;
    wait_a += other.wait_a;
    wait_b += other.wait_b;
    jobs += other.jobs;
    return *this;
  }
  [[nodiscard]] double saving() const { return baseline > 0 ? (a - b) / baseline : 0; }
  [[nodiscard]] double wait() const { return jobs > 0 ? (wait_b - wait_a) / jobs : 0; }
};

struct Interval {
  double low, high;
};

Interval interval_of(std::vector<double> values, double confidence) {
  std::ranges::sort(values);
  const auto at = [&](double part) {
    const double place = part * static_cast<double>(values.size() - 1);
    return values[static_cast<std::size_t>(std::llround(place))];
  };
  return {at((1 - confidence) / 2), at((1 + confidence) / 2)};
}

}  // namespace

Days days_of(const Workload& workload, const std::vector<Ran>& runs) {
  Days out;
  for (std::size_t i = 0; i < workload.jobs.size(); ++i) {
    const Job& job = workload.jobs[i];
    DaySum& day = out[std::chrono::floor<std::chrono::days>(job.arrival)];
    day.grams += runs[i].grams;
    day.wait_hours += static_cast<double>(wait_of(job, runs[i]).count()) / kMillisPerHour;
    ++day.jobs;
  }
  return out;
}

Comparison compare(const Days& baseline, const Days& a, const Days& b,
                   const Resampling& resampling) {
  std::vector<Day> days;
  Day all;
  for (const auto& [date, at_once] : baseline) {
    const DaySum& of_a = a.at(date);
    const DaySum& of_b = b.at(date);
    days.push_back(
        {at_once.grams, of_a.grams, of_b.grams, of_a.wait_hours, of_b.wait_hours, at_once.jobs});
    all += days.back();
  }

  Comparison out;
  out.confidence = resampling.confidence;
  out.resamples = resampling.resamples;
  out.days = static_cast<int>(days.size());
  if (all.baseline > 0) {
    out.saved_a = 1 - all.a / all.baseline;
    out.saved_b = 1 - all.b / all.baseline;
  }
  out.difference = all.saving();
  out.wait_hours = all.wait();
  if (out.days < 2 || resampling.resamples < 1) {
    constexpr double kUnknown = std::numeric_limits<double>::infinity();
    out.low = out.wait_low = -kUnknown;
    out.high = out.wait_high = kUnknown;
    return out;
  }
  Random random(resampling.seed);
  std::vector<double> savings;
  std::vector<double> waits;
  for (int n = 0; n < resampling.resamples; ++n) {
    Day sample;
    for (std::size_t i = 0; i < days.size(); ++i)
      sample += days[random.below(static_cast<std::uint32_t>(days.size()))];
    savings.push_back(sample.saving());
    waits.push_back(sample.wait());
  }
  const Interval saving = interval_of(std::move(savings), resampling.confidence);
  const Interval wait = interval_of(std::move(waits), resampling.confidence);
  out.low = saving.low;
  out.high = saving.high;
  out.wait_low = wait.low;
  out.wait_high = wait.high;
  return out;
}

}  // namespace karbonetes::simulate
