#include "simulate/report/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/text.hpp"
#include "simulate/report/labels.hpp"

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

bool is_known(double value) { return std::abs(value) < 1e15; }  // false for NaN, too

std::string mass(double grams) {
  if (!is_known(grams)) return "unknown";
  // The unit is chosen by what will be shown: 999.96 g are "1.0 kg", not "1000.0 g".
  const double size = std::abs(grams);
  if (size >= 9.995e8) return fmt::format("{:.0f} t", grams / 1e6);
  if (size >= 999'950) return fmt::format("{:.2f} t", grams / 1e6);
  if (size >= 999.95) return fmt::format("{:.1f} kg", grams / 1e3);
  if (size >= 0.09995 || size < 5e-7) return fmt::format("{:.1f} g", rounded(grams, 10));
  return fmt::format("{:.3g} mg", grams * 1e3);
}

std::string energy(double kwh) {
  if (!is_known(kwh)) return "unknown";
  if (kwh >= 999.95) return fmt::format("{:.2f} MWh", kwh / 1000);
  if (kwh >= 0.9995) return fmt::format("{:.1f} kWh", kwh);
  return fmt::format("{:.3g} Wh", kwh * 1000);
}

std::string percent(double part) {
  return is_known(part) ? fmt::format("{:.1f} %", rounded(part * 100, 10)) : "unknown";
}

std::string points(double part) {
  return is_known(part) ? fmt::format("{:+.1f} points", rounded(part * 100, 10)) : "unknown";
}

std::string hours_and_minutes(Millis d) {
  // Of a wait of many minutes nobody asks the seconds; cut, as human_duration cuts.
  if (d >= std::chrono::minutes(10)) d = std::chrono::floor<std::chrono::minutes>(d);
  return cli::human_duration(d);
}

std::size_t best_row(const Study& study) {
  std::size_t best = study.rows.size();
  for (std::size_t i = 0; i < study.rows.size(); ++i) {
    if (strategy_of(study.rows[i].scenario.rule) == nullptr || !is_known(study.rows[i].saved()))
      continue;
    if (best == study.rows.size() || study.rows[i].saved() > study.rows[best].saved()) best = i;
  }
  return best;
}

const Suggestion::Step* chosen_step(const Suggestion& s) {
  return s.chosen < s.curve.size() ? &s.curve[s.chosen] : nullptr;
}

const Suggestion* best_suggestion(const Study& study) {
  const Suggestion* best = nullptr;
  for (const Suggestion& each : study.suggestions) {
    if (policy_yaml(each).empty()) continue;
    if (best == nullptr || chosen_step(each)->saved > chosen_step(*best)->saved) best = &each;
  }
  return best;
}

bool has_interval(const Comparison& c) {
  // Of fewer days so few different samples can be drawn that the interval says too much.
  constexpr int kFewestDays = 5;
  return c.days >= kFewestDays && is_known(c.low) && is_known(c.high);
}

bool is_certain(const Comparison& c) { return has_interval(c) && (c.low > 0 || c.high < 0); }

std::string sentence(const Study& study, const Comparison& c) {
  if (std::max(c.a, c.b) >= study.rows.size()) return {};
  const Row& a = study.rows[c.a];
  const Row& b = study.rows[c.b];
  const Labels labels(study);
  std::string out = fmt::format("{}: {} saves {}, {} {}", a.zone, labels.label(a.scenario),
                                percent(c.saved_a), labels.label(b.scenario), percent(c.saved_b));
  if (!has_interval(c)) {
    return out +
           fmt::format("; {} day{} of Jobs {} too little to say how certain the difference is",
                       c.days, c.days == 1 ? "" : "s", c.days == 1 ? "is" : "are");
  }
  out += fmt::format("; difference {} ({:.0f} % interval {} to {}, {} days resampled {} times): {}",
                     points(c.difference), c.confidence * 100, points(c.low), points(c.high),
                     c.days, c.resamples, is_certain(c) ? "not by chance" : "may be chance");
  if (!is_known(c.wait_hours) || !is_known(c.wait_low) || !is_known(c.wait_high)) return out;
  return out + fmt::format("; Jobs wait {:+.1f} h ({:+.1f} to {:+.1f})", rounded(c.wait_hours, 10),
                           rounded(c.wait_low, 10), rounded(c.wait_high, 10));
}

std::string sentence(const Suggestion& s) {
  const auto* chosen = chosen_step(s);
  if (chosen == nullptr) return {};
  const auto& longest = s.curve.back();
  if (!s.worth_it)
    return fmt::format("{}: {} saves less than 1 % whatever the maxDelay: waiting is not worth it",
                       s.zone, name(s.rule));
  std::string out = fmt::format("{}: {} with maxDelay {} saves {} at a mean wait of {}", s.zone,
                                name(s.rule), format_duration(chosen->max_delay),
                                percent(chosen->saved), hours_and_minutes(chosen->mean_wait));
  if (chosen == &longest) return out + ", the longest that was tried";
  return out + fmt::format("; {} would save {}", format_duration(longest.max_delay),
                           percent(longest.saved));
}

std::string policy_yaml(const Suggestion& s) {
  const char* strategy = strategy_of(s.rule);
  const auto* chosen = chosen_step(s);
  if (strategy == nullptr || chosen == nullptr || !s.worth_it) return {};
  return fmt::format(
      "apiVersion: carbon-aware.io/v1alpha1\nkind: CarbonAwarePolicy\nmetadata:\n  name: default\n"
      "spec:\n  strategy: {}\n  maxDelay: {}\n",
      strategy, format_duration(chosen->max_delay));
}

}  // namespace karbonetes::simulate
