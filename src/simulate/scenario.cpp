#include "simulate/scenario.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <span>
#include <utility>
#include <vector>

#include "base/text.hpp"

namespace karbonetes::simulate {

namespace {

constexpr std::array<std::pair<Rule, const char*>, std::size(kRules)> kRuleNames{{
    {Rule::FirstGreen, "first-green"},
    {Rule::LowestSlot, "lowest-slot"},
    {Rule::LowestWindow, "lowest-window"},
    {Rule::CarbonTime, "carbon-time"},
    {Rule::Immediate, "immediate"},
    {Rule::FullDelay, "full-delay"},
    {Rule::Oracle, "oracle"},
    {Rule::WaitAwhile, "wait-awhile"},
    {Rule::Ecovisor, "ecovisor"},
}};
constexpr std::array<std::pair<ErrorKind, const char*>, 4> kErrorNames{
    {{ErrorKind::None, "none"},
     {ErrorKind::Iid, "iid"},
     {ErrorKind::Horizon, "horizon"},
     {ErrorKind::Ar1, "ar1"}}};
constexpr std::array<std::pair<Durations, const char*>, 3> kDurationNames{
    {{Durations::Known, "known"},
     {Durations::Learned, "learned"},
     {Durations::Unknown, "unknown"}}};

template <class T>
const char* name_in(std::span<const std::pair<T, const char*>> names, T value) {
  return std::ranges::find(names, value, &std::pair<T, const char*>::first)->second;
}

// Letters alone, small: "LowestWindow", "lowest-window" and "lowest_window" are one.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0)
      out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return out;
}

template <class T>
Result<T> parse(std::span<const std::pair<T, const char*>> names, std::string_view what,
                std::string_view text) {
  std::string all;
  for (const auto& [value, name] : names) {
    if (plain(name) == plain(text)) return value;
    all += (all.empty() ? "" : ", ") + std::string(name);
  }
  return fail(Errc::InvalidArgument,
              fmt::format("{} is no {}; write one of {}", in_quotes(text), what, all));
}

}  // namespace

const char* name(Rule rule) { return name_in<Rule>(kRuleNames, rule); }
Result<Rule> parse_rule(std::string_view text) {
  return parse<Rule>(kRuleNames, "policy to simulate", text);
}
bool interrupts(Rule rule) { return rule == Rule::WaitAwhile || rule == Rule::Ecovisor; }

const char* name(ErrorKind kind) { return name_in<ErrorKind>(kErrorNames, kind); }
Result<ErrorKind> parse_error_kind(std::string_view text) {
  return parse<ErrorKind>(kErrorNames, "model of forecast errors", text);
}

const char* name(Durations durations) { return name_in<Durations>(kDurationNames, durations); }
Result<Durations> parse_durations(std::string_view text) {
  return parse<Durations>(kDurationNames, "way to know durations", text);
}

std::string describe(const Scenario& s) {
  std::string out = name(s.rule);
  if (s.rule != Rule::Immediate) out += ", " + format_duration(s.max_delay);
  if (s.green && (s.rule == Rule::FirstGreen || s.rule == Rule::Ecovisor)) {
    if (const auto* percent = std::get_if<carbon::PercentileThreshold>(&*s.green))
      out += fmt::format(", {:g} %", percent->percent);
    if (const auto* below = std::get_if<carbon::AbsoluteThreshold>(&*s.green))
      out += std::visit(
          [](const auto& grams) { return fmt::format(", {:g} g/kWh", grams.grams_per_kwh); },
          below->below);
  }
  if (s.min_saving > 0) out += fmt::format(", at least {:g} %", s.min_saving * 100);
  if (s.error.kind != ErrorKind::None)
    out += fmt::format(", error {:g} % {}", s.error.size * 100, name(s.error.kind));
  if (s.durations != Durations::Known) out += fmt::format(", durations {}", name(s.durations));
  if (s.capacity.green_vcpu) out += fmt::format(", green {:g} vCPU", *s.capacity.green_vcpu);
  if (s.capacity.fallback_vcpu)
    out += fmt::format(", fallback {:g} vCPU", *s.capacity.fallback_vcpu);
  return out;
}

}  // namespace karbonetes::simulate
