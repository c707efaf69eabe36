// The report as text and JSON.
#include <fmt/format.h>

#include <cmath>

#include "cli/report.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"
#include "json/document.hpp"

namespace karbonetes::cli {

namespace {

using json::Document;
using ledger::KindTotals;
using ledger::Totals;

std::string signed_percent(std::optional<double> percent) {
  if (!percent) return "";
  // Rounded first: "-0.0 %" says less than it seems to.
  const double shown = std::round(*percent * 10) / 10;
  return fmt::format("{:.1f} %", shown == 0 ? 0.0 : shown);
}

std::string mass(double grams) {
  const double size = std::abs(grams);
  if (size >= 1e6) return fmt::format("{:.2f} t", grams / 1e6);
  if (size >= 1e3) return fmt::format("{:.2f} kg", grams / 1e3);
  if (size >= 1) return fmt::format("{:.1f} g", grams);
  return fmt::format("{:.3g} mg", size < 5e-7 ? 0.0 : grams * 1e3);
}

std::string energy(double kwh) {
  if (kwh >= 1000) return fmt::format("{:.2f} MWh", kwh / 1000);
  if (kwh >= 0.1) return fmt::format("{:.3f} kWh", kwh);
  return fmt::format("{:.3g} Wh", kwh * 1000);
}

// Empty when nothing was observed of this kind.
template <class Kind>
bool known(const KindTotals<Kind>& totals) {
  return totals.covered_seconds > 0 || totals.counterfactual.value != 0 || totals.actual.value != 0;
}

template <class Kind>
std::string headline_part(const Totals& totals, const KindTotals<Kind>& kind, bool shadow) {
  const auto percent = shadow ? would_avoid_percent(kind) : avoided_percent(kind);
  if (!known(kind) || !percent) return "";
  const double grams = shadow ? kind.would_avoid.value : kind.avoided().value;
  std::string out = fmt::format("{} of the {} emissions ({} of {}", signed_percent(percent),
                                Kind::kName, mass(grams), mass(kind.counterfactual.value));
  const auto coverage = coverage_percent(kind, totals.run_seconds);
  if (coverage && *coverage < 99.95) out += fmt::format(", {} observed", signed_percent(coverage));
  return out + ")";
}

std::string headline(const Totals& totals, bool shadow) {
  std::string parts = headline_part(totals, totals.average, shadow);
  const std::string marginal = headline_part(totals, totals.marginal, shadow);
  if (!parts.empty() && !marginal.empty()) parts += "; apart from that, ";
  parts += marginal;
  const std::string jobs = fmt::format("{} Job{}", totals.jobs, totals.jobs == 1 ? "" : "s");
  if (parts.empty()) {
    return fmt::format("{}: no carbon intensity was observed\n", shadow ? "Shadow, " + jobs : jobs);
  }
  return shadow ? fmt::format("Shadow, {}: would avoid {}\n", jobs, parts)
                : fmt::format("Avoided by waiting, {}: {}\n", jobs, parts);
}

std::string period(const Report& report) {
  if (!report.first) return "Nothing was booked in this period.\n";
  const std::string first = ledger::format_day(*report.first);
  const std::string last = ledger::format_day(*report.last);
  return first == last ? fmt::format("On {} (UTC)\n", first)
                       : fmt::format("From {} to {} (UTC)\n", first, last);
}

const char* group_title(GroupBy group_by) {
  switch (group_by) {
    case GroupBy::Namespace:
      return "NAMESPACE";
    case GroupBy::Policy:
      return "POLICY";
    case GroupBy::Day:
      return "DAY";
    case GroupBy::Total:
      break;
  }
  return "GROUP";
}

Colour colour_of(std::optional<double> percent) {
  if (!percent || std::abs(*percent) < 0.05) return Colour::None;
  return *percent > 0 ? Colour::Green : Colour::Red;
}

template <class Kind>
void add_kind_cells(const Totals& totals, const KindTotals<Kind>& kind, bool shadow,
                    std::vector<Cell>& out) {
  if (!known(kind)) {
    out.insert(out.end(), 3, Cell{});
    return;
  }
  const auto percent = shadow ? would_avoid_percent(kind) : avoided_percent(kind);
  const std::string part = percent ? signed_percent(percent) + ", " : std::string();
  out.push_back({(shadow ? "would " : "") + part +
                     mass(shadow ? kind.would_avoid.value : kind.avoided().value),
                 colour_of(percent)});
  out.push_back({mass(kind.actual.value), Colour::None});
  out.push_back({signed_percent(coverage_percent(kind, totals.run_seconds)), Colour::None});
}

Millis mean_wait(const Totals& totals) {
  if (totals.jobs == 0) return Millis(0);
  // The cut keeps what came from outside within what a duration can hold.
  constexpr double kMostSeconds = 1e12;
  const double mean = totals.wait_seconds / static_cast<double>(totals.jobs);
  return Seconds(static_cast<std::int64_t>(std::min(mean, kMostSeconds)));
}

template <class Kind>
Document kind_json(const Totals& totals, const KindTotals<Kind>& kind) {
  const auto number = [](std::optional<double> value) {
    return value ? Document(*value) : Document(nullptr);
  };
  return {{"avoidedPercent", number(avoided_percent(kind))},
          {"avoidedGrams", kind.avoided().value},
          {"actualGrams", kind.actual.value},
          {"counterfactualGrams", kind.counterfactual.value},
          {"wouldAvoidPercent", number(would_avoid_percent(kind))},
          {"wouldAvoidGrams", kind.would_avoid.value},
          {"coveragePercent", number(coverage_percent(kind, totals.run_seconds))}};
}

Document totals_json(const Totals& totals) {
  return {{"jobs", totals.jobs},
          {"kWh", totals.kwh},
          {"runSeconds", totals.run_seconds},
          {"waitSeconds", totals.wait_seconds},
          {"average", kind_json(totals, totals.average)},
          {"marginal", kind_json(totals, totals.marginal)}};
}

}  // namespace

std::string render_report_text(const Report& report, bool colours) {
  std::string out = period(report);
  if (report.enforced.jobs > 0) out += headline(report.enforced, false);
  if (report.shadow.jobs > 0) out += headline(report.shadow, true);
  for (const auto& note : report.notes) out += "Note: " + printable(note) + "\n";
  if (report.rows.empty()) return out;

  bool marginal = false, shadow = false;
  for (const ReportRow& row : report.rows) {
    marginal = marginal || known(row.totals.marginal);
    shadow = shadow || row.shadow;
  }
  Table table;
  table.header = {group_title(report.group_by)};
  if (shadow) table.header.emplace_back("MODE");
  for (const char* title : {"JOBS", "ENERGY", "MEAN WAIT", "AVOIDED", "EMITTED", "OBSERVED"}) {
    table.header.emplace_back(title);
  }
  if (marginal) {
    for (const char* title : {"MARGINAL AVOIDED", "EMITTED", "OBSERVED"}) {
      table.header.emplace_back(title);
    }
  }
  for (const ReportRow& row : report.rows) {
    std::vector<Cell> cells = {{row.group, Colour::None}};
    if (shadow) cells.push_back({row.shadow ? "shadow" : "enforced", Colour::None});
    cells.push_back({std::to_string(row.totals.jobs), Colour::None});
    cells.push_back({energy(row.totals.kwh), Colour::None});
    cells.push_back({human_duration(mean_wait(row.totals)), Colour::None});
    add_kind_cells(row.totals, row.totals.average, row.shadow, cells);
    if (marginal) add_kind_cells(row.totals, row.totals.marginal, row.shadow, cells);
    table.rows.push_back(std::move(cells));
  }
  return out + "\n" + render(table, colours);
}

std::string render_report_json(const Report& report) {
  const auto day = [](const std::optional<ledger::Day>& d) {
    return d ? Document(ledger::format_day(*d)) : Document(nullptr);
  };
  Document out = {{"groupBy", name(report.group_by)},
                  {"firstDay", day(report.first)},
                  {"lastDay", day(report.last)},
                  {"enforced", totals_json(report.enforced)},
                  {"shadow", totals_json(report.shadow)},
                  {"notes", report.notes},
                  {"rows", Document::array()}};
  for (const ReportRow& row : report.rows) {
    Document r = {{"group", row.group}, {"shadow", row.shadow}};
    r.update(totals_json(row.totals));
    out["rows"].push_back(std::move(r));
  }
  return out.dump(2, ' ', false, Document::error_handler_t::replace) + "\n";
}

}  // namespace karbonetes::cli
