// The report as CSV.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/report.hpp"
#include "cli/text.hpp"

namespace karbonetes::cli {

namespace {

using ledger::KindTotals;
using ledger::Totals;

// RFC 4180 quoting, after https://owasp.org/www-community/attacks/CSV_Injection: what begins like a
// formula gets an apostrophe.
std::string csv_text(std::string_view text) {
  std::string out = printable(text);
  if (!out.empty() && std::string_view("=+-@ ").find(out.front()) != std::string_view::npos) {
    out.insert(0, "'");
  }
  if (out.find_first_of("\",\r\n") == std::string::npos) return out;
  std::string quoted = "\"";
  for (const char c : out) {
    if (c == '"') quoted.push_back('"');
    quoted.push_back(c);
  }
  return quoted + "\"";
}

// A number of ours is never a formula, negative ones included.
std::string csv_number(std::optional<double> value) {
  return value ? fmt::format("{}", *value) : std::string();
}

template <class Kind>
void add_kind_fields(const Totals& totals, const KindTotals<Kind>& kind,
                     std::vector<std::string>& out) {
  out.push_back(csv_number(avoided_percent(kind)));
  out.push_back(csv_number(kind.avoided().value));
  out.push_back(csv_number(kind.actual.value));
  out.push_back(csv_number(kind.counterfactual.value));
  out.push_back(csv_number(kind.would_avoid.value));
  out.push_back(csv_number(coverage_percent(kind, totals.run_seconds)));
}

}  // namespace

std::string render_report_csv(const Report& report) {
  std::string out(name(report.group_by));
  out += ",mode,jobs,kWh,runSeconds,waitSeconds";
  for (const char* kind : {"average", "marginal"}) {
    for (const char* field : {"AvoidedPercent", "AvoidedGrams", "ActualGrams",
                              "CounterfactualGrams", "WouldAvoidGrams", "CoveragePercent"}) {
      out += fmt::format(",{}{}", kind, field);
    }
  }
  out += "\r\n";
  for (const ReportRow& row : report.rows) {
    std::vector<std::string> fields = {csv_text(row.group),
                                       row.shadow ? "shadow" : "enforced",
                                       std::to_string(row.totals.jobs),
                                       csv_number(row.totals.kwh),
                                       csv_number(row.totals.run_seconds),
                                       csv_number(row.totals.wait_seconds)};
    add_kind_fields(row.totals, row.totals.average, fields);
    add_kind_fields(row.totals, row.totals.marginal, fields);
    out += fmt::format("{}\r\n", fmt::join(fields, ","));
  }
  return out;
}

}  // namespace karbonetes::cli
