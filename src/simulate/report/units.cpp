#include "simulate/report/units.hpp"

#include <fmt/format.h>

#include <cmath>

#include "cli/text.hpp"

namespace karbonetes::simulate {

namespace {

const char* strategy_of(Rule rule) {
  switch (rule) {
    case Rule::FirstGreen:
      return "FirstGreen";
    case Rule::LowestSlot:
      return "LowestSlot";
    case Rule::LowestWindow:
      return "LowestWindow";
    case Rule::CarbonTime:
      return "CarbonTime";
    default:
      return nullptr;
  }
}

double rounded(double value, double digits) {
  const double out = std::round(value * digits) / digits;
  return out == 0 ? 0 : out;  // "-0.0" says less than it seems to
}

}  // namespace

std::string mass(double grams) {
  const double size = std::abs(grams);
  if (size >= 1e6) return fmt::format("{:.2f} t", grams / 1e6);
  if (size >= 1e3) return fmt::format("{:.1f} kg", grams / 1e3);
  return fmt::format("{:.1f} g", rounded(grams, 10));
}

std::string energy(double kwh) {
  if (kwh >= 1000) return fmt::format("{:.2f} MWh", kwh / 1000);
  if (kwh >= 1) return fmt::format("{:.1f} kWh", kwh);
  return fmt::format("{:.3g} Wh", kwh * 1000);
}

std::string percent(double part) { return fmt::format("{:.1f} %", rounded(part * 100, 10)); }

std::string points(double part) { return fmt::format("{:+.1f} points", rounded(part * 100, 10)); }

std::string hours_and_minutes(Millis d) { return cli::human_duration(d); }

std::string variant(const Scenario& scenario) {
  // describe() begins with rule and maxDelay.
  const std::string whole = describe(scenario);
  std::string known = name(scenario.rule);
  if (scenario.rule != Rule::Immediate) known += ", " + format_duration(scenario.max_delay);
  std::string out = whole.size() > known.size() ? whole.substr(known.size() + 2) : "";
  if (scenario.error.kind != ErrorKind::None) out += fmt::format(", seed {}", scenario.error.seed);
  return out;
}

std::size_t best_row(const Study& study) {
  std::size_t best = study.rows.size();
  for (std::size_t i = 0; i < study.rows.size(); ++i) {
    if (strategy_of(study.rows[i].scenario.rule) == nullptr) continue;
    if (best == study.rows.size() || study.rows[i].saved() > study.rows[best].saved()) best = i;
  }
  return best;
}

std::string sentence(const Study& study, const Comparison& c) {
  const Row& a = study.rows.at(c.a);
  const Row& b = study.rows.at(c.b);
  std::string out = fmt::format("{}: {} saves {}, {} {}", a.zone, describe(a.scenario),
                                percent(c.saved_a), describe(b.scenario), percent(c.saved_b));
  if (c.days < 2)
    return out + "; one day of Jobs is too little to say how certain the difference is";
  const bool certain = c.low > 0 || c.high < 0;
  out += fmt::format("; difference {} ({:.0f} % interval {} to {}, {} days resampled {} times): {}",
                     points(c.difference), c.confidence * 100, points(c.low), points(c.high),
                     c.days, c.resamples, certain ? "not by chance" : "may be chance");
  return out + fmt::format("; Jobs wait {:+.1f} h ({:+.1f} to {:+.1f})", rounded(c.wait_hours, 10),
                           rounded(c.wait_low, 10), rounded(c.wait_high, 10));
}

std::string sentence(const Suggestion& s) {
  if (s.curve.empty()) return {};
  const auto& chosen = s.curve.at(s.chosen);
  const auto& longest = s.curve.back();
  if (!s.worth_it)
    return fmt::format("{}: {} saves less than 1 % whatever the maxDelay: waiting is not worth it",
                       s.zone, name(s.rule));
  return fmt::format("{}: {} with maxDelay {} saves {} at a mean wait of {}; {} would save {}",
                     s.zone, name(s.rule), format_duration(chosen.max_delay), percent(chosen.saved),
                     hours_and_minutes(chosen.mean_wait), format_duration(longest.max_delay),
                     percent(longest.saved));
}

std::string policy_yaml(const Suggestion& s) {
  const char* strategy = strategy_of(s.rule);
  if (strategy == nullptr || s.curve.empty() || !s.worth_it) return {};
  return fmt::format(
      "apiVersion: carbon-aware.io/v1alpha1\nkind: CarbonAwarePolicy\nmetadata:\n  name: default\n"
      "spec:\n  strategy: {}\n  maxDelay: {}\n",
      strategy, format_duration(s.curve.at(s.chosen).max_delay));
}

}  // namespace karbonetes::simulate
