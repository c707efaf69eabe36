#include "policy/resolve.hpp"

#include <algorithm>
#include <utility>

#include "api/v1alpha1/names.hpp"
#include "base/text.hpp"

namespace karbonetes::policy {

namespace {

using PolicyPtr = std::shared_ptr<const api::Policy>;

std::string key_of(std::string_view ns, std::string_view name) {
  std::string key;
  key.reserve(ns.size() + 1 + name.size());
  key.append(ns).append("/").append(name);
  return key;
}

// Sets policy, policy_key and policy_origin if that policy exists.
bool govern(ResolvedPolicy& out, const PolicySet& policies, std::string key, Origin origin) {
  const auto it = policies.by_key.find(key);
  if (it == policies.by_key.end() || it->second == nullptr) return false;
  out.policy = it->second;
  out.policy_key = std::move(key);
  out.policy_origin = origin;
  return true;
}

void select(ResolvedPolicy& out, const PolicySet& policies, std::string_view job_namespace,
            const Overrides& overrides, std::string_view system_namespace) {
  if (overrides.policy &&
      govern(out, policies, key_of(job_namespace, *overrides.policy), Origin::NamedPolicy)) {
    return;
  }
  const std::string_view fallback = api::kDefaultPolicyName;
  if (!govern(out, policies, key_of(job_namespace, fallback), Origin::NamespaceDefault) &&
      !govern(out, policies, key_of(system_namespace, fallback), Origin::SystemDefault)) {
    out.policy_key = "built-in";
  }
  if (overrides.policy) {
    out.warnings.push_back(
        "annotation " + std::string(api::kPolicy) + ": no policy " + in_quotes(*overrides.policy) +
        " in namespace " + in_quotes(job_namespace) +
        ": write the name of a CarbonAwarePolicy of that namespace; until then " +
        (out.policy ? "policy " + out.policy_key : "the built-in default") + " holds");
  }
}

class Fields {
 public:
  explicit Fields(Origin origin) : origin_(origin) {}

  template <typename T, typename D>
  Sourced<T> pick(const std::optional<T>& from_policy, D built_in) const {
    if (from_policy) return {*from_policy, origin_};
    return {T(std::move(built_in)), Origin::BuiltIn};
  }

 private:
  Origin origin_;
};

void limit_max_delay(ResolvedPolicy& out, const api::PolicySpec& spec, const Overrides& overrides) {
  const Millis limit =
      std::min(spec.max_delay_limit.value_or(api::kHardMaxDelay), api::kHardMaxDelay);
  if (out.max_delay.value > limit) out.max_delay = {limit, out.policy_origin};
  if (!overrides.max_delay) return;
  out.max_delay = {std::min(*overrides.max_delay, limit), Origin::Annotation};
  if (*overrides.max_delay <= limit) return;
  const std::string whose =
      spec.max_delay_limit ? "maxDelayLimit of policy " + out.policy_key : "longest possible delay";
  out.warnings.push_back("annotation " + std::string(api::kMaxDelay) + ": " +
                         format_duration(*overrides.max_delay) + " is longer than the " + whose +
                         ": write at most " + format_duration(limit) + "; " +
                         format_duration(limit) + " holds");
}

}  // namespace

const char* name(Origin origin) {
  switch (origin) {
    case Origin::BuiltIn:
      return "built-in default";
    case Origin::SystemDefault:
      return "system default policy";
    case Origin::NamespaceDefault:
      return "namespace default policy";
    case Origin::NamedPolicy:
      return "named policy";
    case Origin::Annotation:
      return "annotation";
    case Origin::Learned:
      return "learned from finished Jobs";
  }
  return "built-in default";
}

ResolvedPolicy resolve(const PolicySet& policies, std::string_view job_namespace,
                       const Overrides& overrides, std::string_view system_namespace) {
  ResolvedPolicy out;
  select(out, policies, job_namespace, overrides, system_namespace);

  static const api::PolicySpec kSaysNothing;
  const api::PolicySpec& spec = out.policy ? out.policy->spec : kSaysNothing;
  const Fields fields(out.policy_origin);
  out.mode = fields.pick(spec.mode, api::Mode::Enforce);
  out.signal_source = fields.pick(spec.signal.source, "");
  out.signal_zone = fields.pick(spec.signal.zone, "");
  if (spec.green)
    out.green = {std::shared_ptr<const carbon::GreenRule>(out.policy, &*spec.green),
                 out.policy_origin};
  out.strategy = fields.pick(spec.strategy, api::Strategy::FirstGreen);
  out.min_saving = fields.pick(spec.min_saving, 0.0);
  out.max_delay = fields.pick(spec.max_delay, api::kDefaultMaxDelay);
  if (spec.expected_duration) out.expected_duration = {spec.expected_duration, out.policy_origin};
  out.when_unknown = fields.pick(spec.when_unknown, api::WhenUnknown::Wait);
  out.green_node_pool = fields.pick(spec.placement.green_node_pool, api::kDefaultGreenNodePool);
  out.fallback_node_pool = fields.pick(spec.placement.fallback_node_pool, "");
  out.green_taint_key = fields.pick(spec.placement.green_taint_key, api::kGreenTaint);
  out.strict = fields.pick(spec.placement.strict, false);
  out.strict_at_deadline =
      fields.pick(spec.placement.strict_at_deadline, api::StrictAtDeadline::Fallback);
  out.do_not_disrupt = fields.pick(spec.placement.do_not_disrupt, true);

  limit_max_delay(out, spec, overrides);
  if (overrides.expected_duration) {
    out.expected_duration = {overrides.expected_duration, Origin::Annotation};
  }
  if (overrides.green)
    out.green = {std::make_shared<const carbon::GreenRule>(*overrides.green), Origin::Annotation};
  if (overrides.strict) out.strict = {*overrides.strict, Origin::Annotation};
  out.run_now = overrides.run_now;
  return out;
}

std::string governing(const PolicySet& policies, std::string_view job_namespace,
                      const Overrides& overrides, std::string_view system_namespace) {
  ResolvedPolicy out;
  select(out, policies, job_namespace, overrides, system_namespace);
  return std::move(out.policy_key);
}

}  // namespace karbonetes::policy
