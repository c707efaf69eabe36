#include "api/v1alpha1/codec/policy_codec.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace karbonetes::api {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using ::testing::AllOf;
using ::testing::HasSubstr;

// As a watch event carries it.
Result<Policy> decode_object(const std::string& object) {
  json::Reader reader;
  Result<Policy> out = fail(Errc::Internal, "no object");
  const Status ok = reader.each("{\"object\":" + object + "}",
                                [&](std::string_view key, json::Value value) -> Status {
                                  if (key == "object") out = decode_policy(value);
                                  return {};
                                });
  if (!ok) return fail(ok.error());
  return out;
}

Result<Policy> decode(const std::string& spec) {
  return decode_object(R"({"apiVersion":"carbon-aware.io/v1alpha1","kind":"CarbonAwarePolicy",
    "metadata":{"namespace":"team-a","name":"fast","resourceVersion":"4711","generation":3,
    "annotations":{"x":"{\"spec\":{\"maxDelay\":\"1s\"}}"},"managedFields":[{"manager":"kubectl"}]},
    "spec":)" + spec + R"(,"status":{"conditions":[]}})");
}

std::string error_of(const std::string& spec) {
  const auto policy = decode(spec);
  EXPECT_FALSE(policy) << spec;
  if (policy) return {};
  EXPECT_EQ(policy.error().code, Errc::InvalidArgument);
  return policy.error().message;
}

TEST(PolicyCodec, ReadsEveryField) {
  const auto policy = decode(R"({
    "green":{"timeZone":"Europe/Berlin","windows":[
      {"days":["Mon","Tue"],"start":"22:00","end":"06:00"},{"start":"12:00","end":"24:00"}]},
    "maxDelay":"8h","maxDelayLimit":"24h","expectedDuration":"30m","whenSignalUnknown":"Run",
    "placement":{"greenNodePool":"green","fallbackNodePool":"grey","greenTaintKey":"example.com/green",
      "strict":true,"strictAtDeadline":"KeepGreenPool","doNotDisrupt":false}})");
  ASSERT_TRUE(policy) << policy.error().message;
  EXPECT_EQ(policy->namespace_, "team-a");
  EXPECT_EQ(policy->name, "fast");
  EXPECT_EQ(policy->resource_version, "4711");
  EXPECT_EQ(policy->generation, 3);
  const PolicySpec& spec = policy->spec;
  ASSERT_TRUE(spec.green);
  EXPECT_EQ(std::get<carbon::WindowSchedule>(*spec.green).time_zone(), "Europe/Berlin");
  ASSERT_EQ(std::get<carbon::WindowSchedule>(*spec.green).windows().size(), 2U);
  EXPECT_EQ(std::get<carbon::WindowSchedule>(*spec.green).windows()[0].days,
            (std::vector<int>{1, 2}));
  EXPECT_EQ(std::get<carbon::WindowSchedule>(*spec.green).windows()[0].start.hour, 22);
  EXPECT_TRUE(std::get<carbon::WindowSchedule>(*spec.green).windows()[1].days.empty());
  EXPECT_EQ(std::get<carbon::WindowSchedule>(*spec.green).windows()[1].end.hour, 24);
  EXPECT_EQ(spec.max_delay, Millis(hours(8)));
  EXPECT_EQ(spec.max_delay_limit, Millis(hours(24)));
  EXPECT_EQ(spec.expected_duration, Millis(minutes(30)));
  EXPECT_EQ(spec.when_unknown, WhenUnknown::Run);
  EXPECT_EQ(spec.placement.green_node_pool, "green");
  EXPECT_EQ(spec.placement.fallback_node_pool, "grey");
  EXPECT_EQ(spec.placement.green_taint_key, "example.com/green");
  EXPECT_EQ(spec.placement.strict, true);
  EXPECT_EQ(spec.placement.strict_at_deadline, StrictAtDeadline::KeepGreenPool);
  EXPECT_EQ(spec.placement.do_not_disrupt, false);
}

TEST(PolicyCodec, WhatIsLeftOutOrNullStaysOpen) {
  for (
      const auto* spec :
      {"{}", "null",
       R"({"green":null,"maxDelay":null,"whenSignalUnknown":null,"placement":{"strict":null,"greenNodePool":null}})"}) {
    const auto policy = decode(spec);
    ASSERT_TRUE(policy) << policy.error().message;
    EXPECT_FALSE(policy->spec.green);
    EXPECT_FALSE(policy->spec.max_delay);
    EXPECT_FALSE(policy->spec.max_delay_limit);
    EXPECT_FALSE(policy->spec.expected_duration);
    EXPECT_FALSE(policy->spec.when_unknown);
    EXPECT_FALSE(policy->spec.placement.green_node_pool);
    EXPECT_FALSE(policy->spec.placement.strict);
  }
}

TEST(PolicyCodec, TimeZoneDefaultsToUtc) {
  const auto policy = decode(R"({"green":{"windows":[{"start":"22:00","end":"06:00"}]}})");
  ASSERT_TRUE(policy);
  EXPECT_EQ(std::get<carbon::WindowSchedule>(*policy->spec.green).time_zone(), "UTC");
}

TEST(PolicyCodec, FieldsOfOthersAreSkipped) {
  EXPECT_TRUE(decode(R"({"shape":{"a":[1,{"b":null}]},"placement":{"x":[[]]},"green":
    {"y":1,"windows":[{"start":"22:00","end":"06:00","z":{}}]}})"));
}

TEST(PolicyCodec, BadDurationsNameTheFieldAndWhatToWrite) {
  EXPECT_THAT(error_of(R"({"maxDelay":"8"})"), AllOf(HasSubstr("spec.maxDelay"), HasSubstr("8h")));
  EXPECT_THAT(error_of(R"({"maxDelay":8})"),
              AllOf(HasSubstr("spec.maxDelay"), HasSubstr("string")));
  EXPECT_THAT(error_of(R"({"maxDelayLimit":"-1h"})"), HasSubstr("spec.maxDelayLimit"));
  EXPECT_THAT(error_of(R"({"expectedDuration":"soon"})"), HasSubstr("spec.expectedDuration"));
  EXPECT_THAT(error_of(R"({"maxDelay":"721h"})"), HasSubstr("720h"));
  EXPECT_THAT(error_of(R"({"maxDelayLimit":"31d"})"), HasSubstr("720h"));
  EXPECT_THAT(error_of(R"({"expectedDuration":"3650d"})"), HasSubstr("720h"));
  EXPECT_THAT(error_of(R"({"maxDelay":"9h","maxDelayLimit":"8h"})"), HasSubstr("shorter maxDelay"));
  EXPECT_TRUE(decode(R"({"maxDelay":"8h","maxDelayLimit":"8h"})"));
  EXPECT_TRUE(decode(R"({"maxDelayLimit":"4h"})"));
}

TEST(PolicyCodec, BadWindowsNameTheWindowAndWhatToWrite) {
  const auto window = [](const std::string& w) {
    return error_of(R"({"green":{"windows":[{"start":"01:00","end":"02:00"},)" + w + "]}}");
  };
  EXPECT_THAT(window(R"({"start":"9:00","end":"10:00"})"),
              AllOf(HasSubstr("windows[1].start"), HasSubstr("HH:MM")));
  EXPECT_THAT(window(R"({"start":"09:00","end":"24:30"})"), HasSubstr("windows[1].end"));
  EXPECT_THAT(window(R"({"start":"24:00","end":"10:00"})"), HasSubstr("window 2"));
  EXPECT_THAT(window(R"({"start":"09:00"})"), HasSubstr("both start and end"));
  EXPECT_THAT(window(R"({"start":null,"end":"10:00"})"), HasSubstr("both start and end"));
  EXPECT_THAT(window(R"({"start":"09:00","end":"09:00"})"), HasSubstr("24:00"));
  EXPECT_THAT(window(R"({"start":"09:00","end":"10:00","days":["Montag"]})"),
              HasSubstr("Mon, Tue"));
  EXPECT_THAT(window(R"({"start":"09:00","end":"10:00","days":[1]})"), HasSubstr("days"));
  EXPECT_THAT(error_of(R"({"green":{"windows":[]}})"), HasSubstr("at least one"));
  EXPECT_THAT(error_of(R"({"green":{}})"), HasSubstr("at least one"));
  EXPECT_THAT(
      error_of(R"({"green":{"timeZone":"Mars/Base","windows":[{"start":"01:00","end":"02:00"}]}})"),
      AllOf(HasSubstr("spec.green"), HasSubstr("IANA")));
  std::string many = R"({"start":"01:00","end":"02:00"})";
  for (int i = 0; i < 64; ++i) many += R"(,{"start":"01:00","end":"02:00"})";
  EXPECT_THAT(error_of(R"({"green":{"windows":[)" + many + "]}}"), HasSubstr("at most 64"));
  std::string days = "\"Mon\"";
  for (int i = 0; i < 7; ++i) days += ",\"Mon\"";
  EXPECT_THAT(window(R"({"start":"09:00","end":"10:00","days":[)" + days + "]}"),
              HasSubstr("each day once"));
}

TEST(PolicyCodec, BadPlacementNamesTheFieldAndWhatToWrite) {
  const auto placement = [](const std::string& p) { return error_of("{\"placement\":" + p + "}"); };
  EXPECT_THAT(placement(R"({"greenNodePool":"Green_Pool"})"),
              AllOf(HasSubstr("greenNodePool"), HasSubstr("green-batch")));
  EXPECT_THAT(placement(R"({"greenNodePool":""})"), HasSubstr("greenNodePool"));
  EXPECT_THAT(placement(R"({"fallbackNodePool":"-a"})"), HasSubstr("fallbackNodePool"));
  EXPECT_THAT(placement(R"({"fallbackNodePool":")" + std::string(64, 'a') + "\"}"),
              HasSubstr("63"));
  EXPECT_THAT(placement(R"({"greenNodePool":"a","fallbackNodePool":"a"})"),
              HasSubstr("green pool"));
  EXPECT_THAT(placement(R"({"fallbackNodePool":"green-batch"})"), HasSubstr("green pool"));
  EXPECT_THAT(placement(R"({"greenTaintKey":"a/b/c"})"), HasSubstr("carbon-aware.io/green"));
  EXPECT_THAT(placement(R"({"greenTaintKey":""})"), HasSubstr("greenTaintKey"));
  EXPECT_THAT(placement(R"({"strict":"true"})"), HasSubstr("without quotes"));
  EXPECT_THAT(placement(R"({"doNotDisrupt":1})"), HasSubstr("doNotDisrupt"));
  EXPECT_THAT(placement(R"({"strictAtDeadline":"Never"})"), HasSubstr("Fallback or KeepGreenPool"));
  EXPECT_THAT(error_of(R"({"whenSignalUnknown":"wait"})"), HasSubstr("Wait or Run"));
  EXPECT_TRUE(decode(R"({"placement":{"greenTaintKey":"green","fallbackNodePool":"a1-b"}})"));
}

TEST(PolicyCodec, ModeSignalStrategyAndPace) {
  const auto policy = decode(R"({"mode":"Shadow","signal":{"source":"uk","zone":"GB"},
    "strategy":"LowestWindow","minSavingPercent":5,
    "release":{"perMinute":60,"burst":10,"vcpuPerMinute":400}})");
  ASSERT_TRUE(policy);
  const auto& spec = policy->spec;
  EXPECT_EQ(spec.mode, Mode::Shadow);
  EXPECT_EQ(spec.signal.source, "uk");
  EXPECT_EQ(spec.signal.zone, "GB");
  EXPECT_EQ(spec.strategy, Strategy::LowestWindow);
  EXPECT_DOUBLE_EQ(spec.min_saving.value(), 0.05);
  EXPECT_EQ(spec.release.per_minute, 60);
  EXPECT_EQ(spec.release.burst, 10);
  EXPECT_EQ(spec.release.vcpu_per_minute, 400);

  const auto silent = decode("{}");
  ASSERT_TRUE(silent);
  EXPECT_FALSE(silent->spec.mode || silent->spec.strategy || silent->spec.min_saving ||
               silent->spec.signal.source || silent->spec.release.per_minute);
}

TEST(PolicyCodec, GreenMayBeAThresholdOfOneKind) {
  const auto average = decode(R"({"green":{"timeZone":"UTC","threshold":{"gramsPerKWh":200}}})");
  ASSERT_TRUE(average);
  const auto& plain = std::get<carbon::AbsoluteThreshold>(*average->spec.green);
  EXPECT_EQ(plain.below, carbon::AnyIntensity(carbon::Intensity<carbon::Average>(200)));
  EXPECT_DOUBLE_EQ(plain.hysteresis, 0.05);
  const auto marginal = decode(
      R"({"green":{"threshold":{"gramsPerKWh":450,"kind":"Marginal","hysteresisPercent":0}}})");
  ASSERT_TRUE(marginal);
  const auto& moer = std::get<carbon::AbsoluteThreshold>(*marginal->spec.green);
  EXPECT_EQ(moer.below, carbon::AnyIntensity(carbon::Intensity<carbon::Marginal>(450)));
  EXPECT_EQ(moer.hysteresis, 0);
}

TEST(PolicyCodec, GreenMayBeAPercentile) {
  const auto policy = decode(R"({"green":{"percentile":{"percent":20,"horizon":"48h"}}})");
  ASSERT_TRUE(policy);
  const auto& rule = std::get<carbon::PercentileThreshold>(*policy->spec.green);
  EXPECT_EQ(rule.percent, 20);
  EXPECT_EQ(rule.horizon, std::chrono::hours(48));
}

TEST(PolicyCodec, BadGreenRulesSayWhatToWrite) {
  const auto green = [](const std::string& g) { return error_of("{\"green\":" + g + "}"); };
  EXPECT_THAT(green(R"({"threshold":{}})"), AllOf(HasSubstr("gramsPerKWh"), HasSubstr("200")));
  EXPECT_THAT(green(R"({"threshold":{"gramsPerKWh":-1}})"), HasSubstr("0 to 100000"));
  EXPECT_THAT(green(R"({"threshold":{"gramsPerKWh":"200"}})"), HasSubstr("without quotes"));
  EXPECT_THAT(green(R"({"threshold":{"gramsPerKWh":1,"kind":"MOER"}})"),
              HasSubstr("Average or Marginal"));
  EXPECT_THAT(green(R"({"percentile":{}})"), AllOf(HasSubstr("percent"), HasSubstr("30")));
  EXPECT_THAT(green(R"({"percentile":{"percent":100}})"), HasSubstr("1 to 99"));
  EXPECT_THAT(green(R"({"percentile":{"percent":30,"horizon":"30m"}})"), HasSubstr("1h to 168h"));
  EXPECT_THAT(green(R"({"percentile":{"percent":30},"threshold":{"gramsPerKWh":1}})"),
              HasSubstr("one of windows, threshold and percentile"));
}

TEST(PolicyCodec, BadPaceSignalAndStrategySayWhatToWrite) {
  EXPECT_THAT(error_of(R"({"release":{"perMinute":0}})"), HasSubstr("1 to 1000000"));
  EXPECT_THAT(error_of(R"({"release":{"burst":5}})"), HasSubstr("perMinute"));
  EXPECT_THAT(error_of(R"({"signal":{"source":"UK grid"}})"), HasSubstr("spec.signal.source"));
  EXPECT_THAT(error_of(R"({"signal":{"zone":"a b"}})"), HasSubstr("is not a zone"));
  EXPECT_THAT(error_of(R"({"strategy":"Cheapest"})"),
              AllOf(HasSubstr("FirstGreen"), HasSubstr("CarbonTime")));
  EXPECT_THAT(error_of(R"({"mode":"Off"})"), HasSubstr("Enforce or Shadow"));
  EXPECT_THAT(error_of(R"({"minSavingPercent":101})"), HasSubstr("0 to 100"));
}

TEST(PolicyCodec, ARefusedSpecStillHasAName) {
  json::Reader reader;
  Policy policy;
  Status status;
  const std::string text =
      R"({"object":{"metadata":{"namespace":"a","name":"b","resourceVersion":"7"},"spec":{"maxDelay":"x"}}})";
  ASSERT_TRUE(reader.each(text, [&](std::string_view, json::Value value) -> Status {
    status = decode_policy(value, policy);
    return {};
  }));
  EXPECT_FALSE(status);
  EXPECT_EQ(policy.namespace_ + "/" + policy.name + "@" + policy.resource_version, "a/b@7");
}

TEST(PolicyCodec, WrongShapesAreErrorsNotCrashes) {
  for (const auto* spec :
       {"[]", "1", "\"x\"", R"({"green":[]})", R"({"green":{"windows":{}}})",
        R"({"green":{"windows":[1]}})", R"({"green":{"windows":[null]}})",
        R"({"green":{"windows":[{"start":"01:00","end":"02:00","days":"Mon"}]}})",
        R"({"placement":[]})", R"({"placement":"green"})", R"({"maxDelay":{}})"}) {
    EXPECT_FALSE(decode(spec)) << spec;
  }
  for (const auto* object : {"{}", "[]", "null", R"({"metadata":{}})", R"({"metadata":{"name":1}})",
                             R"({"metadata":{"name":"a","generation":"x"}})", R"({"metadata":[]})",
                             R"({"spec":{}})", R"({"metadata":{"name":"a"},"spec":{"maxDelay")"}) {
    EXPECT_FALSE(decode_object(object)) << object;
  }
}

TEST(PolicyCodec, ErrorsAreShortAndPlainWhateverWasStored) {
  const std::string message =
      error_of(R"({"maxDelay":")" + std::string(10'000, 'x') + "\\u0007\"}");
  EXPECT_LT(message.size(), 300U);
}

}  // namespace
}  // namespace karbonetes::api
