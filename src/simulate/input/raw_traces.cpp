// The first half of trace_points.hpp: rows by zone.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "simulate/input/names.hpp"
#include "simulate/input/trace_points.hpp"

namespace karbonetes::simulate {

namespace {

constexpr double kMostGrams = 100'000;
constexpr std::size_t kMaxZones = 200;

bool believable(double grams, carbon::KindTag kind) {
  const double least = kind == carbon::KindTag::Marginal ? -kMostGrams : 0;
  return std::isfinite(grams) && grams >= least && grams <= kMostGrams;
}

std::string stem_of(const std::string& file) {
  const std::string name = file.substr(file.find_last_of('/') + 1);  // npos + 1 is 0
  return name.substr(0, name.find_last_of('.'));
}

std::string unbelievable(const RawRow& row) {
  const bool comma = row.text.find(',') != std::string_view::npos;
  return fmt::format(
      "the intensity is {}; write gCO2eq/kWh from 0 to 100000 (marginal: from "
      "-100000){}",
      in_quotes(row.text.empty() ? fmt::format("{}", row.value.value_or(0))
                                 : std::string(row.text)),
      comma ? ", with a decimal point" : "");
}

void count(RawTrace::Count& count, std::size_t place) {
  if (count.rows++ == 0) count.first = place;
}

}  // namespace

RawTraces::RawTraces(const TraceOptions& options, LocalTimes times, double grams_per_unit)
    : zone_(options.zone),
      stem_(stem_of(options.file)),
      times_(times),
      grams_per_unit_(grams_per_unit) {}

std::string_view RawTraces::zone_of(const RawRow& row) const {
  if (!zone_.empty()) return zone_;
  return row.zone.empty() ? std::string_view(stem_) : row.zone;
}

std::string RawTraces::add(const RawRow& row) {
  const auto zone = zone_of(row);
  auto found = by_zone_.find(zone);
  if (found == by_zone_.end()) {
    if (zone_.empty() && !readable_name(row.zone))
      return fmt::format("the zone is {}; write {}", in_quotes(row.zone), kReadableName);
    if (traces_.size() >= kMaxZones)
      return fmt::format("more than {} zones in one file; write several files", kMaxZones);
    found = by_zone_.emplace(zone, traces_.size()).first;
    RawTrace& added = traces_.emplace_back();
    added.zone = zone;
    added.kind = row.kind;
    added.times = times_;
  }
  RawTrace& trace = traces_[found->second];
  if (trace.kind != row.kind)
    return "average and marginal intensity in one zone; write a file for each";
  const auto at = trace.times.read(row.time);
  if (!at)
    return fmt::format(
        "the time is {}; write RFC 3339, e.g. 2026-11-24T22:00:00Z, or seconds "
        "since 1970",
        in_quotes(row.time));
  if (!row.value && row.text.empty()) {
    count(trace.empty, row.place);
    return {};
  }
  const double grams = row.value.value_or(NAN) * grams_per_unit_;
  if (!believable(grams, trace.kind)) return unbelievable(row);
  if (trace.points.size() >= kMaxTracePoints)
    return fmt::format("more than {} rows of one zone; write a shorter period", kMaxTracePoints);
  if (row.forecast) count(trace.forecast, row.place);
  trace.points.push_back({*at, grams, row.place});
  return {};
}

std::vector<RawTrace> RawTraces::take() {
  if (!traces_.empty() && grams_per_unit_ != 1) {
    traces_.front().notes.push_back(
        fmt::format("the intensity is taken as {}, and multiplied by {} to be gCO2eq/kWh",
                    carbon::name(traces_.front().kind), grams_per_unit_));
  }
  return std::move(traces_);
}

}  // namespace karbonetes::simulate
