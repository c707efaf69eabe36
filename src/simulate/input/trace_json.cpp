#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/text.hpp"
#include "json/document.hpp"
#include "simulate/input/trace_points.hpp"

namespace karbonetes::simulate {

namespace {

using json::Document;

constexpr std::size_t kMaxJsonBytes = 128u << 20;

tl::unexpected<Error> wrong(const TraceOptions& options, std::string_view what) {
  return fail(Errc::Parse, options.file + ": " + std::string(what));
}

const Document* member(const Document& object, std::initializer_list<const char*> names) {
  if (!object.is_object()) return nullptr;
  for (const char* name : names) {
    const auto it = object.find(name);
    if (it != object.end()) return &*it;
  }
  return nullptr;
}

std::string text_of(const Document& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_number() ? value.dump() : "";
}

// What one entry says its intensity is; null: nothing.
const Document* value_of(const Document& entry) {
  const Document* value = member(
      entry, {"carbonIntensity", "carbon_intensity", "intensity", "value", "moer", "rating"});
  if (value != nullptr && value->is_object()) {
    const Document* actual = member(*value, {"actual"});
    return actual != nullptr && !actual->is_null() ? actual : member(*value, {"forecast"});
  }
  return value;
}

class Reader {
 public:
  Reader(const TraceOptions& options, LocalTimes times, bool lb_per_mwh)
      : options_(options), times_(times), lb_per_mwh_(lb_per_mwh) {}

  Status add(std::size_t number, const std::string& zone, const std::string& time,
             const Document* value) {
    const auto at = times_.read(time);
    if (!at)
      return wrong(options_, fmt::format("entry {}: the time is {}; write RFC 3339, e.g. "
                                         "2026-11-24T22:00:00Z, or seconds since 1970",
                                         number, in_quotes(time)));
    RawTrace& trace = trace_of(zone);
    if (value == nullptr || value->is_null()) {
      if (trace.empty++ == 0) trace.first_empty = number;
      return {};
    }
    double grams = value->is_number() ? value->get<double>() : -1e300;
    if (lb_per_mwh_) grams *= kGramsPerKwhOfLbPerMwh;
    if (!believable(grams, trace.kind))
      return wrong(options_, fmt::format("entry {}: the intensity is {}; {}", number,
                                         in_quotes(value->dump()), kBelievable));
    if (trace.points.size() >= kMaxTracePoints)
      return wrong(options_, fmt::format("more than {} entries", kMaxTracePoints));
    trace.points.push_back({*at, grams, number});
    return {};
  }
  Result<std::vector<RawTrace>> take() {
    if (traces_.empty()) return wrong(options_, "there is no entry with a time and an intensity");
    if (lb_per_mwh_)
      traces_.front().notes.emplace_back(
          "the intensity is taken as marginal, in lb/MWh, and converted to gCO2eq/kWh");
    return std::move(traces_);
  }

 private:
  RawTrace& trace_of(const std::string& zone) {
    const auto [it, added] = by_name_.emplace(zone, traces_.size());
    if (added) {
      traces_.push_back(
          {zone, lb_per_mwh_ ? carbon::KindTag::Marginal : carbon::KindTag::Average, {}, 0, 0, {}});
    }
    return traces_[it->second];
  }

  const TraceOptions& options_;
  LocalTimes times_;
  bool lb_per_mwh_;
  std::vector<RawTrace> traces_;
  std::map<std::string, std::size_t> by_name_;
};

std::string zone_of(const Document& entry, const std::string& otherwise) {
  const Document* zone = member(entry, {"zone", "region"});
  return zone != nullptr && zone->is_string() ? zone->get<std::string>() : otherwise;
}

std::string default_zone(const Document& whole, const TraceOptions& options) {
  if (!options.zone.empty()) return options.zone;
  if (const Document* meta = member(whole, {"meta"})) {
    const std::string region = zone_of(*meta, "");
    if (!region.empty()) return region;
  }
  std::string named = zone_of(whole, "");
  if (!named.empty()) return named;
  const auto slash = options.file.find_last_of('/');
  const auto name = slash == std::string::npos ? options.file : options.file.substr(slash + 1);
  return name.substr(0, name.find_last_of('.'));
}

// Energy-Charts: two arrays side by side.
Status read_arrays(const Document& seconds, const Document& values, const std::string& zone,
                   const TraceOptions& options, Reader& reader) {
  if (!seconds.is_array() || !values.is_array() || seconds.size() != values.size())
    return wrong(options, "unix_seconds and co2eq must be arrays of one length");
  for (std::size_t i = 0; i < seconds.size(); ++i) {
    if (auto ok = reader.add(i + 1, zone, text_of(seconds[i]), &values[i]); !ok) return ok;
  }
  return {};
}

Status read_entries(const Document& entries, const std::string& zone, const TraceOptions& options,
                    Reader& reader) {
  std::size_t number = 0;
  for (const auto& entry : entries) {
    ++number;
    const Document* time = member(entry, {"datetime", "point_time", "from", "time", "timestamp"});
    if (time == nullptr)
      return wrong(options,
                   fmt::format("entry {} has no time; write datetime and carbonIntensity", number));
    const std::string mine = options.zone.empty() ? zone_of(entry, zone) : zone;
    if (auto ok = reader.add(number, mine, text_of(*time), value_of(entry)); !ok) return ok;
  }
  return {};
}

bool in_lb_per_mwh(const Document& whole) {
  const Document* meta = member(whole, {"meta"});
  const Document* units = meta == nullptr ? nullptr : member(*meta, {"units"});
  return units != nullptr && text_of(*units).find("lb") != std::string::npos;
}

}  // namespace

Result<std::vector<RawTrace>> read_trace_json(std::string_view text, const TraceOptions& options) {
  if (text.size() > kMaxJsonBytes)
    return fail(Errc::InvalidArgument,
                options.file + " is larger than 128 MiB; write it as CSV: time,intensity");
  const auto whole = json::parse(text);
  if (!whole) return wrong(options, whole.error().message);
  auto times = LocalTimes::of(options.time_zone);
  if (!times) return fail(times.error());
  Reader reader(options, *times, in_lb_per_mwh(*whole));
  const std::string zone = default_zone(*whole, options);
  Status done;
  const Document* seconds = member(*whole, {"unix_seconds"});
  const Document* values = member(*whole, {"co2eq", "co2eq_forecast"});
  const Document* entries =
      whole->is_array() ? &*whole : member(*whole, {"history", "data", "forecast"});
  if (seconds != nullptr && values != nullptr) {
    done = read_arrays(*seconds, *values, zone, options, reader);
  } else if (entries != nullptr && entries->is_array()) {
    done = read_entries(*entries, zone, options, reader);
  } else {
    return wrong(options,
                 "no list of intensities is known in it; it must be an array of objects with "
                 "datetime and carbonIntensity, or have one as history, data or forecast");
  }
  if (!done) return fail(done.error());
  return reader.take();
}

}  // namespace karbonetes::simulate
