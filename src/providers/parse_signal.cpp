#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "json/document.hpp"
#include "providers/signal_service.hpp"

namespace karbonetes::providers {

namespace {

using json::Document;

constexpr std::size_t kMaxBytes = 4u << 20;
constexpr std::size_t kMaxEntries = 10'000;
constexpr std::size_t kMaxName = 256;
constexpr double kMaxGrams = 100'000;
constexpr const char* kUnit = "gCO2eq/kWh";

tl::unexpected<Error> wrong(std::string_view field, std::string_view what) {
  return fail(Errc::Parse, fmt::format("signal: {} {}", field, what));
}

// A member that is there and not null.
const Document* member(const Document& object, const char* key) {
  const auto it = object.find(key);
  return it == object.end() || it->is_null() ? nullptr : &*it;
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

Status read_forecast(const Document& root, std::vector<carbon::Point<carbon::Average>>& out) {
  const auto list = list_in(root, "forecast");
  if (!list) return fail(list.error());
  if (*list == nullptr) return {};
  for (const Document& entry : **list) {
    if (!entry.is_object()) return wrong("forecast[]", "must be an object with from and intensity");
    const auto from = time_in(entry, "from", "forecast[]");
    if (!from) return fail(from.error());
    const Document* value = member(entry, "intensity");
    if (value == nullptr) continue;  // sources have gaps
    const auto number = grams(*value, "forecast[].intensity");
    if (!number) return fail(number.error());
    out.push_back({*from, carbon::Intensity<carbon::Average>(*number)});
  }
  std::ranges::stable_sort(out, {}, &carbon::Point<carbon::Average>::from);
  const auto repeated = std::ranges::unique(out, {}, &carbon::Point<carbon::Average>::from);
  out.erase(repeated.begin(), repeated.end());
  return {};
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
  if (text.size() > kMaxBytes) return fail(Errc::Parse, "signal: larger than 4 MiB");
  const auto root = json::parse(text);
  if (!root) {
    // The parser's own words quote what came, which may be long and may be anything.
    const auto first = text.find_first_not_of(" \t\r\n");
    const bool markup = first != std::string_view::npos && text[first] == '<';
    return fail(Errc::Parse,
                markup ? "signal: the answer is not JSON but HTML or XML; is this the right URL?"
                       : "signal: the answer is not JSON");
  }
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
  carbon::Series<carbon::Average> series;
  if (auto ok = read_forecast(*root, series.points); !ok) return fail(ok.error());
  const Document* observed = member(*root, "observedAt");
  if (series.points.empty() && value && observed != nullptr) {
    const auto at = time_in(*root, "observedAt", "signal");
    if (!at) return fail(at.error());
    series.points.push_back({*at, carbon::Intensity<carbon::Average>(*value)});
  }
  if (!series.points.empty()) {
    // What holds now was observed; the last step is taken to be as long as the one before it.
    const auto n = series.points.size();
    series.observed_until = series.points.front().from;
    series.end = series.points.back().from +
                 (n > 1 ? series.points[n - 1].from - series.points[n - 2].from
                        : Millis(std::chrono::hours(1)));
    signal.forecast = carbon::Forecast::prepare(std::move(series));
  }
  return signal;
}

}  // namespace karbonetes::providers
