#include "cli/explain.hpp"

#include <gmock/gmock.h>

#include "fixtures.hpp"
#include "json/document.hpp"

namespace karbonetes::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

const TimePoint kNow = at("2026-11-24T13:12:00Z");

constexpr std::string_view kNightly =
    R"("green":{"timeZone":"UTC","windows":[{"start":"22:00","end":"06:00"}]})";

ExplainInput input_of(const std::string& json) {
  ExplainInput input;
  input.job = job(json);
  input.system_namespace = "karbonetes-system";
  return input;
}

std::string text_of(const ExplainInput& input) { return render_text(explain(input, kNow), false); }

std::string from_of(const Explanation& e, std::string_view field) {
  for (const auto& f : e.fields) {
    if (f.field == field) return f.from;
  }
  return "no such field";
}

TEST(Explain, WaitingJobTellsSinceUntilWhyAndWhatToDo) {
  const auto text = text_of(input_of(waiting_json("train")));
  EXPECT_THAT(text, HasSubstr("Job team-a/train: waiting\n"));
  EXPECT_THAT(text, HasSubstr("It is opted in"));
  EXPECT_THAT(text, HasSubstr("It waits since 2026-11-24T10:00:00Z (3h12m ago)."));
  EXPECT_THAT(text, HasSubstr("Why: not green until 22:00\n"));
  EXPECT_THAT(text, HasSubstr("at the latest at 2026-11-24T18:00:00Z (in 4h48m)"));
  EXPECT_THAT(text, HasSubstr("kubectl karbonetes run-now -n team-a train\n"));
  EXPECT_THAT(text, HasSubstr("Policy: built-in\n"));
}

TEST(Explain, NotOptedInSaysWhatToAdd) {
  const auto text = text_of(input_of(job_json("plain", "", "")));
  EXPECT_THAT(text, HasSubstr("not opted in"));
  EXPECT_THAT(text, HasSubstr("carbon-aware.io/enabled: \"true\""));
  EXPECT_THAT(text, HasSubstr("spec.jobTemplate.metadata.annotations"));
  EXPECT_THAT(text, Not(HasSubstr("run-now")));
}

TEST(Explain, NextLookIsTheGreenWindowOrTheDeadline) {
  auto input = input_of(waiting_json("train", "", "2026-11-24T23:30:00Z"));
  input.policies = policies(policy_json("team-a", "default", kNightly));
  EXPECT_EQ(explain(input, kNow).next_look, at("2026-11-24T22:00:00Z"));
  input.job = job(waiting_json("train"));
  EXPECT_EQ(explain(input, kNow).next_look, at("2026-11-24T18:00:00Z"));
}

TEST(Explain, WithoutTheControllersSignalNothingIsInvented) {
  const auto out = explain(input_of(waiting_json("train")), kNow);
  EXPECT_EQ(out.next_look, std::nullopt);
  EXPECT_EQ(out.signal, std::nullopt);
  EXPECT_THAT(render_text(out, false), HasSubstr("when the controller's signal"));
}

TEST(Explain, EachFieldSaysWhereItCameFrom) {
  auto input = input_of(waiting_json(
      "train", R"(,"carbon-aware.io/max-delay":"2h","carbon-aware.io/strict":"true")"));
  input.policies = policies(policy_json("karbonetes-system", "default",
                                        R"("maxDelay":"6h","placement":{"greenNodePool":"wind"})"));
  const auto out = explain(input, kNow);
  EXPECT_EQ(out.policy, "karbonetes-system/default");
  EXPECT_EQ(from_of(out, "maxDelay"), "annotation carbon-aware.io/max-delay");
  EXPECT_EQ(from_of(out, "placement.strict"), "annotation carbon-aware.io/strict");
  EXPECT_EQ(from_of(out, "placement.greenNodePool"), "policy karbonetes-system/default");
  EXPECT_EQ(from_of(out, "placement.doNotDisrupt"), "built-in default");
  EXPECT_EQ(from_of(out, "green"), "built-in default");
  EXPECT_THAT(render_text(out, false), HasSubstr("placement.greenNodePool      wind"));
}

TEST(Explain, NamespacePolicyWinsAndNamedPolicyWinsOverIt) {
  auto input = input_of(waiting_json("train", R"(,"carbon-aware.io/policy":"night")"));
  input.policies = policies(policy_json("team-a", "default", R"("maxDelay":"6h")") + "," +
                            policy_json("team-a", "night", R"("maxDelay":"7h")"));
  EXPECT_EQ(explain(input, kNow).policy, "team-a/night");
  input.policies.by_key.erase("team-a/night");
  const auto out = explain(input, kNow);
  EXPECT_EQ(out.policy, "team-a/default");
  ASSERT_FALSE(out.ignored.empty());
  EXPECT_THAT(out.ignored.back(), HasSubstr("night"));
}

TEST(Explain, IgnoredAnnotationsAreTold) {
  const auto out = explain(
      input_of(waiting_json(
          "train", R"(,"carbon-aware.io/max-delay":"soon","carbon-aware.io/max-dely":"1h")")),
      kNow);
  ASSERT_EQ(out.ignored.size(), 2u);
  const auto text = render_text(out, false);
  EXPECT_THAT(text, HasSubstr("Without effect:"));
  EXPECT_THAT(text, HasSubstr("soon"));
  EXPECT_THAT(text, HasSubstr("max-dely"));
}

const std::string kChild = job_json(
    "hourly-29", R"("carbon-aware.io/state":"waiting")",
    std::string(kOptIn) +
        R"(,"batch.kubernetes.io/cronjob-scheduled-timestamp":"2026-11-24T13:00:00Z",)" +
        R"("carbon-aware.io/waiting-since":"2026-11-24T13:00:01Z","carbon-aware.io/deadline":"2026-11-24T21:00:00Z")",
    R"("suspend":true)", "",
    R"(,"ownerReferences":[{"apiVersion":"batch/v1","kind":"CronJob","name":"hourly","uid":"x","controller":true}])");

TEST(Explain, CronJobCapsTheDeadline) {
  auto input = input_of(kChild);
  input.cron = plan::CronFacts{plan::ConcurrencyPolicy::Forbid, "0 * * * *", ""};
  const auto out = explain(input, kNow);
  EXPECT_TRUE(out.deadline_capped_by_cron);
  EXPECT_LT(*out.until, at("2026-11-24T14:00:00Z"));
  EXPECT_THAT(
      render_text(out, false),
      HasSubstr("child of CronJob hourly, scheduled for 2026-11-24T13:00:00Z (schedule "
                "\"0 * * * *\", time zone UTC, concurrencyPolicy Forbid); its deadline is capped"));
  input.cron->concurrency = plan::ConcurrencyPolicy::Allow;
  EXPECT_EQ(explain(input, kNow).until, at("2026-11-24T21:00:00Z"));
}

TEST(Explain, CronJobThatCannotBeReadIsSaid) {
  EXPECT_THAT(text_of(input_of(kChild)), HasSubstr("CronJob cannot be read now"));
}

TEST(Explain, OtherStatesAreTold) {
  EXPECT_THAT(
      text_of(input_of(job_json("x", R"("carbon-aware.io/state":"user-suspended")", kOptIn))),
      HasSubstr("Karbonetes never releases it"));
  EXPECT_THAT(text_of(input_of(job_json("x", R"("carbon-aware.io/state":"missed")", kOptIn,
                                        R"("suspend":false)"))),
              HasSubstr("was left alone"));
  EXPECT_THAT(text_of(input_of(job_json("x", "", kOptIn))),
              HasSubstr("neither webhook nor controller"));
  EXPECT_THAT(
      text_of(input_of(job_json(
          "x", R"("carbon-aware.io/state":"released")",
          std::string(kOptIn) +
              R"(,"carbon-aware.io/released-at":"2026-11-24T13:00:00Z","carbon-aware.io/release-reason":"fallback")"))),
      HasSubstr("It is released since 2026-11-24T13:00:00Z (12m ago) for the reason fallback."));
  EXPECT_THAT(text_of(input_of(job_json("x", R"("carbon-aware.io/state":"waiting")", ""))),
              HasSubstr("opt-in was taken back"));
  EXPECT_THAT(text_of(input_of(job_json("x", R"("kueue.x-k8s.io/queue-name":"q")", kOptIn))),
              HasSubstr("Kueue"));
  EXPECT_THAT(text_of(input_of(
                  job_json("x", "", kOptIn, R"("suspend":true,"managedBy":"example.com/other")"))),
              HasSubstr("managed by example.com/other"));
}

TEST(Explain, RunNowAlreadyAskedForIsNotAdvised) {
  const auto out =
      explain(input_of(waiting_json("train", R"(,"carbon-aware.io/run-now":"true")")), kNow);
  EXPECT_TRUE(out.advice.empty());
  EXPECT_EQ(out.next_look, kNow);
}

TEST(Explain, JsonIsWhole) {
  auto input = input_of(waiting_json("train"));
  input.policies = policies(policy_json("team-a", "default", kNightly));
  const auto body = json::parse(render_json(explain(input, kNow)));
  ASSERT_TRUE(body);
  EXPECT_EQ((*body)["state"], "waiting");
  EXPECT_EQ((*body)["until"], "2026-11-24T18:00:00Z");
  EXPECT_EQ((*body)["policy"]["name"], "team-a/default");
  EXPECT_EQ((*body)["signal"]["state"], "not-green");
  EXPECT_EQ((*body)["signal"]["nextGreen"], "2026-11-24T22:00:00Z");
  EXPECT_TRUE((*body)["cronJob"].is_null());
}

TEST(Explain, HostileTextDoesNotReachTheTerminal) {
  auto input = input_of(kChild);
  input.job.decision = "\x1b[2J";
  input.job.release_reason = "\x1b[2J";
  input.job.facts.cronjob = "\x1b[2J";
  input.job.ignored = {"\x1b[2J"};
  input.notes = {"\x1b[2J\n"};
  input.cron = plan::CronFacts{plan::ConcurrencyPolicy::Allow, "\x1b[2J", "\x1b[2J"};
  EXPECT_THAT(text_of(input), Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace karbonetes::cli
