#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>

#include "base/text.hpp"
#include "csv/table.hpp"
#include "simulate/input/trace_points.hpp"

namespace karbonetes::simulate {

namespace {

using carbon::KindTag;

constexpr std::array<std::string_view, 12> kTimes{
    "datetime (utc)", "datetime", "point_time", "from",         "time",    "timestamp",
    "start (utc)",    "start",    "start_time", "unix_seconds", "seconds", "date"};
constexpr std::array<std::string_view, 8> kZones{"zone id",   "zone_key", "zone",      "region",
                                                 "region_id", "ba",       "zone_name", "country"};
constexpr std::size_t kMaxZones = 200;

std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c != ' ' && c != '_' && c != '-') out += static_cast<char>(std::tolower(byte));
  }
  return out;
}

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// How well a column's name says "carbon intensity": 0 not at all, the smallest other is the best.
int rank(const std::string& name) {
  const bool carbon = holds(name, "carbonintensity");
  if (carbon && holds(name, "lifecycle")) return 1;
  if (name == "carbonintensityavg") return 2;
  if (name == "actual") return 3;
  if (name == "carbonintensity" || name == "intensity") return 4;
  if (carbon && !holds(name, "direct")) return 5;
  if (name == "moer" || name == "co2eq" || name == "value" || name == "rating") return 6;
  if (holds(name, "gco2") || holds(name, "gco₂")) return 7;
  if (carbon) return 8;
  if (name == "forecast") return 9;
  return 0;
}

struct Columns {
  std::size_t time = 0, value = 0;
  std::optional<std::size_t> instead;  // where `value` is empty: NESO's forecast beside its actual
  std::optional<std::size_t> zone, kind;
  bool lb_per_mwh = false;
  std::string name;  // of value
};

Result<std::size_t> value_column(const csv::Table& table, const std::string& asked) {
  const auto& header = table.header();
  if (!asked.empty()) {
    for (std::size_t i = 0; i < header.size(); ++i)
      if (holds(plain(header[i]), plain(asked))) return i;
    return table.wrong("there is no column " + in_quotes(asked) +
                       " for the intensity; write one that the header names");
  }
  std::size_t best = header.size();
  for (std::size_t i = 0; i < header.size(); ++i) {
    const int mine = rank(plain(header[i]));
    if (mine == 0) continue;
    if (best == header.size() || mine < rank(plain(header[best]))) best = i;
  }
  if (best == header.size())
    return table.wrong(
        "no column is the carbon intensity; name it intensity (gCO2eq/kWh), or say "
        "which it is with --intensity-column");
  return best;
}

Result<Columns> columns_of(const csv::Table& table, const TraceOptions& options) {
  Columns out;
  const auto time = table.column(kTimes);
  if (!time)
    return table.wrong(
        "no column is the time; the header must name time and intensity, e.g. "
        "time,intensity");
  out.time = *time;
  const auto value = value_column(table, options.column);
  if (!value) return fail(value.error());
  out.value = *value;
  out.name = plain(table.header()[*value]);
  if (out.name == "actual") out.instead = table.column(std::array{std::string_view("forecast")});
  out.zone = table.column(kZones);
  out.kind = table.column(std::array{std::string_view("kind")});
  // WattTime's own unit.
  const bool watttime = out.name == "value" && plain(table.header()[*time]) == "pointtime";
  out.lb_per_mwh = out.name == "moer" || holds(out.name, "lb") || watttime;
  return out;
}

std::string stem_of(const std::string& file) {
  const auto slash = file.find_last_of('/');
  const std::string name = slash == std::string::npos ? file : file.substr(slash + 1);
  return name.substr(0, name.find_last_of('.'));
}

class Reader {
 public:
  Reader(csv::Table table, Columns columns, const TraceOptions& options, LocalTimes times)
      : table_(std::move(table)), columns_(std::move(columns)), options_(options), times_(times) {}

  Result<std::vector<RawTrace>> read() {
    for (;;) {
      const auto more = table_.next();
      if (!more) return fail(more.error());
      if (!*more) break;
      if (auto ok = row(); !ok) return fail(ok.error());
    }
    if (traces_.empty())
      return table_.wrong("there is no row with a time and an intensity below the header");
    tell();
    return std::move(traces_);
  }

 private:
  Status row() {
    const auto zone = zone_of_row();
    if (!zone) return fail(zone.error());
    RawTrace& trace = **zone;
    auto value = table_.cell(columns_.value);
    if (value.empty() && columns_.instead) {
      value = table_.cell(*columns_.instead);
      if (!value.empty()) ++instead_;
    }
    const auto at = times_.read(table_.cell(columns_.time));
    if (!at)
      return table_.wrong("the time is " + in_quotes(table_.cell(columns_.time)) +
                          "; write RFC 3339, e.g. 2026-11-24T22:00:00Z, or seconds since 1970");
    if (value.empty() || value == "null" || value == "NaN" || value == "nan") {
      if (trace.empty++ == 0) trace.first_empty = table_.line();
      return {};
    }
    auto grams = csv::number(value);
    if (grams && columns_.lb_per_mwh) *grams *= kGramsPerKwhOfLbPerMwh;
    if (!grams || !believable(*grams, trace.kind))
      return table_.wrong("the intensity is " + in_quotes(value) + "; " + std::string(kBelievable));
    if (trace.points.size() >= kMaxTracePoints)
      return table_.wrong(fmt::format("more than {} rows of one zone", kMaxTracePoints));
    trace.points.push_back({*at, *grams, table_.line()});
    return {};
  }

  Result<RawTrace*> zone_of_row() {
    std::string name = options_.zone;
    if (name.empty() && columns_.zone) name = std::string(table_.cell(*columns_.zone));
    if (name.empty()) name = stem_of(options_.file);
    const auto kind = kind_of_row();
    if (!kind) return fail(kind.error());
    auto found = by_name_.find(name);
    if (found == by_name_.end()) {
      if (traces_.size() >= kMaxZones)
        return table_.wrong(fmt::format("more than {} zones in one file", kMaxZones));
      found = by_name_.emplace(name, traces_.size()).first;
      traces_.push_back({name, *kind, {}, 0, 0, {}});
    }
    RawTrace& trace = traces_[found->second];
    if (trace.kind != *kind)
      return table_.wrong("average and marginal intensity in one zone; write a file for each");
    return &trace;
  }

  Result<KindTag> kind_of_row() const {
    if (!columns_.kind) return columns_.lb_per_mwh ? KindTag::Marginal : KindTag::Average;
    const auto text = table_.cell(*columns_.kind);
    if (text == "marginal") return KindTag::Marginal;
    if (text == "average" || text.empty()) return KindTag::Average;
    return table_.wrong("the kind is " + in_quotes(text) + "; write average or marginal");
  }

  void tell() {
    auto& notes = traces_.front().notes;
    if (columns_.lb_per_mwh)
      notes.emplace_back(
          "the intensity is taken as marginal, in lb/MWh, and converted to gCO2eq/kWh");
    if (instead_ > 0)
      notes.push_back(
          fmt::format("{} rows have no actual intensity: their forecast is taken", instead_));
    if (times_.doubled() > 0)
      notes.push_back(
          fmt::format("{} rows lie in an hour that the clock showed twice: they are "
                      "taken in the order of the file",
                      times_.doubled()));
    if (times_.skipped() > 0)
      notes.push_back(
          fmt::format("{} rows lie in an hour that the clock skipped", times_.skipped()));
  }

  csv::Table table_;
  const Columns columns_;
  const TraceOptions& options_;
  LocalTimes times_;
  std::vector<RawTrace> traces_;
  std::map<std::string, std::size_t, std::less<>> by_name_;
  std::size_t instead_ = 0;
};

}  // namespace

Result<std::vector<RawTrace>> read_trace_csv(std::string_view text, const TraceOptions& options) {
  auto table = csv::Table::open(text, options.file);
  if (!table) return fail(table.error());
  auto columns = columns_of(*table, options);
  if (!columns) return fail(columns.error());
  auto times = LocalTimes::of(options.time_zone);
  if (!times) return fail(times.error());
  return Reader(std::move(*table), std::move(*columns), options, *times).read();
}

}  // namespace karbonetes::simulate
