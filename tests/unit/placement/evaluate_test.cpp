#include "placement/evaluate.hpp"

#include "job_text.hpp"

namespace karbonetes::placement {
namespace {

using test::at;
using test::facts;
using test::job;

carbon::Signal signal(bool green, TimePoint now) {
  carbon::Signal s;
  s.source = "test";
  s.observed_at = now;
  s.green = green;
  return s;
}

Evaluation evaluate_at(const JobFacts& job_facts, const char* now, bool green = false,
                       std::optional<plan::CronFacts> cron = std::nullopt) {
  const policy::PolicySet policies;
  const auto signals = carbon::only(signal(green, at(now)));
  return evaluate(job_facts, {policies, signals, cron, std::nullopt, "karbonetes-system", at(now)});
}

TEST(Evaluate, DeadlineCountsFromCreation) {
  EXPECT_EQ(evaluate_at(facts(job()), "2026-11-24T12:00:01Z").decision.deadline,
            at("2026-11-24T20:00:00Z"));
}

TEST(Evaluate, BeforeItExistsTheDeadlineCountsFromNow) {
  auto object = job();
  object["metadata"].erase("creationTimestamp");
  EXPECT_EQ(evaluate_at(facts(object), "2026-11-24T12:30:00Z").decision.deadline,
            at("2026-11-24T20:30:00Z"));
}

TEST(Evaluate, TheDeadlineWrittenAtAdmissionStays) {
  auto object = job();
  object["metadata"]["labels"]["carbon-aware.io/state"] = "waiting";
  object["metadata"]["annotations"]["carbon-aware.io/deadline"] = "2026-11-24T12:30:00Z";
  const auto evaluation = evaluate_at(facts(object), "2026-11-24T12:30:00Z");
  EXPECT_EQ(evaluation.decision.deadline, at("2026-11-24T12:30:00Z"));
  EXPECT_EQ(evaluation.decision.action, plan::Action::Release);
}

TEST(Evaluate, AWrittenDeadlineBeyondTheHardLimitIsNotBelieved) {
  auto object = job();
  object["metadata"]["labels"]["carbon-aware.io/state"] = "waiting";
  object["metadata"]["annotations"]["carbon-aware.io/deadline"] = "2099-01-01T00:00:00Z";
  EXPECT_EQ(evaluate_at(facts(object), "2026-11-24T12:30:00Z").decision.deadline,
            at("2026-11-24T12:00:00Z") + api::kHardMaxDelay);
}

TEST(Evaluate, AStaleDeadlineOnAJobThatDoesNotWaitIsIgnored) {
  auto object = job();
  object["metadata"]["annotations"]["carbon-aware.io/deadline"] = "2020-01-01T00:00:00Z";
  EXPECT_EQ(evaluate_at(facts(object), "2026-11-24T12:30:00Z").decision.action, plan::Action::Wait);
}

json::Document child() {
  auto object = job();
  object["metadata"]["ownerReferences"] =
      test::document(R"([{"kind":"CronJob","name":"hourly","uid":"c","controller":true}])");
  return object;
}

TEST(Evaluate, AScheduledTimeCountsOnACronJobsChildAlone) {
  auto object = job();
  object["metadata"]["annotations"]["batch.kubernetes.io/cronjob-scheduled-timestamp"] =
      "2020-01-01T00:00:00Z";
  EXPECT_EQ(evaluate_at(facts(object), "2026-11-24T12:00:05Z").decision.deadline,
            at("2026-11-24T20:00:00Z"));
}

TEST(Evaluate, ForbidChildIsCappedByTheNextTick) {
  auto object = child();
  object["metadata"]["annotations"]["batch.kubernetes.io/cronjob-scheduled-timestamp"] =
      "2026-11-24T12:00:00Z";
  object["metadata"]["annotations"]["carbon-aware.io/expected-duration"] = "10m";
  plan::CronFacts cron{plan::ConcurrencyPolicy::Forbid, "0 * * * *", ""};
  EXPECT_EQ(evaluate_at(facts(object), "2026-11-24T12:00:05Z", false, cron).decision.deadline,
            at("2026-11-24T12:50:00Z"));
  cron.concurrency = plan::ConcurrencyPolicy::Allow;
  EXPECT_EQ(evaluate_at(facts(object), "2026-11-24T12:00:05Z", false, cron).decision.deadline,
            at("2026-11-24T20:00:00Z"));
}

TEST(Evaluate, AScheduledTimeInTheFutureDoesNotLengthenTheWait) {
  auto object = child();
  object["metadata"]["annotations"]["batch.kubernetes.io/cronjob-scheduled-timestamp"] =
      "2030-01-01T00:00:00Z";
  EXPECT_EQ(evaluate_at(facts(object), "2026-11-24T12:00:05Z").decision.deadline,
            at("2026-11-24T20:00:05Z"));
}

TEST(Evaluate, OptInTakenBackReleasesAtOnceAndUntouched) {
  auto object = job();
  object["metadata"]["labels"]["carbon-aware.io/state"] = "waiting";
  object["metadata"]["annotations"]["carbon-aware.io/enabled"] = "false";
  const auto decision = evaluate_at(facts(object), "2026-11-24T12:00:05Z").decision;
  EXPECT_EQ(decision.action, plan::Action::Release);
  EXPECT_EQ(decision.pool, plan::Pool::Untouched);
  EXPECT_EQ(decision.reason, plan::Reason::OptedOut);
}

}  // namespace
}  // namespace karbonetes::placement
