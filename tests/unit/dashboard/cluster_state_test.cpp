#include "dashboard/cluster_state.hpp"

#include <gmock/gmock.h>

#include "carbon/green.hpp"
#include "dashboard/job_json.hpp"
#include "dashboard/savings_json.hpp"
#include "dashboard/views_json.hpp"
#include "jobs.hpp"
#include "ledger/codec/account_codec.hpp"
#include "plan/outlook.hpp"

namespace karbonetes::dashboard {
namespace {

using carbon::Average;
using json::Document;
using std::chrono::hours;
using std::chrono::minutes;

const TimePoint kNow = at("2026-11-25T09:00:00Z");

Document parsed(const std::string& text) {
  auto out = json::parse(text);
  EXPECT_TRUE(out) << text;
  return out ? *out : Document();
}
Document section(const Model& model, const char* name) { return parsed(model.sections.at(name)); }

// Hourly: 300 until noon, 100 from 12 to 20 (a third of the day ahead), 300 again; observed until
// 9; from `begin` for 36 h.
std::shared_ptr<const carbon::Forecast> forecast(TimePoint begin = at("2026-11-25T00:00:00Z")) {
  carbon::Series<Average> series;
  for (int h = 0; h < 36; ++h)
    series.points.push_back(
        {begin + hours(h), carbon::Intensity<Average>(h >= 12 && h < 20 ? 100 : 300)});
  series.end = begin + hours(36);
  series.observed_until = kNow;
  return carbon::Forecast::prepare(series);
}

carbon::Signals signals() {
  carbon::Signal signal;
  signal.source = "emaps";
  signal.zone = "DE";
  signal.observed_at = kNow - minutes(1);
  signal.says_green = false;
  signal.forecast = forecast();
  return carbon::only(signal);
}

ClusterState state(std::vector<JobText> jobs) {
  ClusterState out;
  out.scope = {"prod", "", "", "karbonetes-system", "1.2.3"};
  out.listed = true;
  for (const auto& job : jobs) out.jobs.push_back(record(job));
  return out;
}

TEST(JobJson, WaitingJobHasItsTimesAndItsReason) {
  JobText job;
  job.annotations +=
      R"(,"carbon-aware.io/plan":"{\"policy\":\"team-a/default\",\"start\":\"2026-11-25T12:00:00Z\",)"
      R"(\"duration\":\"45m\"}")";
  const auto model = model_of(state({job}), kNow);
  ASSERT_TRUE(model.jobs.contains("team-a/train"));
  const auto json = parsed(model.jobs.at("team-a/train"));
  EXPECT_EQ(json["phase"], "waiting");
  EXPECT_EQ(json["waitingSince"], ms("2026-11-25T08:00:00Z"));
  EXPECT_EQ(json["plannedAt"], ms("2026-11-25T12:00:00Z"));
  EXPECT_EQ(json["deadlineAt"], ms("2026-11-25T18:00:00Z"));
  EXPECT_EQ(json["expectedMs"], 45 * 60'000);
  EXPECT_EQ(json["why"], "not green");
  EXPECT_TRUE(json["startedAt"].is_null());
  EXPECT_TRUE(json["account"].is_null());
}

TEST(JobJson, PhasesFollowWhatTheJobDoes) {
  const auto phase = [](const JobText& job) { return phase_of(record(job)); };
  EXPECT_EQ(phase(JobText{}), Phase::Waiting);
  EXPECT_EQ(phase(running()), Phase::Running);
  JobText starting = running();
  starting.status = "";
  EXPECT_EQ(phase(starting), Phase::Starting);
  EXPECT_EQ(phase(ended("x", "Complete", "2026-11-25T08:40:00Z")), Phase::Finished);
  EXPECT_EQ(phase(ended("x", "Failed", "2026-11-25T08:40:00Z")), Phase::Failed);
  JobText suspended;
  suspended.labels = R"("carbon-aware.io/state":"user-suspended")";
  EXPECT_EQ(phase(suspended), Phase::Suspended);
  JobText unseen;
  unseen.labels = "";
  EXPECT_EQ(phase(unseen), Phase::Waiting) << "opted in, and nobody has looked at it yet";
  JobText shadow = running();
  shadow.labels = R"("carbon-aware.io/state":"shadow")";
  EXPECT_EQ(phase(shadow), Phase::Running);
  JobText stopped = running();
  stopped.spec = R"("suspend":true)";
  EXPECT_EQ(phase(stopped), Phase::Suspended) << "its author stopped it after it was released";
}

TEST(JobJson, FinishedJobCarriesItsAccount) {
  ledger::Account account;
  account.run = {at("2026-11-25T08:00:00Z"),
                 at("2026-11-25T08:30:01Z"),
                 at("2026-11-25T08:40:00Z"),
                 {0.5, ledger::EnergySource::Model},
                 std::nullopt};
  account.average =
      ledger::Emissions<Average>{carbon::Grams<Average>(50), carbon::Grams<Average>(80), 1};
  JobText job = ended("done", "Complete", "2026-11-25T08:40:00Z");
  job.annotations +=
      ",\"carbon-aware.io/account\":" + Document(ledger::encode_account(account)).dump();
  const auto json = parsed(model_of(state({job}), kNow).jobs.at("team-a/done"));
  EXPECT_EQ(json["finishedAt"], ms("2026-11-25T08:40:00Z"));
  EXPECT_EQ(json["startedAt"], ms("2026-11-25T08:30:01Z"));
  EXPECT_DOUBLE_EQ(json["account"]["kWh"], 0.5);
  EXPECT_DOUBLE_EQ(json["account"]["average"]["actualGrams"], 50);
  EXPECT_DOUBLE_EQ(json["account"]["average"]["avoidedGrams"], 30);
  EXPECT_TRUE(json["account"]["marginal"].is_null());
}

TEST(JobJson, HostileTextStaysTextAndStaysAscii) {
  JobText job;
  job.annotations =
      "\"carbon-aware.io/enabled\":\"true\",\"carbon-aware.io/account\":\"{broken\","
      "\"carbon-aware.io/plan\":\"[]\",\"carbon-aware.io/decision\":"
      "\"<script>\\u0000\\u001b[31m\\u202e\\nevent: evil\"";
  const auto model = model_of(state({job}), kNow);
  const std::string& text = model.jobs.at("team-a/train");
  EXPECT_EQ(text.find('\n'), std::string::npos);
  for (const char c : text) EXPECT_GE(static_cast<unsigned char>(c), 0x20);
  EXPECT_EQ(parsed(text)["why"], "<script>??[31m? event: evil");
  EXPECT_TRUE(parsed(text)["account"].is_null());
}

TEST(ModelOf, CountsAndShowsThoseThatConcernUs) {
  JobText stranger = running("stranger");
  stranger.labels = "";
  stranger.annotations = "";
  const auto model =
      model_of(state({JobText{}, running(), ended("ok", "Complete", "2026-11-25T08:40:00Z"),
                      ended("bad", "Failed", "2026-11-25T08:41:00Z"),
                      ended("old", "Complete", "2026-11-24T08:59:59Z"), stranger}),
               kNow);
  EXPECT_EQ(model.jobs.size(), 4U);
  EXPECT_FALSE(model.jobs.contains("team-a/stranger"));
  EXPECT_FALSE(model.jobs.contains("team-a/old")) << "it ended more than a day ago";
  EXPECT_EQ(section(model, "counts"), parsed(R"({"waiting":1,"starting":0,"running":1,"suspended":0,
      "finished":1,"failed":1,"left":0})"));
}

TEST(ModelOf, TooManyJobsLeaveOutThoseThatEndedFirst) {
  std::vector<JobText> jobs;
  jobs.reserve(kMaxJobs + 2);
  for (std::size_t i = 0; i < kMaxJobs; ++i)
    jobs.push_back(ended("done-" + std::to_string(i), "Complete", "2026-11-25T08:40:00Z"));
  jobs.push_back(ended("first", "Failed", "2026-11-25T08:31:00Z"));
  jobs.push_back(JobText{});
  const auto model = model_of(state(jobs), kNow);
  EXPECT_EQ(model.jobs.size(), kMaxJobs);
  EXPECT_TRUE(model.jobs.contains("team-a/train"));
  EXPECT_FALSE(model.jobs.contains("team-a/first"));
  const auto counts = section(model, "counts");
  EXPECT_EQ(counts["left"], 2);
  EXPECT_EQ(counts["finished"], kMaxJobs) << "what is left out is counted";
}

TEST(ModelOf, TellsScopeNotesAndProblem) {
  auto cluster = state({});
  cluster.scope.ns = "team-a";
  cluster.scope.selector = "app=x";
  cluster.notes = {"no\nrights"};
  cluster.problem = Problem{"connection cut", at("2026-11-25T08:59:00Z")};
  const auto model = model_of(cluster, kNow);
  EXPECT_EQ(section(model, "about"), parsed(R"({"cluster":"prod","namespace":"team-a",
      "selector":"app=x","version":"1.2.3","listed":true})"));
  EXPECT_EQ(section(model, "notes"), parsed(R"(["no rights"])"));
  EXPECT_EQ(section(model, "problem")["since"], ms("2026-11-25T08:59:00Z"));
  EXPECT_TRUE(section(model_of(state({}), kNow), "problem").is_null());
}

// Time that changes nothing makes no event: the model of the next second is the same.
TEST(ModelOf, StaysTheSameWhileNothingHappens) {
  auto cluster = state({JobText{}, running()});
  cluster.signals = signals();
  EXPECT_EQ(change(model_of(cluster, kNow), model_of(cluster, kNow + Seconds(1))), "");
}

TEST(Views, DefaultSourceIsDrawnWithItsForecastAndItsGreenWindow) {
  const auto views = views_json(signals(), {}, kNow);
  ASSERT_EQ(views.size(), 1U);
  const auto& view = views[0];
  EXPECT_EQ(view["id"], "source/emaps");
  EXPECT_EQ(view["isDefault"], true);
  EXPECT_EQ(view["state"], "not-green");
  EXPECT_EQ(view["kind"], "average");
  EXPECT_EQ(view["nextGreen"], ms("2026-11-25T12:00:00Z"));
  EXPECT_EQ(view["observedUntil"], ms("2026-11-25T09:00:00Z"));
  EXPECT_EQ(
      view["green"],
      Document::array({Document::array({ms("2026-11-25T12:00:00Z"), ms("2026-11-25T20:00:00Z")})}));
  EXPECT_EQ(view["series"].size(), 36U);
  EXPECT_EQ(view["series"][12], Document::array({ms("2026-11-25T12:00:00Z"), 100.0}));
}

TEST(Views, OnlyWhatLiesNearIsSent) {
  auto far = signals();
  carbon::Signal signal = *far.by_source.at("emaps");
  signal.forecast = forecast(kNow - hours(40));
  far = carbon::only(signal);
  const auto view = views_json(far, {}, kNow)[0];
  EXPECT_EQ(view["series"].front()[0], (kNow - hours(24)).time_since_epoch().count());
}

TEST(Views, PolicyWithARuleOfItsOwnSeesTheSameForecastOtherwise) {
  policy::PolicySet policies;
  api::Policy policy;
  policy.namespace_ = "team-a";
  policy.name = "nightly";
  policy.spec.green = carbon::AbsoluteThreshold{carbon::Intensity<Average>(50), 0};
  policies.by_key["team-a/nightly"] = std::make_shared<const api::Policy>(policy);
  policy.spec.green.reset();
  policies.by_key["team-a/plain"] = std::make_shared<const api::Policy>(policy);
  const auto views = views_json(signals(), policies, kNow);
  ASSERT_EQ(views.size(), 2U) << "a policy without a rule sees what its source sees";
  EXPECT_EQ(views[1]["id"], "policy/team-a/nightly");
  EXPECT_EQ(views[1]["green"].size(), 0U);
  EXPECT_EQ(views[1]["series"].size(), 36U);
}

TEST(Views, WindowsOfAPolicyNeedNoSignal) {
  policy::PolicySet policies;
  api::Policy policy;
  policy.spec.green = *carbon::WindowSchedule::make({{{}, {22, 0}, {6, 0}}}, "UTC");
  policies.by_key["team-a/nights"] = std::make_shared<const api::Policy>(policy);
  const auto views = views_json(std::nullopt, policies, kNow);
  ASSERT_EQ(views.size(), 1U);
  EXPECT_EQ(views[0]["state"], "not-green");
  EXPECT_EQ(views[0]["source"], "policy windows");
  EXPECT_EQ(views[0]["green"].size(), 4U) << "last night, and three to come: " << views[0].dump();
  EXPECT_EQ(views[0]["nextGreen"], ms("2026-11-25T22:00:00Z"));
}

TEST(Views, NothingKnownIsNoView) { EXPECT_EQ(views_json(std::nullopt, {}, kNow).size(), 0U); }

// What is drawn green is what outlook_at(), and so decide(), takes for green.
TEST(Views, GreenIsWhatTheDecisionTakesForGreen) {
  const auto signal = *signals().by_source.at("emaps");
  carbon::Signal opinion = signal;
  opinion.says_green = true;
  opinion.green_windows = {{at("2026-11-25T10:15:00Z"), at("2026-11-25T13:45:00Z")}};
  const carbon::GreenRule windows = *carbon::WindowSchedule::make({{{}, {11, 0}, {13, 30}}}, "UTC");
  const carbon::GreenRule below = carbon::AbsoluteThreshold{carbon::Intensity<Average>(200), 0.05};
  const carbon::GreenRule share = carbon::PercentileThreshold{10, hours(24), 0.05};
  int greens = 0;
  for (const carbon::Signal& one : {signal, opinion}) {
    for (const carbon::GreenRule* rule :
         {static_cast<const carbon::GreenRule*>(nullptr), &windows, &below, &share}) {
      const auto green = green_within(rule, one, kNow - hours(2), kNow + hours(20));
      for (TimePoint t = kNow; t < kNow + hours(12); t += minutes(5)) {
        const bool drawn =
            std::ranges::any_of(green, [&](const auto& i) { return t >= i.start && t < i.end; });
        carbon::Signal fresh = one;
        fresh.observed_at = t;
        const bool decided = plan::outlook_at(rule, fresh, t).state == carbon::GreenState::Green;
        ASSERT_EQ(drawn, decided) << format_rfc3339(t);
        greens += drawn ? 1 : 0;
      }
    }
  }
  EXPECT_GT(greens, 100);
}

ledger::DayBook book(const char* day, bool shadow, double actual, double at_once) {
  ledger::DayBook out;
  out.day = *ledger::parse_day(day);
  ledger::Totals totals;
  totals.jobs = 2;
  totals.kwh = 1;
  totals.run_seconds = 100;
  totals.average = {carbon::Grams<Average>(actual), carbon::Grams<Average>(at_once), {}, 50};
  out.rows[{"team-a", "team-a/default", shadow}] = totals;
  return out;
}

TEST(Savings, AreThoseOfTheBooksOfThirtyDays) {
  auto cluster = state({});
  cluster.books = {book("2026-11-24", false, 60, 100), book("2026-11-25", false, 30, 20),
                   book("2026-11-25", true, 500, 900), book("2026-10-01", false, 7000, 9000)};
  const auto savings = section(model_of(cluster, kNow), "savings");
  EXPECT_EQ(savings["since"], "2026-10-26");
  EXPECT_EQ(savings["jobs"], 4) << "shadow Jobs were not shifted";
  EXPECT_EQ(savings["shadowJobs"], 2);
  EXPECT_DOUBLE_EQ(savings["average"]["avoidedGrams"], 30);
  EXPECT_DOUBLE_EQ(savings["average"]["avoidedPercent"], 25);
  EXPECT_DOUBLE_EQ(savings["average"]["coveragePercent"], 50);
  EXPECT_TRUE(savings["marginal"].is_null()) << "what was not valued is not zero";
  ASSERT_EQ(savings["days"].size(), 2U);
  EXPECT_EQ(savings["days"][1]["day"], "2026-11-25");
  EXPECT_DOUBLE_EQ(savings["days"][1]["average"]["actualGrams"], 30);
}

TEST(Savings, OfOneNamespaceAreItsOwn) {
  auto cluster = state({});
  cluster.scope.ns = "team-b";
  cluster.books = {book("2026-11-24", false, 60, 100)};
  const auto savings = section(model_of(cluster, kNow), "savings");
  EXPECT_EQ(savings["jobs"], 0);
  EXPECT_TRUE(savings["average"].is_null());
}

TEST(Savings, WithoutBooksTheJobsThemselvesTell) {
  ledger::Account account;
  account.run = {at("2026-11-25T08:00:00Z"),
                 at("2026-11-25T08:30:01Z"),
                 at("2026-11-25T08:40:00Z"),
                 {0.5, ledger::EnergySource::Model},
                 std::nullopt};
  account.average =
      ledger::Emissions<Average>{carbon::Grams<Average>(50), carbon::Grams<Average>(80), 1};
  JobText job = ended("done", "Complete", "2026-11-25T08:40:00Z");
  job.annotations +=
      ",\"carbon-aware.io/account\":" + Document(ledger::encode_account(account)).dump();
  const auto savings = section(model_of(state({job}), kNow), "savings");
  EXPECT_EQ(savings["jobs"], 1);
  EXPECT_DOUBLE_EQ(savings["average"]["avoidedGrams"], 30);
  EXPECT_EQ(savings["notes"].size(), 1U) << savings["notes"].dump();
}

}  // namespace
}  // namespace karbonetes::dashboard
