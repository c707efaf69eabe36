#include "cli/policy_fields.hpp"

#include <string_view>

#include "api/v1alpha1/names.hpp"

namespace karbonetes::cli {

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

  add("green",
      p.green == nullptr ? "the controller's signal"
                         : "own windows, time zone " + p.green->time_zone(),
      p.green == nullptr ? policy::Origin::BuiltIn : p.policy_origin);
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
