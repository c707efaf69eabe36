#include "cli/policy_fields.hpp"

#include <fmt/format.h>

#include <string_view>

#include "api/v1alpha1/names.hpp"

namespace karbonetes::cli {

namespace {

std::string grams(const carbon::AnyIntensity& intensity) {
  return std::visit(
      []<class Kind>(const carbon::Intensity<Kind>& i) {
        return fmt::format("{:g} gCO2eq/kWh ({})", i.grams_per_kwh, Kind::kName);
      },
      intensity);
}

struct Describe {
  std::string operator()(const carbon::WindowSchedule& windows) const {
    return "own windows, time zone " + windows.time_zone();
  }
  std::string operator()(const carbon::AbsoluteThreshold& t) const {
    return "at most " + grams(t.below);
  }
  std::string operator()(const carbon::PercentileThreshold& p) const {
    return fmt::format("the lowest {:g} % of the next {}", p.percent, format_duration(p.horizon));
  }
};

std::string describe(const carbon::GreenRule& rule) { return std::visit(Describe{}, rule); }

}  // namespace

std::vector<FieldOrigin> fields_of(const policy::ResolvedPolicy& p) {
  std::vector<FieldOrigin> out;
  const auto add = [&](const char* field, std::string value, policy::Origin origin,
                       std::string_view annotation = {}) {
    std::string from;
    switch (origin) {
      case policy::Origin::BuiltIn:
        from = policy::name(origin);
        break;
      case policy::Origin::Annotation:
        from = "annotation " + std::string(annotation);
        break;
      default:
        from = "policy " + p.policy_key;
    }
    out.push_back({field, std::move(value), std::move(from)});
  };
  const auto yes_no = [](bool b) { return std::string(b ? "true" : "false"); };

  add("green", p.green.value == nullptr ? "as the carbon source says" : describe(*p.green.value),
      p.green.origin, api::kGreenThreshold);
  add("mode", p.mode.value == api::Mode::Enforce ? "Enforce" : "Shadow", p.mode.origin);
  add("signal.source", p.signal_source.value.empty() ? "the first" : p.signal_source.value,
      p.signal_source.origin);
  if (!p.signal_zone.value.empty()) add("signal.zone", p.signal_zone.value, p.signal_zone.origin);
  add("strategy", api::name(p.strategy.value), p.strategy.origin);
  add("minSaving", fmt::format("{:g} %", p.min_saving.value * 100), p.min_saving.origin);
  add("maxDelay", format_duration(p.max_delay.value), p.max_delay.origin, api::kMaxDelay);
  add("expectedDuration",
      p.expected_duration.value ? format_duration(*p.expected_duration.value) : "unknown",
      p.expected_duration.origin, api::kExpectedDuration);
  add("whenSignalUnknown", p.when_unknown.value == api::WhenUnknown::Wait ? "Wait" : "Run",
      p.when_unknown.origin);
  add("placement.greenNodePool", p.green_node_pool.value, p.green_node_pool.origin);
  add("placement.fallbackNodePool",
      p.fallback_node_pool.value.empty() ? "any but the green one" : p.fallback_node_pool.value,
      p.fallback_node_pool.origin);
  add("placement.greenTaintKey", p.green_taint_key.value, p.green_taint_key.origin);
  add("placement.strict", yes_no(p.strict.value), p.strict.origin, api::kStrict);
  add("placement.strictAtDeadline",
      p.strict_at_deadline.value == api::StrictAtDeadline::Fallback ? "Fallback" : "KeepGreenPool",
      p.strict_at_deadline.origin);
  add("placement.doNotDisrupt", yes_no(p.do_not_disrupt.value), p.do_not_disrupt.origin);
  return out;
}

}  // namespace karbonetes::cli
