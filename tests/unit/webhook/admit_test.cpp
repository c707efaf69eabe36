#include "webhook/admit.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "../placement/job_text.hpp"
#include "base/base64.hpp"
#include "webhook/review.hpp"

namespace karbonetes::webhook {
namespace {

using json::Document;
using test::at;
using test::job;
using ::testing::StartsWith;

const TimePoint kNow = at("2026-11-24T12:00:00Z");

class AdmitTest : public ::testing::Test {
 protected:
  Admission run(const Document& object, TimePoint now = kNow) {
    signal_.observed_at = now;
    const test::ReadJob read(object);
    const auto signals = carbon::only(signal_);
    return admit(read.view, "team-a",
                 {policies_, signals, cron_, durations_, "karbonetes-system", now});
  }
  // The Job as it would be stored.
  Document stored(const Document& object, TimePoint now = kNow) {
    return object.patch(run(object, now).patch);
  }

  void set_green(bool green) { signal_.green = green; }
  void shadow() {
    auto policy = std::make_shared<api::Policy>();
    policy->namespace_ = "team-a";
    policy->name = "default";
    policy->spec.mode = api::Mode::Shadow;
    policies_.by_key["team-a/default"] = policy;
  }

  policy::PolicySet policies_;
  DurationLookup durations_;
  carbon::Signal signal_ = [] {
    carbon::Signal s;
    s.source = "test";
    return s;
  }();
  CronLookup cron_ = [](std::string_view, std::string_view) { return std::nullopt; };
};

Document created(const char* annotations = R"({"carbon-aware.io/enabled":"true"})") {
  auto object = job();
  for (const char* key : {"uid", "resourceVersion", "creationTimestamp"})
    object["metadata"].erase(key);
  object["metadata"]["annotations"] = test::document(annotations);
  return object;
}

TEST_F(AdmitTest, JobThatDidNotOptInIsNotTouched) {
  for (const char* annotations :
       {"{}", R"({"carbon-aware.io/enabled":"false"})", R"({"carbon-aware.io/max-delay":"x"})"}) {
    const auto admission = run(created(annotations));
    EXPECT_EQ(admission.outcome, Outcome::NotOptedIn) << annotations;
    EXPECT_TRUE(admission.patch.empty());
    EXPECT_TRUE(admission.warnings.empty());
  }
}

TEST_F(AdmitTest, NotGreenHolds) {
  const auto object = stored(created());
  EXPECT_EQ(object["spec"]["suspend"], true);
  EXPECT_EQ(object["metadata"]["labels"]["carbon-aware.io/state"], "waiting");
  EXPECT_EQ(object["metadata"]["annotations"]["carbon-aware.io/deadline"], "2026-11-24T20:00:00Z");
  EXPECT_FALSE(object["spec"]["template"]["spec"].contains("affinity"));
}

TEST_F(AdmitTest, GreenRunsOnTheGreenPool) {
  set_green(true);
  const auto object = stored(created());
  EXPECT_EQ(object["spec"]["suspend"], false);
  EXPECT_EQ(object["metadata"]["labels"]["carbon-aware.io/state"], "released");
  EXPECT_EQ(object["metadata"]["annotations"]["carbon-aware.io/release-reason"], "green");
  EXPECT_TRUE(object["spec"]["template"]["spec"].contains("affinity"));
}

TEST_F(AdmitTest, UsersSuspensionIsTheUsers) {
  auto object = created();
  object["spec"]["suspend"] = true;
  for (const bool green : {false, true}) {
    set_green(green);
    const auto after = stored(object);
    EXPECT_EQ(after["spec"]["suspend"], true);
    EXPECT_EQ(after["metadata"]["labels"]["carbon-aware.io/state"], "user-suspended");
    EXPECT_FALSE(after["spec"]["template"]["spec"].contains("affinity"));
  }
}

TEST_F(AdmitTest, AppliedToItsOwnAnswerItChangesNothing) {
  for (const bool green : {false, true}) {
    set_green(green);
    const auto once = stored(created());
    const auto again = run(once, kNow + Millis(400));
    EXPECT_EQ(again.outcome, Outcome::Unchanged) << green;
    EXPECT_TRUE(again.patch.empty()) << green;
  }
}

TEST_F(AdmitTest, QueueLabelThatComesBetweenTwoCallsIsGated) {
  auto once = stored(created());
  once["metadata"]["labels"]["kueue.x-k8s.io/queue-name"] = "team";
  const auto after = once.patch(run(once, kNow + Millis(400)).patch);
  EXPECT_EQ(after["metadata"]["annotations"]["kueue.x-k8s.io/admission-gated-by"],
            "carbon-aware.io/gate");
}

TEST_F(AdmitTest, ManifestCopiedFromAWaitingJobWaitsAnew) {
  const auto copy = stored(created());
  const auto later = kNow + std::chrono::hours(24);
  const auto after = stored(copy, later);
  EXPECT_EQ(after["metadata"]["annotations"]["carbon-aware.io/deadline"], "2026-11-25T20:00:00Z");
  set_green(true);
  const auto run_at_once = stored(copy, later);
  EXPECT_EQ(run_at_once["spec"]["suspend"], false);
  EXPECT_FALSE(run_at_once["metadata"]["annotations"].contains("carbon-aware.io/deadline"));
  EXPECT_FALSE(run_at_once["metadata"]["annotations"].contains("carbon-aware.io/waiting-since"));
}

TEST_F(AdmitTest, ForeignManagerIsLeftAloneWithAWarning) {
  auto object = created();
  object["spec"]["managedBy"] = "example.com/operator";
  const auto admission = run(object);
  EXPECT_EQ(admission.outcome, Outcome::NotManaged);
  EXPECT_TRUE(admission.patch.empty());
  ASSERT_EQ(admission.warnings.size(), 1U);
}

TEST_F(AdmitTest, KueueJobIsGatedWithoutTouchingSuspend) {
  auto object = created();
  object["metadata"]["labels"]["kueue.x-k8s.io/queue-name"] = "team";
  for (const bool suspended : {false, true}) {
    object["spec"]["suspend"] = suspended;
    const auto after = stored(object);
    EXPECT_EQ(after["spec"]["suspend"], suspended);
    EXPECT_EQ(after["metadata"]["annotations"]["kueue.x-k8s.io/admission-gated-by"],
              "carbon-aware.io/gate");
  }
}

TEST_F(AdmitTest, UnreadableAnnotationsWarnAndDoNotBlock) {
  const auto admission = run(created(
      R"({"carbon-aware.io/enabled":"true","carbon-aware.io/max-delay":"soon","carbon-aware.io/polcy":"x"})"));
  EXPECT_EQ(admission.outcome, Outcome::Held);
  EXPECT_EQ(admission.warnings.size(), 2U);
}

TEST_F(AdmitTest, NamedPolicyThatDoesNotExistWarns) {
  const auto admission =
      run(created(R"({"carbon-aware.io/enabled":"true","carbon-aware.io/policy":"nope"})"));
  EXPECT_EQ(admission.outcome, Outcome::Held);
  ASSERT_EQ(admission.warnings.size(), 1U);
  EXPECT_NE(admission.warnings[0].find("nope"), std::string::npos);
}

TEST_F(AdmitTest, ReplaceChildIsHeldNoLongerThanItsCronJobAllows) {
  cron_ = [](std::string_view ns, std::string_view name) -> std::optional<plan::CronFacts> {
    EXPECT_EQ(ns, "team-a");
    EXPECT_EQ(name, "hourly");
    return plan::CronFacts{plan::ConcurrencyPolicy::Replace, "0 * * * *", ""};
  };
  auto object = created(R"({"carbon-aware.io/enabled":"true",
      "batch.kubernetes.io/cronjob-scheduled-timestamp":"2026-11-24T12:00:00Z"})");
  object["metadata"]["ownerReferences"] =
      test::document(R"([{"kind":"CronJob","name":"hourly","uid":"c","controller":true}])");
  EXPECT_EQ(stored(object)["metadata"]["annotations"]["carbon-aware.io/deadline"],
            "2026-11-24T12:30:00Z");
}

TEST_F(AdmitTest, TemplateThatCannotBeReadIsReleasedUndirected) {
  set_green(true);
  auto object = created();
  // Deeper than the document model goes, though valid JSON.
  auto& deep = object["spec"]["template"]["spec"]["affinity"]["y"];
  for (int i = 0; i < 200; ++i) deep = Document::array({deep});
  const auto admission = run(object);
  EXPECT_EQ(admission.outcome, Outcome::Released);
  EXPECT_EQ(admission.warnings.size(), 1U);
  EXPECT_EQ(object.patch(admission.patch)["metadata"]["labels"]["carbon-aware.io/state"],
            "released");
}

TEST_F(AdmitTest, ShadowRecordsAndChangesNothing) {
  shadow();
  const auto object = test::job();
  const auto admission = run(object);
  EXPECT_EQ(admission.outcome, Outcome::Shadowed);
  const auto after = object.patch(admission.patch);
  EXPECT_EQ(after["spec"], object["spec"]);
  EXPECT_EQ(after["metadata"]["labels"]["carbon-aware.io/state"], "shadow");
  const auto& notes = after["metadata"]["annotations"];
  EXPECT_THAT(notes["carbon-aware.io/decision"].get<std::string>(), StartsWith("shadow, nothing"));
  EXPECT_FALSE(notes.contains("carbon-aware.io/released-at"));  // it would wait
  set_green(true);
  const auto at_once = object.patch(run(object).patch);
  EXPECT_EQ(at_once["metadata"]["annotations"]["carbon-aware.io/release-reason"], "green");
  EXPECT_TRUE(at_once["metadata"]["annotations"].contains("carbon-aware.io/released-at"));
}

TEST_F(AdmitTest, ShadowLetsACopyOfAHeldJobRun) {
  shadow();
  auto copy = test::job();
  copy["spec"]["suspend"] = true;
  copy["metadata"]["labels"]["carbon-aware.io/state"] = "waiting";
  copy["metadata"]["annotations"]["carbon-aware.io/waiting-since"] = "2026-11-01T00:00:00Z";
  EXPECT_EQ(copy.patch(run(copy).patch)["spec"]["suspend"], false);
  auto own = test::job();  // its author's own suspension stays
  own["spec"]["suspend"] = true;
  EXPECT_EQ(run(own).outcome, Outcome::UserSuspended);
}

TEST_F(AdmitTest, ACopyDoesNotCarryTheAccountOfAnotherLife) {
  auto copy = test::job();
  copy["metadata"]["annotations"]["carbon-aware.io/account"] = "{}";
  copy["metadata"]["annotations"]["carbon-aware.io/released-at"] = "2026-11-01T00:00:00Z";
  const auto held = copy.patch(run(copy).patch);
  EXPECT_FALSE(held["metadata"]["annotations"].contains("carbon-aware.io/account"));
  EXPECT_FALSE(held["metadata"]["annotations"].contains("carbon-aware.io/released-at"));
  set_green(true);
  const auto released = copy.patch(run(copy).patch);
  EXPECT_FALSE(released["metadata"]["annotations"].contains("carbon-aware.io/account"));
}

TEST_F(AdmitTest, WhatTheDecisionRestsOnIsWrittenOnTheJob) {
  const auto object = test::job();
  const auto after = object.patch(run(object).patch);
  const auto note = test::document(after["metadata"]["annotations"]["carbon-aware.io/plan"]);
  EXPECT_EQ(note["policy"], "built-in");
  EXPECT_EQ(note["source"], "test");
}

TEST(Review, RealReviewIsHeldAndAnswered) {
  std::ifstream file(KARBONETES_SOURCE_DIR "/tests/data/admission-review.json");
  std::ostringstream text;
  text << file.rdbuf();
  json::Reader reader;
  const auto request = decode_review(reader, text.str());
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->uid, "af15e0e0-ddc7-4325-bb4c-e3a8fdf4b53e");
  EXPECT_EQ(request->operation, "CREATE");
  EXPECT_FALSE(request->dry_run);
  ASSERT_TRUE(request->job);
  EXPECT_EQ(request->job->name, "job-900000");
  EXPECT_EQ(request->job->annotation("carbon-aware.io/max-delay"), "8h");

  Admission admission;
  admission.patch.push_back({{"op", "add"}, {"path", "/x"}, {"value", 1}});
  admission.warnings = {"caf\xc3\xa9\nsecond line"};
  const auto answer = test::document(encode_response(request->uid, admission));
  EXPECT_EQ(answer["response"]["uid"], "af15e0e0-ddc7-4325-bb4c-e3a8fdf4b53e");
  EXPECT_EQ(answer["response"]["allowed"], true);
  EXPECT_EQ(answer["response"]["patchType"], "JSONPatch");
  EXPECT_EQ(answer["response"]["patch"], base64_encode(R"([{"op":"add","path":"/x","value":1}])"));
  EXPECT_EQ(answer["response"]["warnings"][0], "caf???second line");
}

TEST(Review, WithoutAPatchThereIsNoPatchType) {
  const auto answer = test::document(encode_response("u", {}));
  EXPECT_FALSE(answer["response"].contains("patch"));
  EXPECT_FALSE(answer["response"].contains("patchType"));
  EXPECT_EQ(answer["response"]["allowed"], true);
}

TEST(Review, WhatIsNoAdmissionReviewIsRefused) {
  json::Reader reader;
  for (const char* body : {"", "{", "[]", "null", "{}", R"({"request":7})",
                           R"({"request":{"uid":7}})", R"({"request":{"uid":"u","object":7}})",
                           R"({"request":{"uid":"u","object":{"metadata":[]}}})"}) {
    EXPECT_FALSE(decode_review(reader, body)) << body;
  }
}

TEST(Review, OtherKindsCarryNoJob) {
  json::Reader reader;
  const auto request = decode_review(
      reader,
      R"({"request":{"uid":"u","kind":{"group":"apps","kind":"Job"},"operation":"CREATE","object":{}}})");
  ASSERT_TRUE(request);
  EXPECT_FALSE(request->job);
}

}  // namespace
}  // namespace karbonetes::webhook
