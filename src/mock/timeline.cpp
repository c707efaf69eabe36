#include "mock/timeline.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace karbonetes::mock {

namespace {

constexpr double kGreenPercent = 30;
// How much of an hour's error is left in the next hour's: forecasts err for hours on end.
constexpr double kHourlyMemory = 0.95;
// Of real time: what lies beyond is nobody's question, and its products would not fit 64 bits.
constexpr Millis kFarthest = std::chrono::hours(400 * 24);

// splitmix64 (Steele, Lea, Flood 2014): a good hash of a counter.
std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

double uniform(std::uint64_t bits) {  // (0, 1)
  return (static_cast<double>(bits >> 11) + 0.5) / 9007199254740992.0;
}

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

}  // namespace

Result<Timeline> Timeline::make(Trace trace, TimelineOptions options, TimePoint program_start) {
  if (!(options.speed >= 1 && options.speed <= 86'400)) {
    return fail(
        Errc::InvalidArgument,
        "--trace-speed must be a number from 1 to 86400; 360 makes a day four minutes long");
  }
  if (!(options.forecast_error >= 0 && options.forecast_error <= 1)) {
    return fail(Errc::InvalidArgument,
                "--forecast-error must be a number from 0 to 1; 0.1 is ten percent");
  }
  if (trace.steps.points.empty()) return fail(Errc::InvalidArgument, "the trace has no points");
  return Timeline(std::move(trace), options, program_start);
}

Timeline::Timeline(Trace trace, TimelineOptions options, TimePoint program_start)
    : trace_(std::move(trace)),
      options_(options),
      real_origin_(program_start),
      trace_origin_(options.start == TraceStart::Now ? trace_.steps.points.front().from
                                                     : program_start),
      period_(trace_.steps.end - trace_.steps.points.front().from),
      green_below_(percentile(trace_.steps, kGreenPercent)) {}

TimePoint Timeline::real(std::int64_t step) const {
  const auto n = static_cast<std::int64_t>(trace_.steps.points.size());
  const std::int64_t round = floor_div(step, n);
  const auto& point = trace_.steps.points[static_cast<std::size_t>(step - round * n)];
  const Millis ahead = point.from + round * period_ - trace_origin_;
  const auto millis = static_cast<double>(ahead.count()) / options_.speed;
  return real_origin_ + Millis(std::llround(millis));
}

double Timeline::grams(std::int64_t step) const {
  const auto n = static_cast<std::int64_t>(trace_.steps.points.size());
  return trace_.steps.points[static_cast<std::size_t>(step - floor_div(step, n) * n)].grams;
}

std::int64_t Timeline::last_step() const {
  return options_.loop ? std::numeric_limits<std::int64_t>::max()
                       : static_cast<std::int64_t>(trace_.steps.points.size()) - 1;
}

std::int64_t Timeline::step_at(TimePoint t) const {
  const auto ahead = static_cast<double>((t - real_origin_).count()) * options_.speed;
  TimePoint x = trace_origin_ + Millis(std::llround(ahead));
  const auto& points = trace_.steps.points;
  std::int64_t round = 0;
  if (options_.loop) {
    round = floor_div((x - points.front().from).count(), period_.count());
    x -= round * period_;
  }
  const auto after = std::ranges::upper_bound(points, x, {}, &Step::from);
  std::int64_t step =
      round * static_cast<std::int64_t>(points.size()) + (after - points.begin()) - 1;
  // Where rounding to milliseconds put a step's start, it holds from there on.
  if (step < last_step() && real(step + 1) <= t) ++step;
  if ((step >= 0 || options_.loop) && real(step) > t) --step;
  return step;
}

double Timeline::at(TimePoint t) const {
  const std::int64_t step = step_at(t);
  return grams(options_.loop ? step : std::max<std::int64_t>(step, 0));
}

std::optional<TimePoint> Timeline::next_step(TimePoint now) const {
  const std::int64_t step = step_at(now);
  if (step >= last_step()) return std::nullopt;
  return real(step + 1);
}

double Timeline::innovation(std::int64_t step) const {
  const std::uint64_t key = mix(options_.seed ^ mix(static_cast<std::uint64_t>(step)));
  const double radius = std::sqrt(-2 * std::log(uniform(key)));  // Box and Muller
  return radius * std::cos(2 * std::numbers::pi * uniform(mix(key)));
}

TimePoint Timeline::end() const {
  const auto millis = static_cast<double>((trace_.steps.end - trace_origin_).count());
  return real_origin_ + Millis(std::llround(millis / options_.speed));
}

Stretch Timeline::stretch(TimePoint now, TimePoint from, TimePoint to) const {
  from = std::clamp(from, now - kFarthest, now + kFarthest);
  to = std::clamp(to, now - kFarthest, now + kFarthest);
  Stretch out;
  out.step = step_at(now);
  const std::int64_t first = options_.loop ? out.step - kMaxSteps : 0;
  const std::int64_t begin = std::max({step_at(from), out.step - kMaxSteps, first});

  double error = 0;
  const double hour = 3'600'000 / options_.speed;  // in real milliseconds
  for (std::int64_t step = std::min(begin, out.step + 1);
       step <= std::min(last_step(), out.step + kMaxSteps); ++step) {
    const TimePoint at = real(step);
    if (at >= to) break;
    double value = grams(step);
    if (step > out.step && options_.forecast_error > 0) {
      const auto length = static_cast<double>((at - real(step - 1)).count());
      const double memory = std::pow(kHourlyMemory, length / hour);
      error = memory * error +
              options_.forecast_error * std::sqrt(1 - memory * memory) * innovation(step);
      value = std::max(0.0, value * (1 + error));
    }
    if (step < begin) continue;
    if (!out.steps.points.empty() && out.steps.points.back().from == at) {
      out.steps.points.pop_back();  // both within one millisecond
    }
    out.steps.points.push_back({at, value});
    out.steps.end = step < last_step() ? real(step + 1) : end();
  }
  return out;
}

}  // namespace karbonetes::mock
