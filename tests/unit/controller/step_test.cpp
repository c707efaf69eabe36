#include "controller/step.hpp"

#include <gmock/gmock.h>

#include "../placement/job_text.hpp"

namespace karbonetes::controller {
namespace {

using placement::JobFacts;
using placement::JobState;
using test::at;
using ::testing::HasSubstr;

const TimePoint kNow = at("2026-11-24T12:00:30Z");

JobFacts facts(JobState state) {
  auto job = test::facts(test::job());
  job.state = state;
  job.suspend = state == JobState::Waiting;
  job.waiting_since = at("2026-11-24T12:00:00Z");
  return job;
}

placement::Evaluation evaluation(plan::Action action) {
  placement::Evaluation e;
  e.decision.action = action;
  e.decision.deadline = at("2026-11-24T20:00:00Z");
  e.decision.next_check = at("2026-11-24T14:00:00Z");
  e.decision.text = "waiting";
  e.policy.policy_key = "team-a/default";
  auto signal = std::make_shared<carbon::Signal>();
  signal->source = "uk";
  e.signal = signal;
  return e;
}

TEST(Step, AWaitingJobIsReleasedWhenTheDecisionSaysSo) {
  EXPECT_EQ(next_step(facts(JobState::Waiting), evaluation(plan::Action::Release), kNow).act,
            Act::Release);
  const auto wait = next_step(facts(JobState::Waiting), evaluation(plan::Action::Wait), kNow);
  EXPECT_EQ(wait.act, Act::Nothing);
  EXPECT_EQ(wait.again_at, at("2026-11-24T14:00:00Z"));
}

TEST(Step, APlanThatMovesIsWrittenWithItsReason) {
  auto job = facts(JobState::Waiting);
  auto planned = evaluation(plan::Action::Wait);
  planned.decision.planned_start = at("2026-11-24T18:00:00Z");
  job.note = placement::note_of(planned);
  EXPECT_EQ(next_step(job, planned, kNow).act, Act::Nothing);
  planned.decision.planned_start = at("2026-11-24T18:01:00Z");  // below 5 % of the wait
  EXPECT_EQ(next_step(job, planned, kNow).act, Act::Nothing);
  planned.decision.planned_start = at("2026-11-24T15:00:00Z");
  const auto moved = next_step(job, planned, kNow);
  EXPECT_EQ(moved.act, Act::Replan);
  EXPECT_THAT(moved.sentence, HasSubstr("forecast"));
  EXPECT_EQ(moved.again_at, at("2026-11-24T14:00:00Z"));
  planned.policy.policy_key = "team-a/other";
  EXPECT_THAT(next_step(job, planned, kNow).sentence, HasSubstr("policy"));
}

TEST(Step, AShadowJobIsOnlyEverMarked) {
  auto job = facts(JobState::None);
  auto shadow = evaluation(plan::Action::Wait);
  shadow.policy.mode.value = api::Mode::Shadow;
  EXPECT_EQ(next_step(job, shadow, kNow).act, Act::Shadow);
  job.started = true;  // running already: it may still be watched
  EXPECT_EQ(next_step(job, shadow, kNow).act, Act::Shadow);

  job = facts(JobState::Shadow);
  EXPECT_EQ(next_step(job, shadow, kNow).act, Act::Nothing);
  EXPECT_EQ(next_step(job, shadow, kNow).again_at, at("2026-11-24T14:00:00Z"));
  job.finished = true;  // before it would have started
  EXPECT_EQ(next_step(job, shadow, kNow).act, Act::Nothing);
  EXPECT_EQ(next_step(job, evaluation(plan::Action::Release), kNow).act, Act::Shadow);
  job.released_at = kNow;
  job.started_at = at("2026-11-24T12:00:00Z");
  job.finished_at = at("2026-11-24T12:10:00Z");
  EXPECT_EQ(next_step(job, evaluation(plan::Action::Release), kNow).act, Act::Account);
}

TEST(Step, AFinishedJobIsAccountedOnce) {
  auto job = facts(JobState::Released);
  job.finished = true;
  job.started_at = at("2026-11-24T12:00:00Z");
  job.finished_at = at("2026-11-24T12:10:00Z");
  const auto any = evaluation(plan::Action::Release);
  EXPECT_EQ(next_step(job, any, kNow).act, Act::Account);
  job.accounted = true;
  EXPECT_EQ(next_step(job, any, kNow).act, Act::Nothing);
  job.accounted = false;
  job.state = JobState::UserSuspended;
  EXPECT_EQ(next_step(job, any, kNow).act, Act::Nothing);
  job.state = JobState::Missed;
  EXPECT_EQ(next_step(job, any, kNow).act, Act::Account);
}

TEST(Step, WhatSomebodyElseStartedIsTaken) {
  auto job = facts(JobState::Waiting);
  job.suspend = false;
  EXPECT_EQ(next_step(job, evaluation(plan::Action::Wait), kNow).act, Act::MarkTaken);
}

}  // namespace
}  // namespace karbonetes::controller
