#include "simulate/input/trace_columns.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "simulate/input/trace_units.hpp"

namespace karbonetes::simulate {

namespace {

using carbon::KindTag;

constexpr std::array<std::string_view, 12> kTimes{
    "datetime (utc)", "datetime", "point_time", "from",         "time",    "timestamp",
    "start (utc)",    "start",    "start_time", "unix_seconds", "seconds", "date"};
constexpr std::array<std::string_view, 8> kZones{"zone id",   "zone_key", "zone",      "region",
                                                 "region_id", "ba",       "zone_name", "country"};

bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// Of a column, as csv::plain has them.
struct Named {
  std::string name;
  std::string with_unit;
};

std::vector<Named> names_of(const csv::Table& table, std::span<const std::string_view> units) {
  std::vector<Named> out;
  for (std::size_t i = 0; i < table.header().size(); ++i) {
    const std::string name = csv::plain(table.header()[i]);
    out.push_back({name, i < units.size() ? name + csv::plain(units[i]) : name});
  }
  return out;
}

constexpr int kActual = 3;
constexpr int kForecast = 9;

// How well a column says "carbon intensity": 0 not at all, the smallest other is the best.
int rank(const Named& column) {
  const std::string& name = column.name;
  const bool carbon = holds(name, "carbonintensity");
  if (name == "forecast" || name == "co2eqforecast" || (carbon && holds(name, "forecast")))
    return kForecast;
  if (carbon && holds(name, "lifecycle")) return 1;
  if (name == "carbonintensityavg") return 2;
  if (name == "actual" || (carbon && holds(name, "actual"))) return kActual;
  if (name == "carbonintensity" || name == "intensity") return 4;
  if (carbon && !holds(name, "direct") && !holds(name, "marginal")) return 5;
  if (name == "moer" || name == "aoer" || name == "co2eq" || name == "value" || name == "rating")
    return 6;
  if (holds(column.with_unit, "co2") || holds(column.with_unit, "co₂")) {
    if (grams_per_kwh_of(column.with_unit)) return 7;
  }
  return carbon ? 8 : 0;
}

Result<std::size_t> asked_column(const csv::Table& table, const std::vector<Named>& names,
                                 const std::string& asked) {
  const std::string wanted = csv::plain(asked);
  auto found = std::ranges::find(names, wanted, &Named::name);
  if (found == names.end() && !wanted.empty())
    found =
        std::ranges::find_if(names, [&](const Named& each) { return holds(each.name, wanted); });
  if (wanted.empty() || found == names.end())
    return table.wrong("there is no column " + in_quotes(asked) +
                       " for the intensity; write one that the header names");
  return static_cast<std::size_t>(found - names.begin());
}

Result<std::size_t> best_column(const csv::Table& table, const std::vector<Named>& names) {
  std::size_t best = names.size();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const int mine = rank(names[i]);
    if (mine != 0 && (best == names.size() || mine < rank(names[best]))) best = i;
  }
  if (best == names.size())
    return table.wrong(
        "no column is the carbon intensity; name it intensity (gCO2eq/kWh), or say "
        "which it is with --intensity-column");
  return best;
}

// "Date (GMT+1)": its times have offsets of their own.
std::optional<std::size_t> time_column(const csv::Table& table, const std::vector<Named>& names) {
  if (const auto known = table.column(kTimes)) return known;
  const auto found = std::ranges::find_if(names, [](const Named& each) {
    return std::ranges::any_of(
        std::initializer_list<std::string_view>{"date(", "datum(", "datetime(", "time("},
        [&](auto start) { return each.name.starts_with(start); });
  });
  if (found == names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names.begin());
}

}  // namespace

Result<TraceColumns> trace_columns(const csv::Table& table, std::span<const std::string_view> units,
                                   const TraceOptions& options) {
  const auto names = names_of(table, units);
  const auto time = time_column(table, names);
  if (!time)
    return table.wrong(
        "no column is the time; the header must name time and intensity, e.g. "
        "time,intensity");
  const auto value = options.column.empty() ? best_column(table, names)
                                            : asked_column(table, names, options.column);
  if (!value) return fail(value.error());
  const Named& chosen = names[*value];
  TraceColumns out;
  out.time = *time;
  out.value = *value;
  if (rank(chosen) == kActual || chosen.name == "co2eq") {
    const auto forecast = std::ranges::find(names, kForecast, rank);
    if (forecast != names.end()) out.forecast = static_cast<std::size_t>(forecast - names.begin());
  }
  out.zone = table.column(kZones);
  out.kind = table.column(std::array{std::string_view("kind")});
  // WattTime's own unit, where nothing says another.
  const bool moer =
      chosen.name == "moer" || (chosen.name == "value" && names[*time].name == "pointtime");
  const bool watttime = moer || chosen.name == "aoer";
  if (moer || holds(chosen.name, "marginal")) out.otherwise = KindTag::Marginal;
  out.grams_per_unit =
      grams_per_kwh_of(chosen.with_unit).value_or(watttime ? kGramsPerKwhOfLbPerMwh : 1);
  out.utc = holds(names[*time].name, "(utc)");
  return out;
}

}  // namespace karbonetes::simulate
