#include <fmt/format.h>

#include <cmath>
#include <string_view>

#include "simulate/report/report.hpp"

namespace karbonetes::simulate {

namespace {

// RFC 4180; a leading sign that a spreadsheet would take for a formula is made text.
std::string cell(const std::string& text) {
  std::string out = text;
  if (!out.empty() && std::string_view("=+-@\t\r").find(out[0]) != std::string_view::npos)
    out.insert(0, "'");
  if (out.find_first_of(",\"\r\n") == std::string::npos) return out;
  std::string quoted = "\"";
  for (const char c : out) {
    quoted += c;
    if (c == '"') quoted += c;
  }
  return quoted + "\"";
}

double seconds(Millis d) { return static_cast<double>(d.count()) / 1000; }

// Empty for what is not finite: a spreadsheet would take "nan" for text.
std::string number(double value, int digits) {
  return std::isfinite(value) ? fmt::format("{:.{}g}", value, digits) : "";
}

std::string saved(const Row& row) {
  return std::isfinite(row.saved()) ? fmt::format("{:.4f}", row.saved() * 100) : "";
}

}  // namespace

std::string render_csv(const Study& study) {
  std::string out =
      "zone,kind,policy,max_delay_s,scenario,error,seed,jobs,kwh,baseline_gco2eq,gco2eq,"
      "saved_percent,wait_mean_s,wait_median_s,wait_p95_s,wait_longest_s,green,planned,"
      "not_worth_it,at_deadline,signal_unknown,peak_vcpu,queued_mean_s,late\r\n";
  for (const Row& r : study.rows) {
    out += fmt::format(
        "{},{},{},{:g},{},{:g},{},{},{},{},{},{},{:g},{:g},{:g},{:g},{},{},{},{},"
        "{},{:g},{:g},{}\r\n",
        cell(r.zone), carbon::name(r.kind), name(r.scenario.rule), seconds(r.scenario.max_delay),
        cell(describe(r.scenario)), r.scenario.error.size, r.scenario.error.seed, r.jobs,
        number(r.kwh, 6), number(r.baseline_grams, 9), number(r.grams, 9), saved(r),
        seconds(r.waits.mean), seconds(r.waits.median), seconds(r.waits.p95),
        seconds(r.waits.longest), r.green, r.planned, r.not_worth_it, r.at_deadline,
        r.signal_unknown, r.peak_vcpu, seconds(r.mean_queued), r.late);
  }
  return out;
}

}  // namespace karbonetes::simulate
