#include <fmt/format.h>

#include <charconv>

#include "base/text.hpp"
#include "csv/table.hpp"
#include "json/document.hpp"
#include "simulate/input/trace_points.hpp"
#include "simulate/input/trace_units.hpp"

namespace karbonetes::simulate {

namespace {

using carbon::KindTag;
using json::Document;

// As a document it takes 6 times as much memory, and 23 times when it is made to.
constexpr std::size_t kMaxJsonBytes = 32u << 20;

tl::unexpected<Error> wrong(const TraceOptions& options, std::string_view what) {
  return fail(Errc::Parse, options.file + ": " + std::string(what));
}

// The number behind `label` in the parser's message.
std::optional<std::size_t> number_behind(std::string_view message, std::string_view label) {
  const auto at = message.find(label);
  if (at == std::string_view::npos) return std::nullopt;
  message.remove_prefix(at + label.size());
  std::size_t out = 0;
  const auto [end, error] = std::from_chars(message.data(), message.data() + message.size(), out);
  if (error != std::errc()) return std::nullopt;
  return out;
}

// The parser's message quotes the file at any length: only its place is taken over.
tl::unexpected<Error> not_json(const TraceOptions& options, std::string_view message) {
  const auto line = number_behind(message, "parse error at line ");
  const auto column = number_behind(message, ", column ");
  if (line && column)
    return fail(Errc::Parse,
                fmt::format("{}:{}: what ends at column {} is not JSON; give the whole file as it "
                            "was exported, or CSV with time,intensity",
                            options.file, *line, *column));
  if (message.find("number overflow") != std::string_view::npos)
    return wrong(options, "a number is too large; write gCO2eq/kWh from 0 to 100000");
  return wrong(options, fmt::format("{}; write an array of objects with datetime and "
                                    "carbonIntensity, or CSV with time,intensity",
                                    message));
}

const Document* member(const Document& object, std::initializer_list<const char*> names) {
  if (!object.is_object()) return nullptr;
  for (const char* name : names) {
    const auto it = object.find(name);
    if (it != object.end()) return &*it;
  }
  return nullptr;
}

std::string text_of(const Document* value) {
  if (value == nullptr) return "";
  if (value->is_string()) return value->get<std::string>();
  return value->is_number() ? value->dump() : "";
}

bool missing(const Document* value) { return value == nullptr || value->is_null(); }

struct Value {
  const Document* document = nullptr;  // null: nothing
  bool forecast = false;
};

Value either(const Document* actual, const Document* forecast) {
  if (missing(actual) && !missing(forecast)) return {forecast, true};
  return {actual, false};
}

// What one entry says its intensity is.
Value value_of(const Document& entry) {
  const Document* value = member(
      entry, {"carbonIntensity", "carbon_intensity", "intensity", "value", "moer", "rating"});
  if (value != nullptr && value->is_object())
    return either(member(*value, {"actual"}), member(*value, {"forecast"}));
  return {value, false};
}

std::string zone_of(const Document& entry) {
  const Document* zone = member(entry, {"zone", "region", "ba"});
  return zone != nullptr && zone->is_string() ? zone->get<std::string>() : "";
}

// Of the whole file; empty: it names none.
std::string zone_of_file(const Document& whole) {
  const Document* meta = member(whole, {"meta"});
  std::string out = meta != nullptr ? zone_of(*meta) : "";
  return out.empty() ? zone_of(whole) : out;
}

// Whatever holds a list of entries; null: nothing.
const Document* entries_of(const Document& whole) {
  const Document* out =
      whole.is_array() ? &whole : member(whole, {"history", "data", "forecast", "points"});
  return out != nullptr && out->is_array() ? out : nullptr;
}

struct Quantity {
  KindTag kind = KindTag::Average;
  double grams_per_unit = 1;
};

// WattTime says its unit in meta, or (version 2) nowhere.
Result<Quantity> quantity_of(const Document& whole, const TraceOptions& options) {
  const Document* meta = member(whole, {"meta"});
  const Document* units = meta == nullptr ? nullptr : member(*meta, {"units"});
  const Document* entries = entries_of(whole);
  const bool version_2 = whole.is_array() && entries != nullptr && !entries->empty() &&
                         member(entries->front(), {"point_time"}) != nullptr;
  if (missing(units) && !version_2) return Quantity{};
  const auto unit = missing(units) ? std::optional(kGramsPerKwhOfLbPerMwh)
                                   : grams_per_kwh_of(csv::plain(text_of(units)));
  if (!unit)
    return wrong(options, fmt::format("meta.units is {}; give a carbon intensity, e.g. in "
                                      "lbs_co2_per_mwh or gCO2eq/kWh",
                                      in_quotes(text_of(units))));
  const std::string signal =
      meta == nullptr ? "" : text_of(member(*meta, {"signal_type"}));  // co2_moer, co2_aoer
  const bool marginal = signal.find("aoer") == std::string::npos &&
                        (*unit == kGramsPerKwhOfLbPerMwh || !signal.empty());
  return Quantity{marginal ? KindTag::Marginal : KindTag::Average, *unit};
}

class Reader {
 public:
  Reader(const Document& whole, const TraceOptions& options, LocalTimes times, Quantity quantity)
      : whole_(whole),
        options_(options),
        kind_(quantity.kind),
        zone_(zone_of_file(whole)),
        traces_(options, times, quantity.grams_per_unit) {}

  Result<std::vector<RawTrace>> read() {
    const Document* seconds = member(whole_, {"unix_seconds"});
    Status done;
    if (seconds != nullptr) {
      done = arrays(*seconds);
    } else if (const Document* list = entries_of(whole_)) {
      done = entries(*list);
    } else {
      return wrong(options_,
                   "no list of intensities is known in it; it must be an array of objects with "
                   "datetime and carbonIntensity, or have one as history, data or forecast");
    }
    if (!done) return fail(done.error());
    auto out = traces_.take();
    if (out.empty())
      return wrong(options_,
                   "there is no entry with a time and an intensity; write objects with datetime "
                   "and carbonIntensity");
    return out;
  }

 private:
  // Energy-Charts: arrays side by side.
  Status arrays(const Document& seconds) {
    const Document* actual = member(whole_, {"co2eq"});
    const Document* forecast = member(whole_, {"co2eq_forecast"});
    const auto fits = [&](const Document* values) {
      return values == nullptr || (values->is_array() && values->size() == seconds.size());
    };
    if (!seconds.is_array() || (actual == nullptr && forecast == nullptr) || !fits(actual) ||
        !fits(forecast))
      return wrong(options_, "unix_seconds and co2eq must be arrays of one length");
    for (std::size_t i = 0; i < seconds.size(); ++i) {
      const Value value = either(actual == nullptr ? nullptr : &(*actual)[i],
                                 forecast == nullptr ? nullptr : &(*forecast)[i]);
      if (auto ok = add(i + 1, zone_, text_of(&seconds[i]), value); !ok) return ok;
    }
    return {};
  }

  Status entries(const Document& list) {
    std::size_t number = 0;
    for (const auto& entry : list) {
      ++number;
      const Document* time = member(entry, {"datetime", "point_time", "from", "time", "timestamp"});
      if (time == nullptr)
        return wrong(options_, fmt::format("entry {} has no time; write datetime and "
                                           "carbonIntensity",
                                           number));
      const std::string mine = zone_of(entry);
      if (auto ok = add(number, mine.empty() ? zone_ : mine, text_of(time), value_of(entry)); !ok)
        return ok;
    }
    return {};
  }

  Status add(std::size_t number, const std::string& zone, const std::string& time, Value value) {
    RawRow row;
    row.place = number;
    row.kind = kind_;
    row.zone = zone;
    row.time = time;
    std::string text;
    if (!missing(value.document)) {
      row.forecast = value.forecast;
      if (value.document->is_number()) {
        row.value = value.document->get<double>();
      } else {
        text = value.document->dump();
        row.text = text;
      }
    }
    const std::string problem = traces_.add(row);
    if (problem.empty()) return {};
    return wrong(options_, fmt::format("entry {}: {}", number, problem));
  }

  const Document& whole_;
  const TraceOptions& options_;
  KindTag kind_;
  std::string zone_;
  RawTraces traces_;
};

}  // namespace

Result<std::vector<RawTrace>> read_trace_json(std::string_view text, const TraceOptions& options) {
  if (text.size() > kMaxJsonBytes)
    return fail(Errc::InvalidArgument,
                options.file + " is larger than 32 MiB; write it as CSV: time,intensity");
  const auto whole = json::parse(text);
  if (!whole) return not_json(options, whole.error().message);
  const auto times = LocalTimes::of(options.time_zone);
  if (!times) return fail(times.error());
  const auto quantity = quantity_of(*whole, options);
  if (!quantity) return fail(quantity.error());
  return Reader(*whole, options, *times, *quantity).read();
}

}  // namespace karbonetes::simulate
