// The second half of trace_points.hpp: from points to a step function.
#include "simulate/input/trace_points.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.hpp"

namespace karbonetes::simulate {

namespace {

// How many points make_regular may make.
constexpr std::size_t kMostRepeats = 4;  // of each: hours among quarters of an hour
constexpr std::size_t kAlwaysRegular = 100'000;

carbon::AnySeries series_of(const std::vector<RawPoint>& points, TimePoint end,
                            carbon::KindTag kind) {
  const auto fill = [&]<carbon::IntensityKind Kind>(carbon::Series<Kind> out) {
    out.points.reserve(points.size());
    for (const RawPoint& point : points)
      out.points.push_back({point.at, carbon::Intensity<Kind>(point.grams_per_kwh)});
    out.end = end;
    out.observed_until = points.front().at;
    return out;
  };
  if (kind == carbon::KindTag::Marginal) return fill(carbon::Series<carbon::Marginal>());
  return fill(carbon::Series<carbon::Average>());
}

// "line" or "entry": what places are numbers of.
std::string_view unit_of(Counted counted) { return counted == Counted::Lines ? "line" : "entry"; }

tl::unexpected<Error> wrong(const TraceOptions& options, Counted counted, std::size_t place,
                            std::string_view what) {
  return fail(Errc::Parse, fmt::format("{}:{}{}: {}", options.file,
                                       counted == Counted::Lines ? "" : " entry ", place, what));
}

void drop_duplicates(RawTrace& raw, std::string_view unit) {
  std::size_t same = 0;
  std::size_t different = 0;
  std::size_t first = 0;
  std::vector<RawPoint> out;
  out.reserve(raw.points.size());
  for (const RawPoint& point : raw.points) {
    if (out.empty() || out.back().at != point.at) {
      out.push_back(point);
      continue;
    }
    ++(out.back().grams_per_kwh == point.grams_per_kwh ? same : different);
    first = first == 0 ? point.place : std::min(first, point.place);
  }
  if (same + different > 0)
    raw.notes.push_back(fmt::format(
        "{} instants come more than once (first in {} {}){}; the first value of each holds",
        same + different, unit, first,
        different > 0 ? fmt::format(", {} of them with another value", different) : ""));
  raw.points = std::move(out);
}

// What the rows were like, before the step function is looked at.
void tell_of_rows(RawTrace& raw, std::string_view unit) {
  const auto tell = [&](std::size_t rows, std::string_view what) {
    if (rows > 0) raw.notes.push_back(fmt::format("{} rows {}", rows, what));
  };
  const auto first_of = [&](const RawTrace::Count& count) {
    return fmt::format("(first in {} {})", unit, count.first);
  };
  tell(raw.forecast.rows,
       "have no actual intensity " + first_of(raw.forecast) + ": their forecast is taken");
  tell(raw.times.doubled(),
       "lie in an hour that the clock showed twice: they are taken in the order of the file");
  tell(raw.times.skipped(), "lie in an hour that the clock skipped");
  tell(raw.empty.rows, "have no value " + first_of(raw.empty));
}

// How often each distance between neighbours comes.
std::map<Millis, std::size_t> distances(const std::vector<RawPoint>& points) {
  std::map<Millis, std::size_t> out;
  for (std::size_t i = 1; i < points.size(); ++i) ++out[points[i].at - points[i - 1].at];
  return out;
}

// Repeats values so that all steps have the shortest length, where all others are multiples of it:
// the same function of time, over which plans are quick. A short step among long ones stays as it
// is: a small file must not become a large trace.
void make_regular(std::vector<RawPoint>& points, Millis step, TimePoint end) {
  for (std::size_t i = 1; i < points.size(); ++i)
    if ((points[i].at - points[i - 1].at) % step != Millis(0)) return;
  const auto whole = static_cast<std::size_t>((end - points.front().at) / step);
  if (whole > std::max(kAlwaysRegular, points.size() * kMostRepeats)) return;
  std::vector<RawPoint> out;
  out.reserve(whole);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const TimePoint next = i + 1 < points.size() ? points[i + 1].at : end;
    for (TimePoint t = points[i].at; t < next; t += step)
      out.push_back({t, points[i].grams_per_kwh, points[i].place});
  }
  points = std::move(out);
}

}  // namespace

Result<Trace> mend(RawTrace raw, const TraceOptions& options, Counted counted) {
  const std::string_view unit = unit_of(counted);
  if (raw.points.empty())
    return wrong(options, counted, raw.empty.first,
                 fmt::format("zone {} has no value in any row; write two at least, in gCO2eq/kWh",
                             in_quotes(raw.zone)));
  std::ranges::stable_sort(raw.points, {}, &RawPoint::at);
  tell_of_rows(raw, unit);
  drop_duplicates(raw, unit);
  if (raw.points.size() < 2)
    return wrong(options, counted, raw.points.front().place,
                 fmt::format("the only instant with a value of zone {}; a trace needs two "
                             "instants: write one more",
                             in_quotes(raw.zone)));
  const auto found = distances(raw.points);
  const Millis usual =
      std::ranges::max_element(found, {}, [](const auto& each) { return each.second; })->first;
  const Millis shortest = found.begin()->first;

  std::size_t missing = 0;
  std::size_t first_missing = 0;
  std::size_t odd = 0;
  for (std::size_t i = 1; i < raw.points.size(); ++i) {
    const Millis distance = raw.points[i].at - raw.points[i - 1].at;
    if (distance == usual) continue;
    if (distance < usual || distance % usual != Millis(0)) ++odd;
    if (distance - usual > options.longest_gap)
      return wrong(
          options, counted, raw.points[i].place,
          fmt::format("nothing is known of {} from {} to {}; give a file without that "
                      "gap, or allow it with --longest-gap {}",
                      in_quotes(raw.zone), format_rfc3339(raw.points[i - 1].at + usual),
                      format_rfc3339(raw.points[i].at), format_duration(distance - usual)));
    if (distance > usual) {
      missing += static_cast<std::size_t>((distance - Millis(1)) / usual);
      if (first_missing == 0) first_missing = raw.points[i].place;
    }
  }
  if (missing > 0)
    raw.notes.push_back(
        fmt::format("{} steps of {} are missing (first before {} {}); the value "
                    "before holds on",
                    missing, format_duration(usual), unit, first_missing));
  if (odd > 0)
    raw.notes.push_back(fmt::format("{} steps are not {} long; each holds until the next", odd,
                                    format_duration(usual)));
  const TimePoint end = raw.points.back().at + usual;
  make_regular(raw.points, shortest, end);
  return Trace{raw.zone, carbon::Forecast::prepare(series_of(raw.points, end, raw.kind)),
               std::move(raw.notes)};
}

}  // namespace karbonetes::simulate
