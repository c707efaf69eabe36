#include "controller/policy_status.hpp"

#include <gmock/gmock.h>

namespace karbonetes::controller {
namespace {

using ::testing::HasSubstr;

TimePoint at(const char* text) { return *parse_rfc3339(text); }
const TimePoint kNow = at("2026-11-24T12:00:00Z");

policy::PolicySet policies(api::PolicySpec spec = {}) {
  auto policy = std::make_shared<api::Policy>();
  policy->namespace_ = "team-a";
  policy->name = "night";
  policy->generation = 4;
  policy->spec = std::move(spec);
  policy::PolicySet set;
  set.by_key["team-a/night"] = policy;
  return set;
}

carbon::Signals signals() {
  carbon::Signal s;
  s.source = "uk";
  s.zone = "GB";
  s.observed_at = kNow - Seconds(30);
  s.says_green = false;
  carbon::Series<carbon::Average> series;
  for (int hour = 0; hour < 24; ++hour)
    series.points.push_back(
        {kNow + std::chrono::hours(hour - 1),
         carbon::Intensity<carbon::Average>(hour >= 6 && hour < 14 ? 80 : 300)});
  series.end = kNow + std::chrono::hours(23);
  series.observed_until = kNow;
  s.forecast = carbon::Forecast::prepare(std::move(series));
  return carbon::only(std::move(s));
}

TEST(PolicyStatus, TellsWhatThePolicyCallsGreen) {
  const auto status = status_of("team-a/night", policies(), signals(), {}, kNow);
  EXPECT_EQ(status.state, "not-green");
  EXPECT_EQ(status.next_green, at("2026-11-24T17:00:00Z"));
  EXPECT_EQ(status.source + " " + status.kind + " " + status.freshness, "uk average fresh");
  EXPECT_EQ(status.grams_per_kwh, 300);
  const auto later =
      status_of("team-a/night", policies(), signals(), {}, at("2026-11-24T18:00:00Z"));
  EXPECT_EQ(later.state, "green");
  EXPECT_EQ(later.next_green, std::nullopt);
}

TEST(PolicyStatus, ASourceThatIsNotConfiguredIsACondition) {
  api::PolicySpec spec;
  spec.signal.source = "nowhere";
  const auto status = status_of("team-a/night", policies(spec), signals(), {}, kNow);
  const auto body = apply_body("team-a/night", status, {}, kNow);
  const auto& ready = body["status"]["conditions"][0];
  EXPECT_EQ(ready["status"], "False");
  EXPECT_EQ(ready["reason"], "SourceNotConfigured");
  EXPECT_THAT(ready["message"].get<std::string>(), HasSubstr("nowhere"));
}

TEST(PolicyStatus, ASpecThatCannotBeReadIsACondition) {
  auto set = policies();
  set.refused["team-a/night"] = "spec.maxDelay: bad";
  const auto body =
      apply_body("team-a/night", status_of("team-a/night", set, signals(), {}, kNow), {}, kNow);
  EXPECT_EQ(body["status"]["conditions"][0]["reason"], "Unreadable");
}

TEST(PolicyStatus, IsWrittenForWhatPeopleActOnAndNotForAges) {
  const auto first = status_of("team-a/night", policies(), signals(), {}, kNow);
  auto aged = first;
  *aged.observed_at += Seconds(60);
  aged.grams_per_kwh = 301;
  EXPECT_FALSE(worth_writing(first, aged));
  *aged.observed_at += kFreshEnough;
  EXPECT_TRUE(worth_writing(first, aged));
  auto waits = first;
  waits.counts.waiting = 1;
  EXPECT_TRUE(worth_writing(first, waits));
  auto green = first;
  green.state = "green";
  EXPECT_TRUE(worth_writing(first, green));
}

TEST(PolicyStatus, TransitionTimesStayWhileTheConditionDoes) {
  const auto status = status_of("team-a/night", policies(), signals(), {}, kNow);
  const auto body = apply_body("team-a/night", status,
                               {{"Ready", {"True", "2026-11-01T00:00:00Z"}},
                                {"SignalFresh", {"False", "2026-11-01T00:00:00Z"}}},
                               kNow);
  EXPECT_EQ(body["status"]["conditions"][0]["lastTransitionTime"], "2026-11-01T00:00:00Z");
  EXPECT_EQ(body["status"]["conditions"][1]["lastTransitionTime"], "2026-11-24T12:00:00Z");
  EXPECT_EQ(body["metadata"]["namespace"], "team-a");
}

}  // namespace
}  // namespace karbonetes::controller
