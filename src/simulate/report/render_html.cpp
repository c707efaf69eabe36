// The page for those who were not at the terminal.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/text.hpp"
#include "simulate/report/report.hpp"
#include "simulate/report/units.hpp"
#include "svg/svg.hpp"

namespace karbonetes::simulate {

namespace {

constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --bg: #fff; --fg: #1f2328; --muted: #59636e; --line: #d8dee4; --good: #1a7f37; --bad: #a40e26; --card: #f6f8fa; }
@media (prefers-color-scheme: dark) { :root { --bg: #0d1117; --fg: #e6edf3; --muted: #9198a1; --line: #30363d; --good: #3fb950; --bad: #ff7b72; --card: #161b22; } }
body { margin: 0 auto; padding: 2rem 1.5rem 4rem; max-width: 60rem; background: var(--bg); color: var(--fg); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.7rem; margin: 0 0 .3rem; } h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; }
p { margin: .4rem 0; } .muted { color: var(--muted); }
.headline { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 1rem 1.2rem; margin: 1.2rem 0; font-size: 1.1rem; }
.headline strong { font-size: 1.7rem; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .9rem; }
caption { text-align: left; color: var(--muted); padding-bottom: .4rem; }
th, td { text-align: right; padding: .35rem .6rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { font-weight: 600; } .left { text-align: left; } .good { color: var(--good); } .bad { color: var(--bad); }
figure { margin: 1rem 0; } svg { max-width: 100%; height: auto; }
pre { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 1rem; overflow-x: auto; }
.interval { position: relative; height: 1.1rem; background: var(--card); border: 1px solid var(--line); border-radius: 4px; }
@media print { body { max-width: none; padding: 0; } figure, table { break-inside: avoid; } }
)";

std::string text(std::string_view words) { return svg::escaped(cli::printable(words)); }

std::string row_of(std::initializer_list<std::string> left,
                   std::initializer_list<std::string> right, const char* tag) {
  std::string out = "<tr>";
  const bool head = std::string_view(tag) == "th";
  const std::string scope = head ? " scope=\"col\"" : "";
  for (const auto& each : left)
    out += fmt::format("<{0}{2} class=\"left\">{1}</{0}>", tag, each, scope);
  for (const auto& each : right) out += fmt::format("<{0}{2}>{1}</{0}>", tag, each, scope);
  return out + "</tr>\n";
}

std::string saved_cell(double saved) {
  const char* css = saved > 0.0005 ? "good" : saved < -0.0005 ? "bad" : "muted";
  return fmt::format("<span class=\"{}\">{}</span>", css, percent(saved));
}

std::string headline(const Study& study) {
  const std::size_t best = best_row(study);
  if (best >= study.rows.size()) return "";
  const Row& row = study.rows[best];
  return fmt::format(
      "<div class=\"headline\"><strong>{}</strong> of the emissions saved by {} in {}: {} in place "
      "of {}, at a mean wait of {}.</div>\n",
      saved_cell(row.saved()), text(describe(row.scenario)), text(row.zone), mass(row.grams),
      mass(row.baseline_grams), hours_and_minutes(row.waits.mean));
}

std::string rows_table(const Study& study) {
  std::string out =
      "<h2>Policies</h2>\n<div class=\"scroll\"><table><caption>Each policy against every Job at "
      "its arrival</caption>\n<thead>" +
      row_of({"Zone", "Policy", "Max delay", "With"},
             {"Saved", "CO2eq", "At once", "Mean wait", "95 % wait", "Peak vCPU"}, "th") +
      "</thead>\n<tbody>\n";
  for (const Row& row : study.rows) {
    out +=
        row_of({text(row.zone), name(row.scenario.rule),
                row.scenario.rule == Rule::Immediate ? "" : format_duration(row.scenario.max_delay),
                text(variant(row.scenario))},
               {saved_cell(row.saved()), mass(row.grams), mass(row.baseline_grams),
                hours_and_minutes(row.waits.mean), hours_and_minutes(row.waits.p95),
                fmt::format("{:.0f}", row.peak_vcpu)},
               "td");
  }
  return out + "</tbody></table></div>\n";
}

std::string namespaces_table(const Study& study) {
  const std::size_t best = best_row(study);
  if (best >= study.rows.size()) return "";
  const Row& row = study.rows[best];
  std::string out = fmt::format(
      "<h2>Namespaces</h2>\n<div class=\"scroll\"><table><caption>{}, {}</caption>\n<thead>{}"
      "</thead>\n<tbody>\n",
      text(row.zone), text(describe(row.scenario)),
      row_of({"Namespace"}, {"Jobs", "Energy", "Saved", "CO2eq", "At once", "Mean wait"}, "th"));
  for (const GroupRow& group : row.by_namespace) {
    const double saved = group.baseline_grams > 0 ? 1 - group.grams / group.baseline_grams : 0;
    out +=
        row_of({text(group.name)},
               {std::to_string(group.jobs), energy(group.kwh), saved_cell(saved), mass(group.grams),
                mass(group.baseline_grams), hours_and_minutes(group.mean_wait)},
               "td");
  }
  return out + "</tbody></table></div>\n";
}

std::string answers(const Study& study) {
  std::string out;
  if (!study.comparisons.empty()) out += "<h2>Compared</h2>\n";
  for (const Comparison& each : study.comparisons)
    out += "<p>" + text(sentence(study, each)) + ".</p>\n";
  if (!study.suggestions.empty()) out += "<h2>Suggested</h2>\n";
  for (const Suggestion& each : study.suggestions) {
    out += "<p>" + text(sentence(each)) + ".</p>\n";
    if (const auto yaml = policy_yaml(each); !yaml.empty())
      out += "<pre>" + svg::escaped(yaml) + "</pre>\n";
  }
  return out;
}

std::string method(const Study& study) {
  std::string out =
      "<h2>How it was computed</h2>\n"
      "<p>Each Job was replayed over the carbon intensity of the grid. When a Job starts is "
      "decided "
      "by the same code as in the cluster, from what a forecast would have said at that moment. "
      "What it emits is its energy times the intensity while it ran; savings are measured against "
      "the same Jobs, each started at its arrival. Energy is modelled from requested vCPU, memory "
      "and GPUs (Cloud Carbon Footprint); percentages do not depend on that model. Policies marked "
      "oracle, wait-awhile and ecovisor are bounds and baselines from the literature, which a "
      "cluster does not offer.</p>\n";
  if (study.notes.empty()) return out;
  out += "<ul>\n";
  for (const auto& note : study.notes) out += "<li>" + text(note) + "</li>\n";
  return out + "</ul>\n";
}

}  // namespace

std::string render_html(const Study& study) {
  std::string out = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>What carbon-aware scheduling would have saved</title>\n<style>{}</style>\n</head>\n"
      "<body>\n<main>\n<h1>What carbon-aware scheduling would have saved</h1>\n"
      "<p class=\"muted\">{}, {} to {}<br>{}</p>\n",
      kStyle, text(study.workload), format_rfc3339(study.from), format_rfc3339(study.until),
      text(study.traces));
  out += headline(study);
  for (const auto& [file, svg] : pictures(study)) out += "<figure>\n" + svg + "</figure>\n";
  out += rows_table(study);
  out += namespaces_table(study);
  out += answers(study);
  out += method(study);
  return out + "</main>\n</body>\n</html>\n";
}

}  // namespace karbonetes::simulate
