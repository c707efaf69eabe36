#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "providers/answer.hpp"
#include "providers/signal_service.hpp"

namespace karbonetes::providers {

namespace {

using json::Document;

constexpr std::size_t kMaxEntries = 10'000;
constexpr std::size_t kMaxName = 256;
constexpr double kMaxGrams = 100'000;
constexpr const char* kUnit = "gCO2eq/kWh";

tl::unexpected<Error> wrong(std::string_view field, std::string_view what) {
  return fail(Errc::Parse, fmt::format("signal: {} {}", field, what));
}

Result<std::string> name_in(const Document& object, const char* key) {
  const Document* value = member(object, key);
  if (value == nullptr) return std::string();
  if (!value->is_string()) return wrong(key, "must be a string");
  const auto& text = value->get_ref<const std::string&>();
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (text.size() > kMaxName || std::ranges::any_of(text, control)) {
    return wrong(key, "must be at most 256 printable characters");
  }
  return text;
}

Result<TimePoint> time_in(const Document& object, const char* key, std::string_view where) {
  const std::string field = fmt::format("{}.{}", where, key);
  const Document* value = member(object, key);
  if (value == nullptr) return wrong(field, "is missing");
  if (!value->is_string()) return wrong(field, "must be an RFC 3339 string");
  const auto t = parse_rfc3339(value->get_ref<const std::string&>());
  if (!t) return wrong(field, t.error().message);
  return *t;
}

Result<double> grams(const Document& value, std::string_view field) {
  if (!value.is_number()) return wrong(field, "must be a number");
  const auto number = value.get<double>();
  if (!std::isfinite(number) || number < 0 || number > kMaxGrams) {
    return wrong(field, "must be between 0 and 100000 gCO2eq/kWh");
  }
  return number;
}

Result<const Document*> list_in(const Document& object, const char* key) {
  const Document* value = member(object, key);
  if (value == nullptr) return value;
  if (!value->is_array()) return wrong(key, "must be an array");
  if (value->size() > kMaxEntries) return wrong(key, "has more than 10000 entries");
  return value;
}

Status read_windows(const Document& root, std::vector<carbon::Interval>& out) {
  const auto list = list_in(root, "greenWindows");
  if (!list) return fail(list.error());
  if (*list == nullptr) return {};
  std::vector<carbon::Interval> windows;
  for (const Document& entry : **list) {
    if (!entry.is_object()) return wrong("greenWindows[]", "must be an object with start and end");
    const auto start = time_in(entry, "start", "greenWindows[]");
    if (!start) return fail(start.error());
    const auto end = time_in(entry, "end", "greenWindows[]");
    if (!end) return fail(end.error());
    if (*end <= *start) return wrong("greenWindows[]", "must end after it starts");
    windows.push_back({*start, *end});
  }
  std::ranges::sort(windows, {}, &carbon::Interval::start);
  for (const auto& window : windows) {
    if (!out.empty() && window.start <= out.back().end) {
      out.back().end = std::max(out.back().end, window.end);
    } else {
      out.push_back(window);
    }
  }
  return {};
}

struct Value {
  TimePoint from;
  double grams = 0;
};

Status read_values(const Document& root, const char* key, std::vector<Value>& out) {
  const std::string entries = fmt::format("{}[]", key);
  const auto list = list_in(root, key);
  if (!list) return fail(list.error());
  if (*list == nullptr) return {};
  for (const Document& entry : **list) {
    if (!entry.is_object()) return wrong(entries, "must be an object with from and intensity");
    const auto from = time_in(entry, "from", entries);
    if (!from) return fail(from.error());
    const Document* value = member(entry, "intensity");
    if (value == nullptr) continue;  // sources have gaps
    const auto number = grams(*value, entries + ".intensity");
    if (!number) return fail(number.error());
    out.push_back({*from, *number});
  }
  return {};
}

// Sorted; of several for one instant the first holds.
void put_in_order(std::vector<Value>& values) {
  std::ranges::stable_sort(values, {}, &Value::from);
  const auto repeated = std::ranges::unique(values, {}, &Value::from);
  values.erase(repeated.begin(), repeated.end());
}

// `observed_until`: absent: all of it is observed. The last step is taken to be as long as the one
// before it.
template <carbon::IntensityKind Kind>
carbon::AnySeries series_of(const std::vector<Value>& values,
                            std::optional<TimePoint> observed_until) {
  carbon::Series<Kind> series;
  for (const Value& v : values) series.points.push_back({v.from, carbon::Intensity<Kind>(v.grams)});
  const auto n = values.size();
  series.end = values.back().from +
               (n > 1 ? values[n - 1].from - values[n - 2].from : Millis(std::chrono::hours(1)));
  series.observed_until = observed_until.value_or(series.end);
  return series;
}

Status read_intensity(const Document& root, std::optional<double>& out) {
  const Document* intensity = member(root, "intensity");
  if (intensity == nullptr) return {};
  if (!intensity->is_object()) return wrong("intensity", "must be an object with value and unit");
  const auto unit = name_in(*intensity, "unit");
  if (!unit) return fail(unit.error());
  if (!unit->empty() && *unit != kUnit) return wrong("intensity.unit", "must be gCO2eq/kWh");
  const Document* value = member(*intensity, "value");
  if (value == nullptr) return {};
  const auto number = grams(*value, "intensity.value");
  if (!number) return fail(number.error());
  out = *number;
  return {};
}

}  // namespace

Result<carbon::Signal> parse_signal(std::string_view text) {
  const auto root = parse_answer(text);
  if (!root) return fail(root.error().code, "signal: " + root.error().message);
  if (!root->is_object()) return fail(Errc::Parse, "signal: the answer is not a JSON object");

  carbon::Signal signal;
  const auto source = name_in(*root, "source");
  if (!source) return fail(source.error());
  signal.source = source->empty() ? "karbonetes-signal" : *source;
  const auto zone = name_in(*root, "zone");
  if (!zone) return fail(zone.error());
  signal.zone = *zone;
  const Document* green = member(*root, "green");
  if (green == nullptr) return wrong("green", "is missing");
  if (!green->is_boolean()) return wrong("green", "must be true or false");
  signal.green = green->get<bool>();
  std::optional<double> value;
  if (auto ok = read_intensity(*root, value); !ok) return fail(ok.error());
  if (auto ok = read_windows(*root, signal.green_windows); !ok) return fail(ok.error());
  std::vector<Value> values, ahead;
  if (auto ok = read_values(*root, "observed", values); !ok) return fail(ok.error());
  if (auto ok = read_values(*root, "forecast", ahead); !ok) return fail(ok.error());
  const auto kind = name_in(*root, "kind");
  if (!kind) return fail(kind.error());
  if (!kind->empty() && *kind != carbon::Average::kName && *kind != carbon::Marginal::kName) {
    return wrong("kind", "must be average or marginal");
  }
  const Document* observed = member(*root, "observedAt");
  if (values.empty() && ahead.empty() && value && observed != nullptr) {
    const auto at = time_in(*root, "observedAt", "signal");
    if (!at) return fail(at.error());
    ahead.push_back({*at, *value});
  }
  put_in_order(ahead);
  const auto from = ahead.empty() ? std::nullopt : std::optional(ahead.front().from);
  values.insert(values.end(), ahead.begin(), ahead.end());
  put_in_order(values);
  if (!values.empty()) {
    signal.forecast = carbon::Forecast::prepare(*kind == carbon::Marginal::kName
                                                    ? series_of<carbon::Marginal>(values, from)
                                                    : series_of<carbon::Average>(values, from));
  }
  return signal;
}

}  // namespace karbonetes::providers
