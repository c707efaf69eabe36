#include "carbon/codec/signal_codec.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace karbonetes::carbon {

namespace {

using json::Document;

constexpr std::size_t kMaxName = 1024;
constexpr double kMaxGrams = 100'000;
constexpr double kMaxSeconds = 3660.0 * 86400;  // ten years of a series
constexpr std::string_view kUnit = "gCO2eq/kWh";

tl::unexpected<Error> wrong(std::string_view field, std::string_view what) {
  return fail(Errc::Parse, fmt::format("signal: {} {}", field, what));
}

// --- writing
// ---------------------------------------------------------------------------------------

// Names come from configuration files, which may be in any encoding.
Document utf8(const std::string& text) {
  const std::string safe = Document(text).dump(-1, ' ', false, Document::error_handler_t::replace);
  auto parsed = json::parse(safe);
  return parsed ? std::move(*parsed) : Document("");
}

std::string instant(TimePoint t) {
  const bool whole = t == std::chrono::floor<Seconds>(t);
  return whole ? format_rfc3339(t) : format_rfc3339_micro(t);
}

Document seconds_since(TimePoint start, TimePoint t) {
  const auto ms = (t - start).count();
  if (ms % 1000 == 0) return ms / 1000;
  return static_cast<double>(ms) / 1000;
}

Document encode_series(const Forecast& forecast) {
  auto seconds = Document::array();
  auto values = Document::array();
  for (const TimePoint from : forecast.starts()) {
    seconds.push_back(seconds_since(forecast.begin(), from));
  }
  for (const double value : forecast.values()) values.push_back(std::round(value * 1000) / 1000);
  const TimePoint observed =
      std::clamp(forecast.observed_until(), forecast.begin(), forecast.end());
  return {{"kind", name(forecast.kind())},      {"unit", kUnit},
          {"start", instant(forecast.begin())}, {"seconds", std::move(seconds)},
          {"values", std::move(values)},        {"end", instant(forecast.end())},
          {"observedUntil", instant(observed)}};
}

// --- reading
// ---------------------------------------------------------------------------------------

// A member that is there and not null.
const Document* member(const Document& object, const char* key) {
  const auto it = object.find(key);
  return it == object.end() || it->is_null() ? nullptr : &*it;
}

Result<std::string> text_in(const Document& object, const char* key) {
  const Document* value = member(object, key);
  if (value == nullptr) return std::string();
  if (!value->is_string()) return wrong(key, "must be a string");
  const auto& text = value->get_ref<const std::string&>();
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (text.size() > kMaxName || std::ranges::any_of(text, control)) {
    return wrong(key, "must be at most 1024 printable characters");
  }
  return text;
}

Result<TimePoint> time_in(const Document& object, const char* key, const std::string& field) {
  const Document* value = member(object, key);
  if (value == nullptr) return wrong(field, "is missing");
  if (!value->is_string()) return wrong(field, "must be an RFC 3339 string");
  const auto t = parse_rfc3339(value->get_ref<const std::string&>());
  if (!t) return wrong(field, t.error().message);
  return *t;
}

Result<Millis> duration_in(const Document& object, const char* key) {
  const Document* value = member(object, key);
  if (value == nullptr) return Millis(0);
  if (!value->is_string()) return wrong(key, "must be a duration, e.g. \"10m\"");
  const auto duration = parse_duration(value->get_ref<const std::string&>());
  if (!duration) return wrong(key, duration.error().message);
  return *duration;
}

Result<const Document*> numbers_in(const Document& object, const char* key,
                                   std::string_view field) {
  const Document* value = member(object, key);
  if (value == nullptr || !value->is_array()) return wrong(field, "must be an array of numbers");
  if (value->size() > kMaxEncodedPoints) return wrong(field, "has more than 100000 entries");
  return value;
}

Result<std::vector<Interval>> decode_windows(const Document& root) {
  std::vector<Interval> out;
  const Document* list = member(root, "greenWindows");
  if (list == nullptr) return out;
  if (!list->is_array()) return wrong("greenWindows", "must be an array");
  if (list->size() > kMaxEncodedWindows)
    return wrong("greenWindows", "has more than 10000 entries");
  for (const Document& entry : *list) {
    const std::string field = fmt::format("greenWindows[{}]", out.size());
    if (!entry.is_object()) return wrong(field, "must be an object with start and end");
    const auto start = time_in(entry, "start", field + ".start");
    if (!start) return fail(start.error());
    const auto end = time_in(entry, "end", field + ".end");
    if (!end) return fail(end.error());
    if (*end <= *start) return wrong(field, "must end after it starts");
    if (!out.empty() && *start < out.back().end) {
      return wrong(field, "must not start before the one before it has ended");
    }
    out.push_back({*start, *end});
  }
  return out;
}

template <IntensityKind Kind>
Result<AnySeries> decode_points(const Document& series) {
  const auto start = time_in(series, "start", "series.start");
  if (!start) return fail(start.error());
  const auto seconds = numbers_in(series, "seconds", "series.seconds");
  if (!seconds) return fail(seconds.error());
  const auto values = numbers_in(series, "values", "series.values");
  if (!values) return fail(values.error());
  if ((*seconds)->size() != (*values)->size() || (*seconds)->empty()) {
    return wrong("series", "must have as many values as seconds, one at least");
  }
  Series<Kind> out;
  out.points.reserve((*seconds)->size());
  for (std::size_t i = 0; i < (*seconds)->size(); ++i) {
    const Document &after = (**seconds)[i], &value = (**values)[i];
    const double s = after.is_number() ? after.get<double>() : -1;
    if (!(s >= 0 && s <= kMaxSeconds)) {
      return wrong(fmt::format("series.seconds[{}]", i), "must be a number, 0 to 316224000");
    }
    const double grams = value.is_number() ? value.get<double>() : -1;
    if (!(grams >= 0 && grams <= kMaxGrams)) {
      return wrong(fmt::format("series.values[{}]", i), "must be a number, 0 to 100000 gCO2eq/kWh");
    }
    const TimePoint from = *start + Millis(std::llround(s * 1000));
    if (i > 0 && from <= out.points.back().from) {
      return wrong(fmt::format("series.seconds[{}]", i), "must be more than the one before it");
    }
    out.points.push_back({from, Intensity<Kind>(grams)});
  }
  const auto end = time_in(series, "end", "series.end");
  if (!end) return fail(end.error());
  if (*end < out.points.back().from)
    return wrong("series.end", "must not be before the last point");
  const auto observed = time_in(series, "observedUntil", "series.observedUntil");
  if (!observed) return fail(observed.error());
  if (*observed < out.points.front().from || *observed > *end) {
    return wrong("series.observedUntil", "must be within the series");
  }
  out.end = *end;
  out.observed_until = *observed;
  return AnySeries(std::move(out));
}

Result<AnySeries> decode_series(const Document& root) {
  const Document* series = member(root, "series");
  if (series == nullptr) return AnySeries{};
  if (!series->is_object()) return wrong("series", "must be an object or null");
  const auto unit = text_in(*series, "unit");
  if (!unit) return fail(unit.error());
  if (!unit->empty() && *unit != kUnit) return wrong("series.unit", "must be gCO2eq/kWh");
  const auto kind = text_in(*series, "kind");
  if (!kind) return fail(kind.error());
  if (*kind == Average::kName) return decode_points<Average>(*series);
  if (*kind == Marginal::kName) return decode_points<Marginal>(*series);
  return wrong("series.kind", "must be \"average\" or \"marginal\"");
}

}  // namespace

json::Document encode_signal(const Signal& signal) {
  auto windows = Document::array();
  for (const auto& window : signal.green_windows) {
    windows.push_back({{"start", instant(window.start)}, {"end", instant(window.end)}});
  }
  return {{"source", utf8(signal.source)},
          {"zone", utf8(signal.zone)},
          {"observedAt", instant(signal.observed_at)},
          {"green", signal.says_green ? Document(signal.green) : Document(nullptr)},
          {"greenWindows", std::move(windows)},
          {"staleAfter", format_duration(signal.stale_after)},
          {"unknownAfter", format_duration(signal.unknown_after)},
          {"series", signal.forecast ? encode_series(*signal.forecast) : Document(nullptr)}};
}

Result<Signal> decode_signal(const json::Document& document) {
  if (!document.is_object()) return fail(Errc::Parse, "signal: must be a JSON object");
  Signal out;
  auto source = text_in(document, "source");
  if (!source) return fail(source.error());
  out.source = std::move(*source);
  auto zone = text_in(document, "zone");
  if (!zone) return fail(zone.error());
  out.zone = std::move(*zone);
  const auto observed_at = time_in(document, "observedAt", "observedAt");
  if (!observed_at) return fail(observed_at.error());
  out.observed_at = *observed_at;
  const Document* green = member(document, "green");
  if (green != nullptr && !green->is_boolean())
    return wrong("green", "must be true, false or null");
  out.says_green = green != nullptr;
  out.green = green != nullptr && green->get<bool>();
  auto windows = decode_windows(document);
  if (!windows) return fail(windows.error());
  out.green_windows = std::move(*windows);
  const auto stale = duration_in(document, "staleAfter");
  if (!stale) return fail(stale.error());
  out.stale_after = *stale;
  const auto unknown = duration_in(document, "unknownAfter");
  if (!unknown) return fail(unknown.error());
  out.unknown_after = *unknown;
  auto series = decode_series(document);
  if (!series) return fail(series.error());
  out.forecast = Forecast::prepare(std::move(*series));
  return out;
}

}  // namespace karbonetes::carbon
