// The page for those who were not at the terminal.
#include <fmt/format.h>

#include <algorithm>

#include "simulate/report/html.hpp"
#include "simulate/report/labels.hpp"
#include "simulate/report/picture.hpp"
#include "simulate/report/report.hpp"
#include "simulate/report/units.hpp"
#include "svg/svg.hpp"

namespace karbonetes::simulate {

namespace {

using html::Column;
using html::text;

std::string saved_cell(double saved) {
  const char* css = saved > 0.0005 ? "good" : saved < -0.0005 ? "bad" : "muted";
  return fmt::format("<span class=\"{}\">{}</span>", css, percent(saved));
}

std::string headline(const Study& study, const Labels& labels) {
  const std::size_t best = best_row(study);
  if (best >= study.rows.size()) return "";
  const Row& row = study.rows[best];
  const std::string who = text(labels.label(row.scenario)) + " in " + text(row.zone);
  const std::string from_to =
      fmt::format("{} in place of {}, at a mean wait of {}", mass(row.grams),
                  mass(row.baseline_grams), hours_and_minutes(row.waits.mean));
  if (row.saved() <= 0)
    return fmt::format("<div class=\"headline\">No policy saves: the best is {}, with {}.</div>\n",
                       who, from_to);
  return fmt::format(
      "<div class=\"headline\"><strong>{}</strong> of the emissions saved by {}: {}.</div>\n",
      saved_cell(row.saved()), who, from_to);
}

std::string figure(const std::string& svg, std::string_view caption) {
  if (svg.empty()) return "";
  return fmt::format("<figure>\n{}<figcaption>{}</figcaption>\n</figure>\n", svg, caption);
}

std::string figures(const Study& study) {
  std::string out;
  for (const Timeline& timeline : study.timelines)
    out += figure(picture_intensity(timeline),
                  "Where the line is low, energy is clean. Bars that gather there are Jobs that "
                  "waited for it; how high they are is how many start together.");
  out += figure(picture_saving(study),
                "Where a line gets flat, a longer wait brings little more. Below zero a policy is "
                "worse than starting at once.");
  out += figure(picture_waits(study), "A line that is high at the left: most Jobs hardly wait.");
  return out.empty() ? "" : html::heading("Pictures") + out;
}

std::string at_deadline(const Row& row) {
  const std::uint64_t decided =
      row.green + row.planned + row.not_worth_it + row.at_deadline + row.signal_unknown;
  if (decided == 0) return "";
  return percent(static_cast<double>(row.at_deadline) / static_cast<double>(decided));
}

std::string rows_table(const Study& study, const Labels& labels) {
  if (study.rows.empty()) return html::heading("Policies") + "<p>Nothing was simulated.</p>\n";
  const bool variants = std::ranges::any_of(
      study.rows, [&](const Row& row) { return !labels.variant(row.scenario).empty(); });
  const bool capacity = std::ranges::any_of(
      study.rows, [](const Row& row) { return row.scenario.capacity.limited(); });
  std::vector<Column> columns{{"Zone", true}, {"Policy", true}, {"Max delay", true}};
  if (variants) columns.push_back({"With", true});
  for (const char* title :
       {"Saved", "CO2eq", "At once", "Mean wait", "95 % wait", "At deadline", "Peak vCPU"})
    columns.push_back({title});
  if (capacity) columns.insert(columns.end(), {{"Queued"}, {"Late"}});
  std::vector<std::vector<std::string>> rows;
  for (const Row& row : study.rows) {
    auto& cells = rows.emplace_back();
    const bool waits = row.scenario.rule != Rule::Immediate;
    cells = {text(row.zone), name(row.scenario.rule),
             waits ? format_duration(row.scenario.max_delay) : ""};
    if (variants) cells.push_back(text(labels.variant(row.scenario)));
    cells.insert(
        cells.end(),
        {saved_cell(row.saved()), mass(row.grams), mass(row.baseline_grams),
         hours_and_minutes(row.waits.mean), hours_and_minutes(row.waits.p95), at_deadline(row),
         is_known(row.peak_vcpu) ? fmt::format("{:.0f}", row.peak_vcpu) : "unknown"});
    if (capacity)
      cells.insert(cells.end(), {hours_and_minutes(row.mean_queued), std::to_string(row.late)});
  }
  std::string caption = "Each policy against every Job at its arrival";
  if (!labels.common().empty()) caption += "; all with " + labels.common();
  return html::heading("Policies") + html::table(caption, columns, rows);
}

std::string namespaces_table(const Study& study, const Labels& labels) {
  const std::size_t best = best_row(study);
  if (best >= study.rows.size() || study.rows[best].by_namespace.empty()) return "";
  std::vector<std::vector<std::string>> rows;
  for (const GroupRow& group : study.rows[best].by_namespace) {
    const double saved = group.baseline_grams > 0 ? 1 - group.grams / group.baseline_grams : 0;
    rows.push_back({text(group.name), std::to_string(group.jobs), energy(group.kwh),
                    saved_cell(saved), mass(group.grams), mass(group.baseline_grams),
                    hours_and_minutes(group.mean_wait)});
  }
  return html::heading("Namespaces") +
         html::table(study.rows[best].zone + ", " + labels.label(study.rows[best].scenario),
                     {{"Namespace", true},
                      {"Jobs"},
                      {"Energy"},
                      {"Saved"},
                      {"CO2eq"},
                      {"At once"},
                      {"Mean wait"}},
                     rows);
}

std::string compared(const Study& study) {
  std::string items;
  for (const Comparison& each : study.comparisons) {
    if (const auto words = sentence(study, each); !words.empty())
      items += "<li>" + text(words) + ".</li>\n";
  }
  if (items.empty()) return "";
  return html::heading("Compared") +
         figure(picture_comparisons(study),
                "A bar that does not reach zero: the difference is not by chance.") +
         "<ul>\n" + items + "</ul>\n";
}

std::string suggested(const Study& study) {
  std::vector<std::vector<std::string>> rows;
  for (const Suggestion& each : study.suggestions) {
    const auto* chosen = chosen_step(each);
    if (chosen == nullptr) continue;
    rows.push_back({text(each.zone), name(each.rule),
                    each.worth_it ? format_duration(chosen->max_delay) : "not worth waiting",
                    saved_cell(chosen->saved), hours_and_minutes(chosen->mean_wait),
                    saved_cell(each.curve.back().saved),
                    format_duration(each.curve.back().max_delay)});
  }
  if (rows.empty()) return "";
  std::string out = html::heading("Suggested");
  if (const auto* best = best_suggestion(study))
    out += "<p>" + text(sentence(*best)) + ". As a policy:</p>\n<pre>" +
           svg::escaped(policy_yaml(*best)) + "</pre>\n";
  return out + html::table(fmt::format("The smallest maxDelay that gets {:.0f} % of what the "
                                       "longest one does",
                                       study.suggestions.front().part * 100),
                           {{"Zone", true},
                            {"Policy", true},
                            {"Max delay", true},
                            {"Saved"},
                            {"Mean wait"},
                            {"Saved by the longest"},
                            {"Longest"}},
                           rows);
}

std::string method(const Study& study) {
  std::string out =
      html::heading("How it was computed") + "<p>Carbon intensity: " + text(study.traces) +
      ".</p>\n"
      "<p>Each Job was replayed over it. When a Job starts is decided "
      "by the same code as in the cluster, from what a forecast would have said at that moment. "
      "What it emits is its energy times the intensity while it ran; savings are measured against "
      "the same Jobs, each started at its arrival. Energy is modelled from requested vCPU, memory "
      "and GPUs (Cloud Carbon Footprint); percentages do not depend on that model. Policies marked "
      "immediate, full-delay, oracle, wait-awhile and ecovisor are baselines and bounds to compare "
      "with, which a cluster does not offer.</p>\n";
  if (study.notes.empty()) return out;
  out += "<ul>\n";
  for (const auto& note : study.notes) out += "<li>" + text(note) + "</li>\n";
  return out + "</ul>\n";
}

}  // namespace

std::string render_html(const Study& study) {
  const Labels labels(study);
  const std::string used = study.rows.empty() ? "" : ", " + energy(study.rows.front().kwh);
  std::string out = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>What carbon-aware scheduling would have saved</title>\n<style>{}</style>\n</head>\n"
      "<body>\n<main>\n<h1>What carbon-aware scheduling would have saved</h1>\n"
      "<p class=\"muted\">{}{}<br>{} to {}</p>\n",
      html::style(), text(study.workload), used, format_rfc3339(study.from),
      format_rfc3339(study.until));
  out += headline(study, labels);
  out += rows_table(study, labels);
  out += namespaces_table(study, labels);
  out += figures(study);
  out += compared(study);
  out += suggested(study);
  out += method(study);
  return out + "</main>\n</body>\n</html>\n";
}

}  // namespace karbonetes::simulate
