#include "policy/resolve.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/v1alpha1/names.hpp"

namespace karbonetes::policy {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kSystem = "karbonetes-system";

void add(PolicySet& set, std::string ns, std::string policy_name, api::PolicySpec spec) {
  std::string key = ns + "/" + policy_name;
  auto policy = std::make_shared<api::Policy>();
  policy->namespace_ = std::move(ns);
  policy->name = std::move(policy_name);
  policy->spec = std::move(spec);
  set.by_key[key] = std::move(policy);
}

api::PolicySpec with_delay(Millis max_delay) {
  api::PolicySpec spec;
  spec.max_delay = max_delay;
  return spec;
}

PolicySet three_levels() {
  PolicySet set;
  add(set, "team-a", "fast", with_delay(hours(1)));
  add(set, "team-a", "default", with_delay(hours(2)));
  add(set, kSystem, "default", with_delay(hours(3)));
  add(set, "team-b", "fast", with_delay(hours(4)));
  return set;
}

Overrides named(std::string policy) {
  Overrides o;
  o.policy = std::move(policy);
  return o;
}

TEST(Resolve, NothingSaidIsTheBuiltInDefault) {
  const auto r = resolve({}, "team-a", {}, kSystem);
  EXPECT_EQ(r.policy_key, "built-in");
  EXPECT_EQ(r.policy_origin, Origin::BuiltIn);
  EXPECT_EQ(r.policy, nullptr);
  EXPECT_EQ(r.green.value, nullptr);
  EXPECT_EQ(r.max_delay.value, Millis(hours(8)));
  EXPECT_EQ(r.max_delay.origin, Origin::BuiltIn);
  EXPECT_EQ(r.expected_duration.value, std::nullopt);
  EXPECT_EQ(r.when_unknown.value, api::WhenUnknown::Wait);
  EXPECT_EQ(r.green_node_pool.value, "green-batch");
  EXPECT_EQ(r.fallback_node_pool.value, "");
  EXPECT_EQ(r.green_taint_key.value, api::kGreenTaint);
  EXPECT_FALSE(r.strict.value);
  EXPECT_EQ(r.strict_at_deadline.value, api::StrictAtDeadline::Fallback);
  EXPECT_TRUE(r.do_not_disrupt.value);
  EXPECT_FALSE(r.run_now);
  EXPECT_THAT(r.warnings, IsEmpty());
}

TEST(Resolve, OrderIsNamedThenNamespaceThenSystem) {
  const PolicySet set = three_levels();
  const auto fast = resolve(set, "team-a", named("fast"), kSystem);
  EXPECT_EQ(fast.policy_key, "team-a/fast");
  EXPECT_EQ(fast.policy_origin, Origin::NamedPolicy);
  EXPECT_EQ(fast.max_delay.value, Millis(hours(1)));
  EXPECT_EQ(fast.max_delay.origin, Origin::NamedPolicy);

  const auto ns = resolve(set, "team-a", {}, kSystem);
  EXPECT_EQ(ns.policy_key, "team-a/default");
  EXPECT_EQ(ns.policy_origin, Origin::NamespaceDefault);
  EXPECT_EQ(ns.max_delay.value, Millis(hours(2)));

  const auto system = resolve(set, "team-b", {}, kSystem);
  EXPECT_EQ(system.policy_key, "karbonetes-system/default");
  EXPECT_EQ(system.policy_origin, Origin::SystemDefault);
  EXPECT_EQ(system.max_delay.value, Millis(hours(3)));
}

TEST(Resolve, ANamedPolicyIsSoughtInTheJobsNamespaceOnly) {
  const auto r = resolve(three_levels(), "team-c", named("fast"), kSystem);
  EXPECT_EQ(r.policy_key, "karbonetes-system/default");
  EXPECT_THAT(r.warnings, ElementsAre(AllOf(HasSubstr("\"fast\""), HasSubstr("team-c"),
                                            HasSubstr("karbonetes-system/default holds"))));
}

TEST(Resolve, AMissingNamedPolicyFallsToTheNextWithAWarning) {
  const auto r = resolve(three_levels(), "team-a", named("slow"), kSystem);
  EXPECT_EQ(r.policy_key, "team-a/default");
  EXPECT_EQ(r.policy_origin, Origin::NamespaceDefault);
  EXPECT_THAT(r.warnings, ElementsAre(HasSubstr("\"slow\"")));
  const auto none = resolve({}, "team-a", named("slow"), kSystem);
  EXPECT_EQ(none.policy_key, "built-in");
  EXPECT_THAT(none.warnings, ElementsAre(HasSubstr("built-in default holds")));
}

TEST(Resolve, TheSystemNamespacesOwnDefaultIsItsNamespaceDefault) {
  EXPECT_EQ(resolve(three_levels(), kSystem, {}, kSystem).policy_origin, Origin::NamespaceDefault);
}

TEST(Resolve, APolicyDoesNotInheritFromTheNextInTheOrder) {
  PolicySet set = three_levels();
  add(set, "team-a", "empty", {});
  const auto r = resolve(set, "team-a", named("empty"), kSystem);
  EXPECT_EQ(r.policy_key, "team-a/empty");
  EXPECT_EQ(r.max_delay.value, Millis(hours(8)));
  EXPECT_EQ(r.max_delay.origin, Origin::BuiltIn);
}

TEST(Resolve, EveryFieldOfThePolicyArrives) {
  api::PolicySpec spec;
  spec.green = carbon::WindowSchedule::make({{{}, {22, 0}, {6, 0}}}, "UTC").value();
  spec.max_delay = hours(5);
  spec.expected_duration = minutes(20);
  spec.when_unknown = api::WhenUnknown::Run;
  spec.placement = {"g", "f", "t", true, api::StrictAtDeadline::KeepGreenPool, false};
  PolicySet set;
  add(set, "team-a", "default", spec);
  const auto r = resolve(set, "team-a", {}, kSystem);
  set.by_key.clear();  // what was resolved keeps its policy alive
  ASSERT_NE(r.green.value, nullptr);
  EXPECT_EQ(r.green.value.get(), &*r.policy->spec.green);
  EXPECT_EQ(std::get<carbon::WindowSchedule>(*r.green.value).windows().size(), 1U);
  EXPECT_EQ(r.max_delay.value, Millis(hours(5)));
  EXPECT_EQ(r.expected_duration.value, Millis(minutes(20)));
  EXPECT_EQ(r.expected_duration.origin, Origin::NamespaceDefault);
  EXPECT_EQ(r.when_unknown.value, api::WhenUnknown::Run);
  EXPECT_EQ(r.green_node_pool.value, "g");
  EXPECT_EQ(r.fallback_node_pool.value, "f");
  EXPECT_EQ(r.green_taint_key.value, "t");
  EXPECT_TRUE(r.strict.value);
  EXPECT_EQ(r.strict_at_deadline.value, api::StrictAtDeadline::KeepGreenPool);
  EXPECT_FALSE(r.do_not_disrupt.value);
  EXPECT_EQ(r.do_not_disrupt.origin, Origin::NamespaceDefault);
}

TEST(Resolve, AnnotationsOverrideSingleFields) {
  Overrides o;
  o.max_delay = minutes(30);
  o.strict = true;
  o.expected_duration = minutes(7);
  o.run_now = true;
  const auto r = resolve(three_levels(), "team-a", o, kSystem);
  EXPECT_EQ(r.policy_key, "team-a/default");
  EXPECT_EQ(r.max_delay.value, Millis(minutes(30)));
  EXPECT_EQ(r.max_delay.origin, Origin::Annotation);
  EXPECT_TRUE(r.strict.value);
  EXPECT_EQ(r.strict.origin, Origin::Annotation);
  EXPECT_EQ(r.expected_duration.value, Millis(minutes(7)));
  EXPECT_EQ(r.expected_duration.origin, Origin::Annotation);
  EXPECT_EQ(r.do_not_disrupt.origin, Origin::BuiltIn);
  EXPECT_TRUE(r.run_now);
}

TEST(Resolve, MaxDelayAboveThePolicysLimitIsCutWithAWarning) {
  api::PolicySpec spec = with_delay(hours(2));
  spec.max_delay_limit = hours(4);
  PolicySet set;
  add(set, "team-a", "default", spec);
  Overrides o;
  o.max_delay = hours(4);
  EXPECT_THAT(resolve(set, "team-a", o, kSystem).warnings, IsEmpty());
  o.max_delay = hours(5);
  const auto r = resolve(set, "team-a", o, kSystem);
  EXPECT_EQ(r.max_delay.value, Millis(hours(4)));
  EXPECT_EQ(r.max_delay.origin, Origin::Annotation);
  EXPECT_THAT(r.warnings, ElementsAre(AllOf(HasSubstr("5h"), HasSubstr("at most 4h"),
                                            HasSubstr("team-a/default"))));
}

TEST(Resolve, WithoutALimitThirtyDaysAreTheMost) {
  Overrides o;
  o.max_delay = hours(24 * 365);
  const auto r = resolve({}, "team-a", o, kSystem);
  EXPECT_EQ(r.max_delay.value, api::kHardMaxDelay);
  EXPECT_THAT(r.warnings, ElementsAre(HasSubstr("720h")));
}

TEST(Resolve, ALimitBelowTheBuiltInDefaultHoldsForItToo) {
  api::PolicySpec spec;
  spec.max_delay_limit = hours(4);
  PolicySet set;
  add(set, "team-a", "default", spec);
  const auto r = resolve(set, "team-a", {}, kSystem);
  EXPECT_EQ(r.max_delay.value, Millis(hours(4)));
  EXPECT_EQ(r.max_delay.origin, Origin::NamespaceDefault);
  EXPECT_THAT(r.warnings, IsEmpty());
}

TEST(Resolve, OriginsHaveNames) {
  EXPECT_STREQ(name(Origin::BuiltIn), "built-in default");
  EXPECT_STREQ(name(Origin::SystemDefault), "system default policy");
  EXPECT_STREQ(name(Origin::NamespaceDefault), "namespace default policy");
  EXPECT_STREQ(name(Origin::NamedPolicy), "named policy");
  EXPECT_STREQ(name(Origin::Annotation), "annotation");
}

}  // namespace
}  // namespace karbonetes::policy
