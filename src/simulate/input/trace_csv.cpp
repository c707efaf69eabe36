#include <algorithm>

#include "base/text.hpp"
#include "csv/table.hpp"
#include "simulate/input/trace_columns.hpp"
#include "simulate/input/trace_points.hpp"

namespace karbonetes::simulate {

namespace {

// Energy-Charts writes the units in a line of their own below the header: no time, no number.
// Empty: there is no such line. `table`: a copy, before its first record.
std::vector<std::string> units_below_header(csv::Table table) {
  const auto more = table.next();
  if (!more || !*more || !table.cell(0).empty()) return {};
  const auto is_number = [](std::string_view cell) { return csv::number(cell).has_value(); };
  const bool says_something =
      std::ranges::any_of(table.cells(), [](std::string_view cell) { return !cell.empty(); });
  if (!says_something || std::ranges::any_of(table.cells(), is_number)) return {};
  return {table.cells().begin(), table.cells().end()};
}

bool missing(std::string_view value) {
  return value.empty() || value == "null" || value == "NaN" || value == "nan";
}

// Errors: Parse: the kind is none.
Result<carbon::KindTag> kind_of(const csv::Table& table, const TraceColumns& columns) {
  if (!columns.kind || table.cell(*columns.kind).empty()) return columns.otherwise;
  const auto text = table.cell(*columns.kind);
  if (text == carbon::Marginal::kName) return carbon::KindTag::Marginal;
  if (text == carbon::Average::kName) return carbon::KindTag::Average;
  return table.wrong("the kind is " + in_quotes(text) + "; write average or marginal");
}

Status add_row(const csv::Table& table, const TraceColumns& columns, RawTraces& traces) {
  const auto kind = kind_of(table, columns);
  if (!kind) return fail(kind.error());
  RawRow row;
  row.place = table.line();
  row.kind = *kind;
  row.time = table.cell(columns.time);
  if (columns.zone) row.zone = table.cell(*columns.zone);
  row.text = table.cell(columns.value);
  if (missing(row.text)) {
    row.text = columns.forecast ? table.cell(*columns.forecast) : std::string_view();
    if (missing(row.text)) row.text = {};
    row.forecast = !row.text.empty();
  }
  row.value = csv::number(row.text);
  if (const std::string problem = traces.add(row); !problem.empty()) return table.wrong(problem);
  return {};
}

}  // namespace

Result<std::vector<RawTrace>> read_trace_csv(std::string_view text, const TraceOptions& options) {
  auto table = csv::Table::open(text, options.file);
  if (!table) return fail(table.error());
  const auto units = units_below_header(*table);
  const std::vector<std::string_view> views(units.begin(), units.end());
  const auto columns = trace_columns(*table, views, options);
  if (!columns) return fail(columns.error());
  const auto times = LocalTimes::of(columns->utc ? "UTC" : options.time_zone);
  if (!times) return fail(times.error());
  if (!units.empty()) (void)table->next();
  RawTraces traces(options, *times, columns->grams_per_unit);
  for (;;) {
    const auto more = table->next();
    if (!more) return fail(more.error());
    if (!*more) break;
    if (auto ok = add_row(*table, *columns, traces); !ok) return fail(ok.error());
  }
  auto out = traces.take();
  if (out.empty())
    return table->wrong(
        "there is no row below the header; write one for each instant, e.g. "
        "2026-11-24T22:00:00Z,412.5");
  return out;
}

}  // namespace karbonetes::simulate
