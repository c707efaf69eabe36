#include "simulate/input/trace_points.hpp"

#include <date/tz.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/text.hpp"
#include "base/time_text.hpp"
#include "csv/table.hpp"

namespace karbonetes::simulate {

namespace {

constexpr double kMostGrams = 100'000;
constexpr double kMilliseconds = 1e11;  // later than year 5138 in seconds: it is milliseconds

bool has_offset(std::string_view text) {
  constexpr std::size_t kDate = 10;
  return text.size() > kDate && (text.ends_with('Z') || text.ends_with("UTC") ||
                                 text.find_first_of("+-", kDate) != std::string_view::npos);
}

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

void drop_duplicates(RawTrace& raw) {
  std::size_t same = 0;
  std::size_t different = 0;
  std::size_t line = 0;
  std::vector<RawPoint> out;
  out.reserve(raw.points.size());
  for (const RawPoint& point : raw.points) {
    if (out.empty() || out.back().at != point.at) {
      out.push_back(point);
      continue;
    }
    ++(out.back().grams_per_kwh == point.grams_per_kwh ? same : different);
    if (line == 0) line = point.line;
  }
  if (same + different > 0)
    raw.notes.push_back(fmt::format(
        "{} instants come more than once (first in line {}){}; the first value of each holds",
        same + different, line,
        different > 0 ? fmt::format(", {} of them with another value", different) : ""));
  raw.points = std::move(out);
}

// How often each distance between neighbours comes.
std::map<Millis, std::size_t> distances(const std::vector<RawPoint>& points) {
  std::map<Millis, std::size_t> out;
  for (std::size_t i = 1; i < points.size(); ++i) ++out[points[i].at - points[i - 1].at];
  return out;
}

// Repeats values so that all steps have the shortest length, where all others are multiples of it:
// the same function of time, over which plans are quick.
void make_regular(std::vector<RawPoint>& points, Millis step, TimePoint end) {
  for (std::size_t i = 1; i < points.size(); ++i)
    if ((points[i].at - points[i - 1].at) % step != Millis(0)) return;
  const auto whole = (end - points.front().at) / step;
  if (whole > static_cast<Millis::rep>(kMaxTracePoints)) return;
  std::vector<RawPoint> out;
  out.reserve(static_cast<std::size_t>(whole));
  for (std::size_t i = 0; i < points.size(); ++i) {
    const TimePoint next = i + 1 < points.size() ? points[i + 1].at : end;
    for (TimePoint t = points[i].at; t < next; t += step)
      out.push_back({t, points[i].grams_per_kwh, points[i].line});
  }
  points = std::move(out);
}

}  // namespace

bool believable(double grams, carbon::KindTag kind) {
  const double least = kind == carbon::KindTag::Marginal ? -kMostGrams : 0;
  return std::isfinite(grams) && grams >= least && grams <= kMostGrams;
}

Result<LocalTimes> LocalTimes::of(const std::string& time_zone) {
  LocalTimes out;
  if (time_zone.empty() || time_zone == "UTC") return out;
  try {
    out.zone_ = date::locate_zone(time_zone);
  } catch (const std::exception&) {
    return fail(Errc::InvalidArgument, "there is no time zone " + in_quotes(time_zone) +
                                           "; write an IANA name such as Europe/Berlin");
  }
  return out;
}

std::optional<TimePoint> LocalTimes::read(std::string_view text) {
  if (const auto seconds = csv::number(text))
    return from_epoch_seconds(*seconds > kMilliseconds ? *seconds / 1000 : *seconds);
  const auto parsed = parse_source_time(text);
  if (!parsed) return std::nullopt;
  if (zone_ == nullptr || has_offset(text)) return *parsed;
  const auto* zone = static_cast<const date::time_zone*>(zone_);
  const date::local_time<Millis> local(parsed->time_since_epoch());
  const date::local_info info = zone->get_info(local);
  TimePoint out(local.time_since_epoch() - info.first.offset);
  if (info.result == date::local_info::ambiguous) {
    ++doubled_;
    if (out <= last_) out = TimePoint(local.time_since_epoch() - info.second.offset);
  }
  if (info.result == date::local_info::nonexistent) ++skipped_;
  last_ = out;
  return out;
}

Result<Trace> mend(RawTrace raw, const TraceOptions& options, std::string_view where) {
  std::ranges::stable_sort(raw.points, {}, &RawPoint::at);
  drop_duplicates(raw);
  if (raw.points.size() < 2)
    return fail(Errc::Parse,
                fmt::format("{} zone {}: a trace needs two instants with a value at least",
                            options.file, in_quotes(raw.zone)));
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
      return fail(
          Errc::Parse,
          fmt::format("{}{}: nothing is known of {} from {} to {}; give a file without that "
                      "gap, or allow it with --longest-gap {}",
                      where, raw.points[i].line, raw.zone,
                      format_rfc3339(raw.points[i - 1].at + usual),
                      format_rfc3339(raw.points[i].at), format_duration(distance - usual)));
    if (distance > usual) {
      missing += static_cast<std::size_t>((distance - Millis(1)) / usual);
      if (first_missing == 0) first_missing = raw.points[i].line;
    }
  }
  if (raw.empty > 0)
    raw.notes.push_back(
        fmt::format("{} rows have no value (first in line {})", raw.empty, raw.first_empty));
  if (missing > 0)
    raw.notes.push_back(
        fmt::format("{} steps of {} are missing (first before line {}); the value "
                    "before holds on",
                    missing, format_duration(usual), first_missing));
  if (odd > 0)
    raw.notes.push_back(fmt::format("{} steps are not {} long; each holds until the next", odd,
                                    format_duration(usual)));
  const TimePoint end = raw.points.back().at + usual;
  make_regular(raw.points, shortest, end);
  if (raw.points.size() > kMaxTracePoints)
    return fail(Errc::InvalidArgument, fmt::format("{} has more than {} steps in zone {}",
                                                   options.file, kMaxTracePoints, raw.zone));
  return Trace{raw.zone, carbon::Forecast::prepare(series_of(raw.points, end, raw.kind)),
               std::move(raw.notes)};
}

}  // namespace karbonetes::simulate
