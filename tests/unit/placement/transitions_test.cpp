#include "placement/transitions.hpp"

#include "job_text.hpp"
#include "placement/kueue_gate.hpp"

namespace karbonetes::placement {
namespace {

using json::Document;
using test::at;
using test::document;
using test::facts;
using test::job;

const PlanNote kNote{.policy = "team-a/default",
                     .generation = 2,
                     .strategy = {},
                     .source = "uk",
                     .zone = "GB",
                     .start = {},
                     .duration = {},
                     .signal = {}};
const TimePoint kNow = at("2026-11-24T13:00:00Z");

plan::Decision decision(plan::Action action) {
  plan::Decision d;
  d.action = action;
  d.pool = plan::Pool::Untouched;
  d.reason = action == plan::Action::Wait ? plan::Reason::NotGreen : plan::Reason::Green;
  d.deadline = at("2026-11-24T20:00:00Z");
  d.text = "because";
  return d;
}

Document held(const Document& object) {
  Document patch = Document::array();
  append_hold(patch, facts(object), decision(plan::Action::Wait), kNote, kNow);
  return object.patch(patch);
}

Document released(const Document& object) {
  Document patch = Document::array();
  EXPECT_TRUE(
      append_release(patch, facts(object), decision(plan::Action::Release), kNote, {}, kNow));
  return object.patch(patch);
}

TEST(Transitions, HoldSuspendsAndExplains) {
  const auto after = held(job());
  EXPECT_EQ(after["spec"]["suspend"], true);
  EXPECT_EQ(after["metadata"]["labels"],
            document(R"({"app":"x","carbon-aware.io/state":"waiting"})"));
  EXPECT_EQ(after["metadata"]["annotations"], document(R"({"carbon-aware.io/enabled":"true",
      "carbon-aware.io/deadline":"2026-11-24T20:00:00Z","carbon-aware.io/decision":"because",
      "carbon-aware.io/plan":"{\"policy\":\"team-a/default\",\"generation\":2,\"source\":\"uk\",\"zone\":\"GB\"}",
      "carbon-aware.io/waiting-since":"2026-11-24T13:00:00Z"})"));
}

TEST(Transitions, HoldWorksWithoutLabelsAndAnnotations) {
  auto bare = job();
  bare["metadata"].erase("labels");
  bare["metadata"].erase("annotations");
  bare["metadata"]["labels"] = Document::object();
  const auto after = held(bare);
  EXPECT_EQ(after["metadata"]["labels"]["carbon-aware.io/state"], "waiting");
  EXPECT_EQ(after["metadata"]["annotations"]["carbon-aware.io/decision"], "because");
}

TEST(Transitions, ReleaseIsTheWayBack) {
  const auto after = released(held(job()));
  EXPECT_EQ(after["spec"]["suspend"], false);
  EXPECT_EQ(after["metadata"]["labels"]["carbon-aware.io/state"], "released");
  EXPECT_EQ(after["metadata"]["annotations"]["carbon-aware.io/release-reason"], "green");
  EXPECT_EQ(after["metadata"]["annotations"]["carbon-aware.io/released-at"],
            "2026-11-24T13:00:00Z");
}

TEST(Transitions, FactsReadBackWhatWasWritten) {
  const auto waiting = facts(held(job()));
  EXPECT_EQ(waiting.state, JobState::Waiting);
  EXPECT_EQ(waiting.deadline, at("2026-11-24T20:00:00Z"));
  EXPECT_EQ(waiting.waiting_since, kNow);
  EXPECT_TRUE(waiting.suspend);
  const auto let_go = facts(released(held(job())));
  EXPECT_EQ(let_go.state, JobState::Released);
  EXPECT_EQ(let_go.released_at, kNow);
}

TEST(Transitions, GuardsHoldOnlyForTheVersionDecidedOn) {
  const auto object = job();
  const auto guard = guards(facts(object));
  EXPECT_NO_THROW((void)object.patch(guard));
  for (const char* field : {"resourceVersion", "uid"}) {
    auto changed = object;
    changed["metadata"][field] = "other";
    EXPECT_THROW((void)changed.patch(guard), nlohmann::json::exception) << field;
  }
}

Document kueue_job() {
  auto object = job();
  object["metadata"]["labels"]["kueue.x-k8s.io/queue-name"] = "team";
  object["spec"]["suspend"] = true;
  return object;
}

TEST(Transitions, KueueJobIsGatedAndItsSuspendNeverWritten) {
  const auto waiting = held(kueue_job());
  EXPECT_EQ(waiting["metadata"]["annotations"]["kueue.x-k8s.io/admission-gated-by"],
            "carbon-aware.io/gate");
  EXPECT_EQ(waiting["spec"]["suspend"], true);
  const auto after = released(waiting);
  EXPECT_FALSE(after["metadata"]["annotations"].contains("kueue.x-k8s.io/admission-gated-by"));
  EXPECT_EQ(after["spec"]["suspend"], true);
  EXPECT_EQ(after["metadata"]["labels"]["carbon-aware.io/state"], "released");
}

TEST(Transitions, GatesOfOthersStay) {
  auto object = kueue_job();
  object["metadata"]["annotations"]["kueue.x-k8s.io/admission-gated-by"] = "example.com/other";
  const auto waiting = held(object);
  EXPECT_EQ(waiting["metadata"]["annotations"]["kueue.x-k8s.io/admission-gated-by"],
            "example.com/other,carbon-aware.io/gate");
  EXPECT_EQ(released(waiting)["metadata"]["annotations"]["kueue.x-k8s.io/admission-gated-by"],
            "example.com/other");
}

TEST(KueueGate, ListsWithSpacesAndRepeats) {
  EXPECT_TRUE(has_gate(" a , carbon-aware.io/gate "));
  EXPECT_FALSE(has_gate("carbon-aware.io/gate2"));
  EXPECT_EQ(add_gate("carbon-aware.io/gate"), "carbon-aware.io/gate");
  EXPECT_EQ(remove_gate("carbon-aware.io/gate, a,,carbon-aware.io/gate"), "a");
  EXPECT_EQ(remove_gate(""), "");
}

TEST(JobFacts, ReadsOwnersManagersAndOptIn) {
  auto object = job();
  object["metadata"]["ownerReferences"] = document(
      R"([{"kind":"CronJob","name":"nightly","uid":"c","controller":true,"apiVersion":"batch/v1"}])");
  object["metadata"]["annotations"]["batch.kubernetes.io/cronjob-scheduled-timestamp"] =
      "2026-11-24T13:00:00+01:00";
  object["spec"]["managedBy"] = "kubernetes.io/job-controller";
  auto read = facts(object);
  EXPECT_EQ(read.cronjob, "nightly");
  EXPECT_EQ(read.scheduled_at, at("2026-11-24T12:00:00Z"));
  EXPECT_FALSE(read.foreign_manager);
  EXPECT_TRUE(read.opted_in);
  object["spec"]["managedBy"] = "kueue.x-k8s.io/multikueue";
  EXPECT_TRUE(facts(object).foreign_manager);
  auto by_label = job();
  by_label["metadata"].erase("annotations");
  EXPECT_FALSE(facts(by_label).opted_in);
  by_label["metadata"]["labels"]["carbon-aware.io/enabled"] = "true";
  EXPECT_TRUE(facts(by_label).opted_in);
}

TEST(JobFacts, UnreadableMarksCountAsAbsentAndUnreadableOverridesAreTold) {
  auto object = job();
  object["metadata"]["annotations"]["carbon-aware.io/deadline"] = "tomorrow";
  object["metadata"]["annotations"]["carbon-aware.io/max-delay"] = "soon";
  std::vector<std::string> ignored;
  const test::ReadJob read(object);
  const auto job_facts = facts_of(read.view, &ignored);
  EXPECT_FALSE(job_facts.deadline);
  EXPECT_FALSE(job_facts.overrides.max_delay);
  ASSERT_EQ(ignored.size(), 1U);
  EXPECT_NE(ignored[0].find("max-delay"), std::string::npos);
}

}  // namespace
}  // namespace karbonetes::placement
