#include "cli/status.hpp"

#include <gmock/gmock.h>

#include "fixtures.hpp"
#include "json/document.hpp"

namespace karbonetes::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

const TimePoint kNow = at("2026-11-24T13:12:00Z");

StatusInput input_of(std::vector<JobRecord> jobs) {
  StatusInput input;
  input.jobs = std::move(jobs);
  input.system_namespace = "karbonetes-system";
  return input;
}

const std::string kReleased = job_json(
    "done-waiting", R"("carbon-aware.io/state":"released")",
    std::string(kOptIn) +
        R"(,"carbon-aware.io/release-reason":"green","carbon-aware.io/released-at":"2026-11-24T13:00:00Z")",
    R"("suspend":false)", R"("startTime":"2026-11-24T13:00:01Z")");

TEST(Status, TellsWhatWaitsAndWhy) {
  const auto text = render_text(report(input_of({job(waiting_json("train"))}), kNow), {});
  EXPECT_THAT(text, HasSubstr("1 waiting\n"));
  EXPECT_THAT(text,
              HasSubstr("NAMESPACE   NAME    STATE     SINCE   UNTIL      POLICY     SIGNAL   WHY\n"
                        "team-a      train   waiting   3h12m   in 4h48m   built-in   -        not "
                        "green until 22:00\n"))
      << text;
}

TEST(Status, CountsAllButListsTheWaitingUnlessAsked) {
  auto input = input_of({job(waiting_json("train")), job(kReleased)});
  auto out = report(input, kNow);
  EXPECT_EQ(out.waiting, 1u);
  EXPECT_EQ(out.released, 1u);
  EXPECT_EQ(out.rows.size(), 1u);
  input.all = true;
  out = report(input, kNow);
  ASSERT_EQ(out.rows.size(), 2u);
  EXPECT_EQ(out.rows[1].name, "done-waiting");
  EXPECT_EQ(out.rows[1].since, at("2026-11-24T13:00:00Z"));
  EXPECT_EQ(out.rows[1].until, std::nullopt);
  EXPECT_EQ(out.rows[1].why, "green");
}

TEST(Status, OrdersByDeadline) {
  const auto out = report(input_of({job(waiting_json("b-late", "", "2026-11-24T20:00:00Z")),
                                    job(waiting_json("c-soon", "", "2026-11-24T14:00:00Z")),
                                    job(waiting_json("a-late", "", "2026-11-24T20:00:00Z"))}),
                          kNow);
  ASSERT_EQ(out.rows.size(), 3u);
  EXPECT_EQ(out.rows[0].name, "c-soon");
  EXPECT_EQ(out.rows[1].name, "a-late");
  EXPECT_EQ(out.rows[2].name, "b-late");
}

TEST(Status, JobsOfNoConcernAreNotToldOf) {
  const auto out = report(input_of({job(job_json("plain", "", ""))}), kNow);
  EXPECT_TRUE(out.rows.empty());
  EXPECT_EQ(out.waiting, 0u);
}

TEST(Status, OptedInYetUnseenIsShown) {
  const auto out = report(input_of({job(job_json("new", "", kOptIn))}), kNow);
  ASSERT_EQ(out.rows.size(), 1u);
  EXPECT_EQ(out.rows[0].state, "unseen");
  EXPECT_THAT(out.rows[0].why, HasSubstr("has not looked at it"));
  EXPECT_EQ(out.unseen, 1u);
}

TEST(Status, OverdueIsSaid) {
  const auto text = render_text(
      report(input_of({job(waiting_json("late", "", "2026-11-24T13:00:00Z"))}), kNow), {});
  EXPECT_THAT(text, HasSubstr("overdue 12m"));
}

TEST(Status, StatesOfFinishedJobs) {
  auto input = input_of(
      {job(job_json("ok", R"("carbon-aware.io/state":"released")", kOptIn, R"("suspend":false)",
                    R"("conditions":[{"type":"Complete","status":"True"}])")),
       job(job_json("bad", R"("carbon-aware.io/state":"released")", kOptIn, R"("suspend":false)",
                    R"("conditions":[{"type":"Failed","status":"True"}])")),
       job(job_json("theirs", R"("carbon-aware.io/state":"user-suspended")", kOptIn)),
       job(job_json("running", R"("carbon-aware.io/state":"missed")", kOptIn,
                    R"("suspend":false)"))});
  const auto out = report(input, kNow);
  EXPECT_TRUE(out.rows.empty());
  EXPECT_EQ(out.finished, 1u);
  EXPECT_EQ(out.failed, 1u);
  EXPECT_EQ(out.user_suspended, 1u);
  EXPECT_EQ(out.missed, 1u);
}

TEST(Status, PolicyWithOwnWindowsTellsItsSignal) {
  auto input = input_of({job(waiting_json("train"))});
  input.policies = policies(
      policy_json("team-a", "default",
                  R"("green":{"timeZone":"UTC","windows":[{"start":"22:00","end":"06:00"}]})"));
  const auto out = report(input, kNow);
  EXPECT_EQ(out.rows[0].policy, "team-a/default");
  EXPECT_EQ(out.rows[0].signal, "not-green (policy windows)");
}

TEST(Status, HeadlineTellsTheServicesSignal) {
  auto input = input_of({});
  EXPECT_THAT(report(input, kNow).headline, HasSubstr("has not published it"));
  carbon::Signal signal;
  signal.source = "karbonetes-signal";
  signal.zone = "local";
  signal.observed_at = kNow;
  carbon::Series<carbon::Average> series;
  series.points = {{signal.observed_at, carbon::Intensity<carbon::Average>(420)}};
  series.end = signal.observed_at + std::chrono::hours(24);
  signal.forecast = carbon::Forecast::prepare(std::move(series));
  signal.green_windows = {{at("2026-11-24T22:00:00Z"), at("2026-11-25T06:00:00Z")}};
  input.signals = carbon::only(signal);
  EXPECT_EQ(report(input, kNow).headline,
            "Signal: not-green (karbonetes-signal, zone local), 420 gCO2eq/kWh; green next at "
            "2026-11-24T22:00:00Z (in "
            "8h48m)");
}

TEST(Status, WideShowsInstants) {
  const auto text =
      render_text(report(input_of({job(waiting_json("train"))}), kNow), {true, false});
  EXPECT_THAT(text, HasSubstr("2026-11-24T18:00:00Z"));
  EXPECT_THAT(text, HasSubstr("CRONJOB"));
}

TEST(Status, JsonCarriesInstantsAndNulls) {
  const auto body = json::parse(render_json(report(input_of({job(waiting_json("train"))}), kNow)));
  ASSERT_TRUE(body);
  const auto& row = (*body)["jobs"][0];
  EXPECT_EQ(row["name"], "train");
  EXPECT_EQ(row["state"], "waiting");
  EXPECT_EQ(row["since"], "2026-11-24T10:00:00Z");
  EXPECT_EQ(row["until"], "2026-11-24T18:00:00Z");
  EXPECT_TRUE(row["signal"].is_null());
  EXPECT_TRUE((*body)["signal"].is_null());
  EXPECT_EQ((*body)["counts"]["waiting"], 1);
}

TEST(Status, HostileDecisionDoesNotReachTheTerminal) {
  auto record = job(waiting_json("train"));
  record.decision = "\x1b]0;owned\x07\nsecond line";
  record.facts.name = "\x1b[31mred";
  auto input = input_of({record});
  input.notes = {"a\x1b[2Jnote"};
  const auto text = render_text(report(input, kNow), {true, false});
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, Not(HasSubstr("\x07")));
  EXPECT_THAT(text, HasSubstr("?]0;owned? second line"));
  input.jobs[0].decision =
      "a\x7f\xc2\x9b"
      "b\xe2\x80\xae";
  const auto body = render_json(report(input, kNow));
  EXPECT_TRUE(std::all_of(body.begin(), body.end(),
                          [](char c) { return c == '\n' || (c >= 0x20 && c < 0x7f); }));
  EXPECT_TRUE(json::parse(body));
}

}  // namespace
}  // namespace karbonetes::cli
