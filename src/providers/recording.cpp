// The two file formats of replay.hpp.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/time_text.hpp"
#include "providers/answer.hpp"
#include "providers/points.hpp"
#include "providers/replay.hpp"

namespace karbonetes::providers {

namespace {

using json::Document;

constexpr std::array kTimeNames = {"time", "datetime", "datetimeutc", "timestamp",   "date",
                                   "from", "start",    "pointtime",   "unixseconds", "epoch"};
constexpr std::array kValueNames = {"intensity", "value", "rating", "co2eq"};

// "Carbon Intensity gCO2eq/kWh (direct)" -> "carbonintensitygco2eqkwhdirect"
std::string plain(std::string_view name) {
  std::string out;
  for (const char c : name.substr(0, 128)) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out += c;
    if (c >= 'A' && c <= 'Z') out += static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

bool is_time(std::string_view name) {
  return std::ranges::find(kTimeNames, plain(name)) != kTimeNames.end();
}
bool is_value(std::string_view name) {
  const std::string text = plain(name);
  return text.starts_with("carbonintensity") ||
         std::ranges::find(kValueNames, text) != kValueNames.end();
}

std::optional<double> number_of(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Result<TimePoint> instant_of(std::string_view text) {
  if (const auto seconds = number_of(text)) {
    if (const auto t = from_epoch_seconds(*seconds)) return *t;
  }
  return parse_source_time(text);
}

bool usable(double grams) {
  return std::isfinite(grams) && grams >= 0 && grams <= Points::kMaxGrams;
}

Result<Recording> in_order(Recording points) {
  if (points.empty()) return fail(Errc::Parse, "the recording holds no usable value");
  std::ranges::stable_sort(points, {}, &RecordedPoint::from);
  const auto repeated = std::ranges::unique(points, {}, &RecordedPoint::from);
  points.erase(repeated.begin(), repeated.end());
  return points;
}

// The cells of a CSV line (RFC 4180, without line breaks in quotes), trimmed.
std::vector<std::string> cells_of(std::string_view line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"') {
      if (quoted && i + 1 < line.size() && line[i + 1] == '"') {
        cells.back() += line[++i];
      } else {
        quoted = !quoted;
      }
    } else if (!quoted && (c == ',' || c == ';' || c == '\t')) {
      cells.emplace_back();
    } else {
      cells.back() += c;
    }
  }
  for (std::string& cell : cells) {
    const auto first = cell.find_first_not_of(" \r");
    cell = first == std::string::npos
               ? std::string()
               : cell.substr(first, cell.find_last_not_of(" \r") - first + 1);
  }
  return cells;
}

tl::unexpected<Error> at_line(std::size_t line, std::string_view what) {
  return fail(Errc::Parse, fmt::format("line {}: {}", line, what));
}

struct Columns {
  std::size_t time, value;
};

Result<Columns> columns_of(std::string_view header, std::size_t line) {
  const auto names = cells_of(header);
  const auto time = std::ranges::find_if(names, is_time);
  const auto value = std::ranges::find_if(names, is_value);
  if (time == names.end() || value == names.end()) {
    return at_line(line, "the header must name the columns; write time,intensity");
  }
  return Columns{static_cast<std::size_t>(time - names.begin()),
                 static_cast<std::size_t>(value - names.begin())};
}

const Document* named(const Document& entry, bool (*is)(std::string_view)) {
  for (const auto& [key, value] : entry.items()) {
    if (is(key) && !value.is_null() && !value.is_object()) return &value;
  }
  return nullptr;
}

}  // namespace

Result<Recording> parse_recording_csv(std::string_view text) {
  if (text.size() > kMaxRecordingBytes) return fail(Errc::InvalidArgument, "larger than 16 MiB");
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // what spreadsheets put in front
  Recording points;
  std::optional<Columns> columns;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos || line.starts_with('#'))
      continue;
    if (!columns) {
      const auto found = columns_of(line, number);
      if (!found) return fail(found.error());
      columns = *found;
      continue;
    }
    const auto cells = cells_of(line);
    if (cells.size() <= std::max(columns->time, columns->value)) {
      return at_line(number, "has fewer columns than the header");
    }
    if (cells[columns->value].empty()) continue;
    const auto from = instant_of(cells[columns->time]);
    if (!from) return at_line(number, from.error().message);
    const auto grams = number_of(cells[columns->value]);
    if (!grams) return at_line(number, "the intensity must be a number of gCO2eq/kWh");
    if (points.size() >= kMaxRecordedPoints) return at_line(number, "more than 200000 points");
    if (usable(*grams)) points.push_back({*from, *grams});
  }
  return in_order(std::move(points));
}

Result<Recording> parse_recording_json(std::string_view text) {
  if (text.size() > kMaxRecordingBytes) return fail(Errc::InvalidArgument, "larger than 16 MiB");
  const auto root = json::parse(text);
  if (!root) return fail(Errc::Parse, "the recording is not JSON");
  const Document* list = &*root;
  for (const char* key : {"data", "history", "forecast", "points"}) {
    if (const Document* inner = member(*root, key)) {
      list = inner;
      break;
    }
  }
  if (!list->is_array()) {
    return fail(Errc::Parse, "must be an array; write [{\"time\": \"...\", \"intensity\": 210}]");
  }
  if (list->size() > kMaxRecordedPoints) return fail(Errc::Parse, "more than 200000 points");
  Recording points;
  for (const Document& entry : *list) {
    if (!entry.is_object()) return fail(Errc::Parse, "entries must be objects");
    const Document* time = named(entry, is_time);
    const Document* value = named(entry, is_value);
    if (value == nullptr) continue;
    if (time == nullptr) return fail(Errc::Parse, "an entry has no time");
    if (!value->is_number()) return fail(Errc::Parse, "an intensity must be a number");
    const auto from =
        time->is_number()
            ? instant_of(fmt::format("{}", time->get<double>()))
            : instant_of(time->is_string() ? time->get_ref<const std::string&>() : std::string());
    if (!from) return fail(Errc::Parse, "an entry's time: " + from.error().message);
    if (usable(value->get<double>())) points.push_back({*from, value->get<double>()});
  }
  return in_order(std::move(points));
}

}  // namespace karbonetes::providers
