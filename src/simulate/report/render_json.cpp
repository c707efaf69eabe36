#include <cmath>

#include "json/document.hpp"
#include "simulate/report/report.hpp"
#include "simulate/report/units.hpp"

namespace karbonetes::simulate {

namespace {

using json::Document;

double seconds(Millis d) { return static_cast<double>(d.count()) / 1000; }

Document finite(double value) {
  if (std::isfinite(value)) return value;
  return nullptr;
}

Document green_of(const Scenario& s) {
  if (!s.green) return nullptr;
  if (const auto* percentile = std::get_if<carbon::PercentileThreshold>(&*s.green))
    return {{"percentile", percentile->percent}, {"horizonSeconds", seconds(percentile->horizon)}};
  if (const auto* absolute = std::get_if<carbon::AbsoluteThreshold>(&*s.green))
    return {{"belowGramsPerKwh",
             std::visit([](const auto& grams) { return grams.grams_per_kwh; }, absolute->below)}};
  return "windows";
}

Document scenario_of(const Scenario& s) {
  Document out = {{"policy", name(s.rule)},
                  {"maxDelaySeconds", seconds(s.max_delay)},
                  {"green", green_of(s)},
                  {"minSavingPercent", s.min_saving * 100},
                  {"errorModel", name(s.error.kind)},
                  {"error", s.error.size},
                  {"seed", s.error.seed},
                  {"durations", name(s.durations)},
                  {"forecastEverySeconds", seconds(s.forecast_every)}};
  if (s.capacity.green_vcpu) out["greenVcpu"] = *s.capacity.green_vcpu;
  if (s.capacity.fallback_vcpu) out["fallbackVcpu"] = *s.capacity.fallback_vcpu;
  return out;
}

Document row_of(const Row& row) {
  Document namespaces = Document::array();
  for (const GroupRow& group : row.by_namespace)
    namespaces.push_back({{"namespace", group.name},
                          {"jobs", group.jobs},
                          {"kWh", group.kwh},
                          {"baselineGrams", group.baseline_grams},
                          {"grams", group.grams},
                          {"meanWaitSeconds", seconds(group.mean_wait)}});
  return {{"zone", row.zone},
          {"kind", carbon::name(row.kind)},
          {"scenario", scenario_of(row.scenario)},
          {"jobs", row.jobs},
          {"kWh", row.kwh},
          {"baselineGrams", row.baseline_grams},
          {"grams", row.grams},
          {"savedPercent", row.saved() * 100},
          {"waitSeconds",
           {{"mean", seconds(row.waits.mean)},
            {"median", seconds(row.waits.median)},
            {"p95", seconds(row.waits.p95)},
            {"longest", seconds(row.waits.longest)}}},
          {"released",
           {{"green", row.green},
            {"planned", row.planned},
            {"notWorthIt", row.not_worth_it},
            {"atDeadline", row.at_deadline},
            {"signalUnknown", row.signal_unknown}}},
          {"peakVcpu", row.peak_vcpu},
          {"baselinePeakVcpu", row.baseline_peak_vcpu},
          {"meanQueuedSeconds", seconds(row.mean_queued)},
          {"late", row.late},
          {"byNamespace", namespaces},
          {"waitBins", {{"widthSeconds", seconds(row.bin_width)}, {"jobs", row.wait_bins}}},
          {"computeSeconds", row.seconds}};
}

Document comparison_of(const Comparison& c) {
  return {{"a", c.a},
          {"b", c.b},
          {"savedPercentA", c.saved_a * 100},
          {"savedPercentB", c.saved_b * 100},
          {"differencePoints",
           {{"mean", c.difference * 100},
            {"low", finite(c.low * 100)},
            {"high", finite(c.high * 100)}}},
          {"waitHours",
           {{"mean", c.wait_hours}, {"low", finite(c.wait_low)}, {"high", finite(c.wait_high)}}},
          {"confidence", c.confidence},
          {"resamples", c.resamples},
          {"days", c.days}};
}

Document suggestion_of(const Suggestion& s) {
  Document curve = Document::array();
  for (const auto& step : s.curve)
    curve.push_back({{"maxDelaySeconds", seconds(step.max_delay)},
                     {"savedPercent", step.saved * 100},
                     {"meanWaitSeconds", seconds(step.mean_wait)}});
  const auto* chosen = chosen_step(s);
  return {{"zone", s.zone},
          {"policy", name(s.rule)},
          {"partPercent", s.part * 100},
          {"worthIt", s.worth_it},
          {"maxDelaySeconds", chosen == nullptr ? 0 : seconds(chosen->max_delay)},
          {"curve", curve}};
}

}  // namespace

std::string render_json(const Study& study) {
  Document out = {{"from", format_rfc3339(study.from)},
                  {"until", format_rfc3339(study.until)},
                  {"traces", study.traces},
                  {"workload", study.workload},
                  {"notes", study.notes},
                  {"rows", Document::array()},
                  {"comparisons", Document::array()},
                  {"suggestions", Document::array()}};
  for (const Row& row : study.rows) out["rows"].push_back(row_of(row));
  for (const Comparison& c : study.comparisons) out["comparisons"].push_back(comparison_of(c));
  for (const Suggestion& s : study.suggestions) out["suggestions"].push_back(suggestion_of(s));
  return out.dump(2, ' ', false, Document::error_handler_t::replace) + "\n";
}

}  // namespace karbonetes::simulate
