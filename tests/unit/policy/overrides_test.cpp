#include "policy/overrides.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/v1alpha1/names.hpp"

namespace karbonetes::policy {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string warning(std::string_view key, std::string_view value) {
  Overrides o;
  const auto w = apply_annotation(o, key, value);
  EXPECT_TRUE(w) << key << "=" << value;
  EXPECT_FALSE(o.policy || o.max_delay || o.strict || o.expected_duration || o.green || o.run_now)
      << "what is warned of is ignored";
  return w.value_or("");
}

TEST(Overrides, ReadableValuesAreTaken) {
  Overrides o;
  EXPECT_EQ(apply_annotation(o, api::kPolicy, "fast"), std::nullopt);
  EXPECT_EQ(apply_annotation(o, api::kMaxDelay, "1h30m"), std::nullopt);
  EXPECT_EQ(apply_annotation(o, api::kStrict, "false"), std::nullopt);
  EXPECT_EQ(apply_annotation(o, api::kExpectedDuration, "10m"), std::nullopt);
  EXPECT_EQ(apply_annotation(o, api::kRunNow, "true"), std::nullopt);
  EXPECT_EQ(o.policy, "fast");
  EXPECT_EQ(o.max_delay, Millis(std::chrono::minutes(90)));
  EXPECT_EQ(o.strict, false);
  EXPECT_EQ(o.expected_duration, Millis(std::chrono::minutes(10)));
  EXPECT_TRUE(o.run_now);
  EXPECT_EQ(apply_annotation(o, api::kRunNow, "false"), std::nullopt);
  EXPECT_FALSE(o.run_now);
}

TEST(Overrides, UnreadableValuesAreIgnoredAndSayWhatToWrite) {
  EXPECT_THAT(warning(api::kMaxDelay, "8"),
              AllOf(HasSubstr("carbon-aware.io/max-delay"), HasSubstr("\"8\""), HasSubstr("8h"),
                    HasSubstr("the policy's value holds")));
  EXPECT_THAT(warning(api::kMaxDelay, "-1h"), HasSubstr("negative"));
  EXPECT_THAT(warning(api::kExpectedDuration, ""), HasSubstr("expected-duration"));
  EXPECT_THAT(warning(api::kStrict, "yes"), AllOf(HasSubstr("\"yes\""), HasSubstr("\"true\"")));
  EXPECT_THAT(warning(api::kRunNow, "True"), HasSubstr("not run at once"));
  EXPECT_THAT(warning(api::kPolicy, "Fast!"), HasSubstr("default policy holds"));
  EXPECT_THAT(warning(api::kPolicy, ""), HasSubstr("policy"));
  EXPECT_THAT(warning(api::kPolicy, "../secrets"), HasSubstr("not a name"));
}

TEST(Overrides, AnUnreadableValueDoesNotUndoWhatWasRead) {
  Overrides o;
  EXPECT_FALSE(apply_annotation(o, api::kMaxDelay, "2h"));
  EXPECT_TRUE(apply_annotation(o, api::kMaxDelay, "two hours"));
  EXPECT_EQ(o.max_delay, Millis(std::chrono::hours(2)));
}

TEST(Overrides, OptInThatIsNeitherTrueNorFalseIsWarnedOf) {
  Overrides o;
  EXPECT_EQ(apply_annotation(o, api::kEnabled, "true"), std::nullopt);
  EXPECT_EQ(apply_annotation(o, api::kEnabled, "false"), std::nullopt);
  EXPECT_THAT(warning(api::kEnabled, "yes"), HasSubstr("does not opt in"));
  EXPECT_TRUE(opts_in("true"));
  for (const auto* value : {"", "True", "TRUE", "1", "yes", "false", " true"}) {
    EXPECT_FALSE(opts_in(value)) << value;
  }
}

TEST(Overrides, ATypoIsReportedWithTheKeysThatThereAre) {
  EXPECT_THAT(warning("carbon-aware.io/maxDelay", "8h"),
              AllOf(HasSubstr("maxDelay"), HasSubstr("max-delay"), HasSubstr("no effect")));
  EXPECT_THAT(warning("carbon-aware.io/", "x"), HasSubstr("not known"));
  EXPECT_THAT(warning("carbon-aware.io/greenThreshold", "100"), HasSubstr("green-threshold"));
}

TEST(Overrides, GreenThresholdIsGramsOrAPercentile) {
  const auto rule = [](std::string_view value) {
    Overrides o;
    EXPECT_EQ(apply_annotation(o, "carbon-aware.io/green-threshold", value), std::nullopt) << value;
    return o.green.value_or(carbon::GreenRule(carbon::WindowSchedule()));
  };
  const auto grams = rule("200");
  EXPECT_EQ(std::get<carbon::AbsoluteThreshold>(grams).below,
            carbon::AnyIntensity(carbon::Intensity<carbon::Average>(200)));
  const auto marginal = rule("450.5 marginal");
  EXPECT_EQ(std::get<carbon::AbsoluteThreshold>(marginal).below,
            carbon::AnyIntensity(carbon::Intensity<carbon::Marginal>(450.5)));
  const auto percentile = rule("25%");
  EXPECT_EQ(std::get<carbon::PercentileThreshold>(percentile).percent, 25);
  for (const auto* bad :
       {"", "green", "-1", "nan", "inf", "1e9", "0%", "100%", "30 %", "200g", "%"}) {
    EXPECT_THAT(warning("carbon-aware.io/green-threshold", bad), HasSubstr("\"30%\"")) << bad;
  }
}

TEST(Overrides, OtherPeoplesAndOurOwnKeysAreNoTypos) {
  Overrides o;
  for (const auto key : api::kWritten)
    EXPECT_EQ(apply_annotation(o, key, "x"), std::nullopt) << key;
  for (const auto* key : {"example.com/max-delay", "max-delay", "", "carbon-aware.io",
                          "xcarbon-aware.io/typo", "karpenter.sh/do-not-disrupt"}) {
    EXPECT_EQ(apply_annotation(o, key, "x"), std::nullopt) << key;
  }
}

TEST(Overrides, HostileTextIsCutAndPlain) {
  const auto long_value = warning(api::kMaxDelay, std::string(100'000, 'x'));
  EXPECT_LT(long_value.size(), 400U);
  const auto long_key = warning("carbon-aware.io/" + std::string(100'000, 'x'), "1");
  EXPECT_LT(long_key.size(), 400U);
  const auto bytes = warning(api::kStrict, "\n\x01\xff\"");
  for (const char c : bytes) EXPECT_TRUE(c >= ' ' && c <= '~');
}

}  // namespace
}  // namespace karbonetes::policy
