#include <fmt/format.h>

#include <algorithm>

#include "cli/table.hpp"
#include "cli/text.hpp"
#include "simulate/report/labels.hpp"
#include "simulate/report/report.hpp"
#include "simulate/report/units.hpp"

namespace karbonetes::simulate {

namespace {

using cli::Colour;

std::string at_deadline(const Row& row) {
  const std::uint64_t decided =
      row.green + row.planned + row.not_worth_it + row.at_deadline + row.signal_unknown;
  if (decided == 0) return "";
  return percent(static_cast<double>(row.at_deadline) / static_cast<double>(decided));
}

Colour colour_of(double saved) {
  if (saved > 0.0005) return Colour::Green;
  return saved < -0.0005 ? Colour::Red : Colour::None;
}

std::string rows_table(const Study& study, const Labels& labels, bool colour) {
  const bool variants = std::ranges::any_of(
      study.rows, [&](const Row& row) { return !labels.variant(row.scenario).empty(); });
  const bool capacity = std::ranges::any_of(
      study.rows, [](const Row& row) { return row.scenario.capacity.limited(); });
  cli::Table table;
  table.header = {"ZONE", "POLICY", "MAX DELAY"};
  if (variants) table.header.emplace_back("WITH");
  for (const char* name : {"SAVED", "CO2EQ", "AT ONCE", "MEAN WAIT", "95 % WAIT", "AT DEADLINE"})
    table.header.emplace_back(name);
  if (capacity)
    for (const char* name : {"QUEUED", "LATE", "PEAK VCPU"}) table.header.emplace_back(name);
  for (const Row& row : study.rows) {
    auto& cells = table.rows.emplace_back();
    cells.push_back({row.zone});
    cells.push_back({name(row.scenario.rule)});
    cells.push_back(
        {row.scenario.rule == Rule::Immediate ? "" : format_duration(row.scenario.max_delay)});
    if (variants) cells.push_back({labels.variant(row.scenario)});
    cells.push_back({percent(row.saved()), colour_of(row.saved())});
    cells.push_back({mass(row.grams)});
    cells.push_back({mass(row.baseline_grams)});
    cells.push_back({hours_and_minutes(row.waits.mean)});
    cells.push_back({hours_and_minutes(row.waits.p95)});
    cells.push_back({at_deadline(row)});
    if (!capacity) continue;
    cells.push_back({hours_and_minutes(row.mean_queued)});
    cells.push_back({std::to_string(row.late)});
    cells.push_back({fmt::format("{:.0f}", row.peak_vcpu)});
  }
  return cli::render(table, colour);
}

std::string namespaces_table(const Row& row, bool colour) {
  cli::Table table;
  table.header = {"NAMESPACE", "JOBS", "ENERGY", "SAVED", "CO2EQ", "AT ONCE", "MEAN WAIT"};
  for (const GroupRow& group : row.by_namespace) {
    const double saved = group.baseline_grams > 0 ? 1 - group.grams / group.baseline_grams : 0;
    table.rows.push_back({{group.name},
                          {std::to_string(group.jobs)},
                          {energy(group.kwh)},
                          {percent(saved), colour_of(saved)},
                          {mass(group.grams)},
                          {mass(group.baseline_grams)},
                          {hours_and_minutes(group.mean_wait)}});
  }
  return cli::render(table, colour);
}

std::string suggestion_text(const Suggestion& suggestion) {
  if (suggestion.curve.empty()) return "";
  std::string out = cli::printable(sentence(suggestion)) + "\n ";
  for (const auto& step : suggestion.curve)
    out += fmt::format(" {}: {}", format_duration(step.max_delay), percent(step.saved));
  out += "\n";
  return out;
}

}  // namespace

std::string render_text(const Study& study, bool colour) {
  std::string out;
  out += cli::printable(study.workload) + ", " + format_rfc3339(study.from) + " to " +
         format_rfc3339(study.until) + "\n";
  out += cli::printable(study.traces) + "\n";
  if (!study.rows.empty())
    out += energy(study.rows.front().kwh) +
           "; every Job at its arrival is what savings are measured against\n";
  const Labels labels(study);
  if (!labels.common().empty()) out += "all with " + labels.common() + "\n";
  out += "\n" + rows_table(study, labels, colour);
  const std::size_t best = best_row(study);
  if (best < study.rows.size() && study.rows[best].by_namespace.size() > 1)
    out += "\n" + cli::printable(study.rows[best].zone) + ", " +
           labels.label(study.rows[best].scenario) + ", by namespace:\n" +
           namespaces_table(study.rows[best], colour);
  if (!study.comparisons.empty()) out += "\n";
  for (const Comparison& comparison : study.comparisons)
    out += cli::printable(sentence(study, comparison)) + "\n";
  if (!study.suggestions.empty()) out += "\n";
  for (const Suggestion& suggestion : study.suggestions) out += suggestion_text(suggestion);
  if (const auto* best_policy = best_suggestion(study)) out += "\n" + policy_yaml(*best_policy);
  if (!study.notes.empty()) out += "\n";
  for (const auto& note : study.notes) out += "note: " + cli::printable(note) + "\n";
  return out;
}

}  // namespace karbonetes::simulate
