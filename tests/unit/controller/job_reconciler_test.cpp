#include "controller/job_reconciler.hpp"

#include <deque>

#include "../placement/job_text.hpp"

namespace karbonetes::controller {
namespace {

using json::Document;
using test::at;
using test::document;
using test::facts;

constexpr const char* kKey = "team-a/train";
const TimePoint kStart = at("2026-11-24T12:00:10Z");

// An API server with one Job, which can be told to fail, or to change the Job before a patch
// arrives.
class FakeWriter final : public JobWriter {
 public:
  Result<placement::JobFacts> read(std::string_view, std::string_view, std::stop_token) override {
    ++reads;
    if (!object) return fail(Errc::NotFound, "gone");
    return facts(*object);
  }
  Status patch(std::string_view, std::string_view, const Document& patch,
               std::stop_token) override {
    ++patches;
    if (before_patch) before_patch(*this);
    if (!errors.empty()) {
      const auto code = errors.front();
      errors.pop_front();
      if (code) return fail(*code, "told to fail");
    }
    if (!object) return fail(Errc::NotFound, "gone");
    try {
      object = object->patch(patch);
    } catch (const nlohmann::json::exception& e) {
      return fail(Errc::Conflict, e.what());
    }
    touch();
    return {};
  }
  void touch() { (*object)["metadata"]["resourceVersion"] = std::to_string(++version); }

  std::optional<Document> object;
  std::deque<std::optional<Errc>> errors;  // for the next patches; nullopt: let it through
  std::function<void(FakeWriter&)> before_patch;
  int reads = 0, patches = 0, version = 100;
};

Document waiting_job() {
  auto object = test::job();
  object["spec"]["suspend"] = true;
  object["metadata"]["labels"]["carbon-aware.io/state"] = "waiting";
  object["metadata"]["annotations"]["carbon-aware.io/deadline"] = "2026-11-24T14:00:00Z";
  object["metadata"]["annotations"]["carbon-aware.io/waiting-since"] = "2026-11-24T12:00:00Z";
  return object;
}

class FakeAccounts final : public Accounts {
 public:
  Answer account(const placement::JobFacts&) override { return answer; }
  void written(const placement::JobFacts&) override { ++confirmed; }
  Answer answer;
  int confirmed = 0;
};

class ReconcilerTest : public ::testing::Test {
 protected:
  void store(const Document& object) {
    writer_.object = object;
    jobs_.upsert(kKey, facts(object));
  }
  Result<kube::Outcome> reconcile() { return reconciler_->reconcile(kKey, {}); }
  std::string state() const {
    return (*writer_.object)["metadata"]["labels"].value("carbon-aware.io/state", "");
  }
  bool suspended() const { return (*writer_.object)["spec"]["suspend"]; }
  std::string reason() const {
    return (*writer_.object)["metadata"]["annotations"]["carbon-aware.io/release-reason"];
  }
  void set_green(bool green) {
    signal_.green = green;
    signal_.source = "test";
  }

  ManualClock clock_{kStart};
  carbon::Signal signal_ = [] {
    carbon::Signal s;
    s.source = "test";
    return s;
  }();
  JobStore jobs_;
  Snapshot<policy::PolicySet> policies_;
  bool leading_ = true;
  bool handing_back_ = false;
  FakeWriter writer_;
  std::vector<kube::EventSpec> events_;
  Announcer announcer_{[this](kube::EventSpec event) { events_.push_back(std::move(event)); },
                       clock_};
  metrics::Registry registry_;
  Metrics metrics_{registry_};
  api::ReleaseSpec cluster_pace_;
  std::vector<std::string> woken_;
  int turns_asked_ = 0;
  std::unique_ptr<ReleasePace> pace_ = make_pace();
  FakeAccounts accounts_;
  std::vector<std::string> told_;  // "policy reason"
  std::unique_ptr<JobReconciler> reconciler_ = make_reconciler();

  std::unique_ptr<ReleasePace> make_pace() {
    return std::make_unique<ReleasePace>(
        cluster_pace_, [this](const std::string& key) { woken_.push_back(key); },
        [this] { ++turns_asked_; }, clock_, registry_);
  }
  std::unique_ptr<JobReconciler> make_reconciler() {
    return std::make_unique<JobReconciler>(
        Knowledge{jobs_, policies_,
                  [this] { return std::make_shared<const carbon::Signals>(carbon::only(signal_)); },
                  [](std::string_view, std::string_view) { return std::nullopt; },
                  [](const placement::JobFacts&) { return std::nullopt; }, "karbonetes-system",
                  [this] { return leading_; }, clock_, handing_back_},
        Colleagues{writer_, announcer_, *pace_, accounts_, metrics_,
                   [this](const std::string& policy, const std::string& reason) {
                     told_.push_back(policy + " " + reason);
                   }});
  }
};

TEST_F(ReconcilerTest, WaitsUntilTheDeadlineWithoutAnyCall) {
  store(waiting_job());
  const auto outcome = reconcile();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->again_at, at("2026-11-24T14:00:00Z"));
  EXPECT_EQ(writer_.patches + writer_.reads, 0);
}

TEST_F(ReconcilerTest, AnUninstallReleasesWhatWaitsWithoutASignal) {
  handing_back_ = true;
  signal_ = {};
  reconciler_ = make_reconciler();
  store(waiting_job());
  ASSERT_TRUE(reconcile());
  EXPECT_EQ(writer_.patches, 1);
  EXPECT_FALSE(suspended());
  EXPECT_EQ(state(), "released");
  EXPECT_EQ(reason(), "uninstalled");
}

TEST_F(ReconcilerTest, AnUninstallReleasesAStrictJobWhoseDirectivesAreRefusedOnlyWherePromised) {
  handing_back_ = true;
  reconciler_ = make_reconciler();
  auto object = waiting_job();
  object["metadata"]["annotations"]["carbon-aware.io/strict"] = "true";
  store(object);
  writer_.errors = {Errc::Invalid};
  // strictAtDeadline is Fallback here: the placement may be dropped, the Job may not be kept.
  ASSERT_TRUE(reconcile());
  EXPECT_EQ(writer_.patches, 2);
  EXPECT_FALSE(suspended());
}

TEST_F(ReconcilerTest, GreenReleasesInOnePatch) {
  store(waiting_job());
  set_green(true);
  const auto outcome = reconcile();
  ASSERT_TRUE(outcome);
  EXPECT_FALSE(outcome->again_at);
  EXPECT_EQ(writer_.patches, 1);
  EXPECT_EQ(writer_.reads, 0);
  EXPECT_FALSE(suspended());
  EXPECT_EQ(state(), "released");
  EXPECT_EQ(reason(), "green");
  EXPECT_TRUE((*writer_.object)["spec"]["template"]["spec"].contains("affinity"));
  EXPECT_TRUE(events_.empty());  // told when the released Job is seen: news_test.cpp
}

TEST_F(ReconcilerTest, PacedReleaseWaitsForItsTurnAndNeverPastTheDeadline) {
  cluster_pace_.per_minute = 1;
  cluster_pace_.burst = 1;
  pace_ = make_pace();
  reconciler_ = make_reconciler();
  auto other = facts(waiting_job());
  other.name = "earlier";
  set_green(true);
  placement::Evaluation green;
  green.policy.policy_key = "built-in";
  green.decision.deadline = at("2026-11-24T13:00:00Z");
  ASSERT_FALSE(pace_->may_go(other, green));
  EXPECT_EQ(pace_->turn().again_at, std::nullopt);
  ASSERT_TRUE(pace_->may_go(other, green));  // takes the only token
  pace_->released(other.key());
  woken_.clear();
  turns_asked_ = 0;

  store(waiting_job());
  EXPECT_EQ(reconcile()->again_at, at("2026-11-24T14:00:00Z"));
  EXPECT_EQ(writer_.patches, 0);
  EXPECT_EQ(turns_asked_, 1);
  clock_.advance(Seconds(61));
  EXPECT_EQ(pace_->turn().again_at, std::nullopt);
  EXPECT_EQ(woken_, std::vector<std::string>{kKey});
  ASSERT_TRUE(reconcile());
  EXPECT_FALSE(suspended());
  EXPECT_EQ(told_, std::vector<std::string>{"built-in green"});

  auto third = waiting_job();
  store(third);
  EXPECT_TRUE(reconcile()->again_at);  // no token
  clock_.set(at("2026-11-24T14:00:00Z"));
  ASSERT_TRUE(reconcile());  // the deadline asks nobody
  EXPECT_FALSE(suspended());
}

TEST_F(ReconcilerTest, ARefusedReleaseGivesItsTurnBack) {
  cluster_pace_.per_minute = 1;
  cluster_pace_.burst = 1;
  pace_ = make_pace();
  reconciler_ = make_reconciler();
  store(waiting_job());
  set_green(true);
  ASSERT_TRUE(reconcile());
  (void)pace_->turn();
  writer_.errors = {Errc::Unavailable};
  EXPECT_FALSE(reconcile());
  ASSERT_TRUE(reconcile());
  (void)pace_->turn();  // the same minute
  ASSERT_TRUE(reconcile());
  EXPECT_FALSE(suspended());
}

TEST_F(ReconcilerTest, ShadowIsWrittenOnceAndNothingElseChanges) {
  auto policy = std::make_shared<api::Policy>();
  policy->namespace_ = "team-a";
  policy->name = "default";
  policy->spec.mode = api::Mode::Shadow;
  policy::PolicySet set;
  set.by_key["team-a/default"] = policy;
  policies_.set(set);
  auto running = test::job();
  running["status"]["startTime"] = "2026-11-24T12:00:01Z";
  running["metadata"]["labels"]["carbon-aware.io/state"] = "shadow";
  running["metadata"]["annotations"]["carbon-aware.io/waiting-since"] = "2026-11-24T12:00:00Z";
  running["metadata"]["annotations"]["carbon-aware.io/deadline"] = "2026-11-24T14:00:00Z";
  store(running);
  EXPECT_EQ(reconcile()->again_at, at("2026-11-24T14:00:00Z"));
  EXPECT_EQ(writer_.patches, 0);
  set_green(true);
  ASSERT_TRUE(reconcile());
  EXPECT_EQ((*writer_.object)["spec"], running["spec"]);
  EXPECT_EQ(reason(), "green");
  EXPECT_EQ(state(), "shadow");
  EXPECT_EQ(told_, std::vector<std::string>{"team-a/default green"});
}

TEST_F(ReconcilerTest, AJobHeldUnderAPolicyThatNowOnlyWatchesIsLetGo) {
  auto policy = std::make_shared<api::Policy>();
  policy->namespace_ = "team-a";
  policy->name = "default";
  policy->spec.mode = api::Mode::Shadow;
  policy::PolicySet set;
  set.by_key["team-a/default"] = policy;
  policies_.set(set);
  store(waiting_job());
  ASSERT_TRUE(reconcile());
  EXPECT_FALSE(suspended());
  EXPECT_FALSE((*writer_.object)["spec"]["template"]["spec"].contains("affinity"));
}

TEST_F(ReconcilerTest, TheAccountIsWrittenWhenItIsBooked) {
  auto done = test::job();
  done["metadata"]["labels"]["carbon-aware.io/state"] = "released";
  done["status"] = document(R"({"startTime":"2026-11-24T12:00:01Z",
    "completionTime":"2026-11-24T12:05:00Z","conditions":[{"type":"Complete","status":"True"}]})");
  store(done);
  accounts_.answer.again_at = at("2026-11-24T12:30:00Z");
  EXPECT_EQ(reconcile()->again_at, at("2026-11-24T12:30:00Z"));
  EXPECT_EQ(writer_.patches, 0);
  accounts_.answer = {R"({"kWh":1})", std::nullopt};
  ASSERT_TRUE(reconcile());
  EXPECT_EQ((*writer_.object)["metadata"]["annotations"]["carbon-aware.io/account"],
            R"({"kWh":1})");
  EXPECT_EQ(accounts_.confirmed, 1);
}

TEST_F(ReconcilerTest, DeadlineReleasesToTheFallback) {
  store(waiting_job());
  clock_.set(at("2026-11-24T14:00:00Z"));
  ASSERT_TRUE(reconcile());
  EXPECT_FALSE(suspended());
  EXPECT_EQ(reason(), "fallback");
  EXPECT_FALSE((*writer_.object)["spec"]["template"]["spec"].contains("tolerations"));
}

TEST_F(ReconcilerTest, DeadlineHoldsWhenTheSignalIsUnknown) {
  store(waiting_job());
  signal_ = {};
  EXPECT_EQ(reconcile()->again_at, at("2026-11-24T14:00:00Z"));
  clock_.set(at("2026-11-24T14:00:01Z"));
  ASSERT_TRUE(reconcile());
  EXPECT_FALSE(suspended());
}

TEST_F(ReconcilerTest, NotLeadingDoesNothing) {
  store(waiting_job());
  set_green(true);
  leading_ = false;
  ASSERT_TRUE(reconcile());
  EXPECT_EQ(writer_.patches + writer_.reads, 0);
}

TEST_F(ReconcilerTest, AReplicaThatDoesNotLeadReleasesWhatItsLeaderHasLeftOverdue) {
  store(waiting_job());
  leading_ = false;
  const auto overdue = at("2026-11-24T14:00:03Z");
  auto waits = reconcile();
  ASSERT_TRUE(waits);
  EXPECT_EQ(waits->again_at, overdue);
  clock_.set(overdue - Millis(1));
  ASSERT_TRUE(reconcile());
  EXPECT_EQ(writer_.patches + writer_.reads, 0);
  clock_.set(overdue);
  ASSERT_TRUE(reconcile());
  EXPECT_EQ(writer_.patches, 1);
  EXPECT_EQ(state(), "released");
  EXPECT_EQ(reason(), "fallback");
}

TEST_F(ReconcilerTest, AReplicaThatDoesNotLeadHoldsAndMarksNothing) {
  leading_ = false;
  auto object = test::job();
  store(object);
  clock_.set(at("2026-11-30T00:00:00Z"));
  ASSERT_TRUE(reconcile());
  EXPECT_EQ(writer_.patches + writer_.reads, 0);
}

TEST_F(ReconcilerTest, LeadershipLostBetweenReadAndSecondTryStops) {
  store(waiting_job());
  set_green(true);
  writer_.errors = {Errc::Conflict};
  writer_.before_patch = [this](FakeWriter&) { leading_ = false; };
  ASSERT_TRUE(reconcile());
  EXPECT_EQ(writer_.patches, 1);
  EXPECT_TRUE(suspended());
}

TEST_F(ReconcilerTest, ChangedJobIsReadAgainAndDecidedOnAgain) {
  store(waiting_job());
  writer_.touch();  // the store is one version behind
  set_green(true);
  ASSERT_TRUE(reconcile());
  EXPECT_EQ(writer_.patches, 2);
  EXPECT_EQ(writer_.reads, 1);
  EXPECT_FALSE(suspended());
}

TEST_F(ReconcilerTest, JobReleasedByAnotherReplicaIsNotReleasedAgain) {
  store(waiting_job());
  auto released = waiting_job();
  released["metadata"]["labels"]["carbon-aware.io/state"] = "released";
  released["spec"]["suspend"] = false;
  writer_.object = released;
  writer_.touch();
  set_green(true);
  ASSERT_TRUE(reconcile());
  EXPECT_EQ(writer_.patches, 1);  // the guarded one that did not hold
  EXPECT_TRUE(events_.empty());
}

TEST_F(ReconcilerTest, ANewJobOfTheSameNameIsDecidedOnForItself) {
  store(waiting_job());
  auto other = waiting_job();
  other["metadata"]["uid"] = "u-2";
  other["metadata"]["labels"]["carbon-aware.io/state"] = "user-suspended";
  writer_.object = other;
  set_green(true);
  ASSERT_TRUE(reconcile());
  EXPECT_TRUE(suspended());
  EXPECT_EQ(state(), "user-suspended");
}

TEST_F(ReconcilerTest, JobThatNeverStopsChangingGoesBackToTheQueue) {
  store(waiting_job());
  set_green(true);
  writer_.before_patch = [](FakeWriter& w) { w.touch(); };
  const auto outcome = reconcile();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Errc::Conflict);
}

TEST_F(ReconcilerTest, DeletedJobIsDone) {
  store(waiting_job());
  set_green(true);
  writer_.object.reset();
  EXPECT_TRUE(reconcile());
}

TEST_F(ReconcilerTest, OverloadGoesBackToTheQueueUnchanged) {
  store(waiting_job());
  set_green(true);
  for (const auto code : {Errc::TooManyRequests, Errc::Unavailable, Errc::Timeout}) {
    writer_.errors = {code};
    const auto outcome = reconcile();
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, code);
    EXPECT_TRUE(suspended());
    EXPECT_TRUE(events_.empty());
  }
}

TEST_F(ReconcilerTest, RefusedPlacementStillReleases) {
  store(waiting_job());
  set_green(true);
  writer_.errors = {Errc::Invalid};
  ASSERT_TRUE(reconcile());
  EXPECT_FALSE(suspended());
  EXPECT_FALSE((*writer_.object)["spec"]["template"]["spec"].contains("affinity"));
  ASSERT_EQ(events_.size(), 1U);
  EXPECT_EQ(events_[0].reason, "CarbonPlacementRefused");
  EXPECT_TRUE(events_[0].warning);
}

TEST_F(ReconcilerTest, RefusedPlacementOfAStrictJobIsTriedAgainUntilItsDeadline) {
  auto object = waiting_job();
  object["metadata"]["annotations"]["carbon-aware.io/strict"] = "true";
  store(object);
  set_green(true);
  writer_.errors = {Errc::Invalid};
  EXPECT_FALSE(reconcile());
  EXPECT_TRUE(suspended());
}

TEST_F(ReconcilerTest, RunNowReleasesWhateverTheGrid) {
  auto object = waiting_job();
  object["metadata"]["annotations"]["carbon-aware.io/run-now"] = "true";
  store(object);
  ASSERT_TRUE(reconcile());
  EXPECT_FALSE(suspended());
  EXPECT_EQ(reason(), "run-now");
}

TEST_F(ReconcilerTest, UserWhoUnsuspendsAWaitingJobWins) {
  auto object = waiting_job();
  object["spec"]["suspend"] = false;
  store(object);
  ASSERT_TRUE(reconcile());
  EXPECT_EQ(state(), "released");
  EXPECT_FALSE(suspended());
}

TEST_F(ReconcilerTest, KueueJobKeepsItsSuspend) {
  auto object = waiting_job();
  object["metadata"]["labels"]["kueue.x-k8s.io/queue-name"] = "q";
  object["metadata"]["annotations"]["kueue.x-k8s.io/admission-gated-by"] = "carbon-aware.io/gate";
  store(object);
  set_green(true);
  ASSERT_TRUE(reconcile());
  EXPECT_TRUE(suspended());
  EXPECT_EQ(state(), "released");
  EXPECT_FALSE(
      (*writer_.object)["metadata"]["annotations"].contains("kueue.x-k8s.io/admission-gated-by"));
}

// Jobs that the webhook missed.

TEST_F(ReconcilerTest, MissedAndUnstartedIsHeld) {
  store(test::job());
  ASSERT_TRUE(reconcile());
  EXPECT_TRUE(suspended());
  EXPECT_EQ(state(), "waiting");
}

TEST_F(ReconcilerTest, MissedAndYoungIsGivenTimeToShowThatItHasStarted) {
  store(test::job());
  clock_.set(at("2026-11-24T12:00:01Z"));
  const auto outcome = reconcile();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->again_at, at("2026-11-24T12:00:05Z"));
  EXPECT_EQ(writer_.patches, 0);
  clock_.set(at("2026-11-24T12:00:05Z"));
  ASSERT_TRUE(reconcile());
  EXPECT_EQ(state(), "waiting");
}

TEST_F(ReconcilerTest, MissedThatStartsBeforeThePatchArrivesIsLeftRunning) {
  store(test::job());
  writer_.before_patch = [](FakeWriter& w) {
    if ((*w.object)["status"].contains("startTime")) return;
    (*w.object)["status"]["startTime"] = "2026-11-24T12:00:05Z";
    w.touch();
  };
  ASSERT_TRUE(reconcile());
  EXPECT_FALSE(suspended());
  EXPECT_EQ(state(), "missed");
}

TEST_F(ReconcilerTest, MissedAndRunningIsLeftAloneAndSaidSo) {
  auto object = test::job();
  object["status"] = test::document(R"({"startTime":"2026-11-24T12:00:01Z","active":1})");
  store(object);
  ASSERT_TRUE(reconcile());
  EXPECT_FALSE(suspended());
  EXPECT_EQ(state(), "missed");
  EXPECT_EQ((*writer_.object)["metadata"]["annotations"]["carbon-aware.io/decision"],
            "already running when Karbonetes first saw it: the webhook was not reachable when it "
            "was created");
}

TEST_F(ReconcilerTest, MissedAndSuspendedByItsAuthorIsNeverReleased) {
  auto object = test::job();
  object["spec"]["suspend"] = true;
  store(object);
  set_green(true);
  ASSERT_TRUE(reconcile());
  EXPECT_TRUE(suspended());
  EXPECT_EQ(state(), "user-suspended");
}

TEST_F(ReconcilerTest, MissedAndManagedByOthersIsLeftAlone) {
  auto managed = test::job();
  managed["spec"]["managedBy"] = "example.com/operator";
  auto queued = test::job();
  queued["metadata"]["labels"]["kueue.x-k8s.io/queue-name"] = "q";
  for (const auto& object : {managed, queued}) {
    store(object);
    ASSERT_TRUE(reconcile());
    EXPECT_FALSE(suspended());
    EXPECT_EQ(state(), "missed");
  }
}

TEST(JobSink, KeepsOnlyWhatNeedsUs) {
  const auto needs = [](Document object) { return needs_us(facts(object)); };
  EXPECT_TRUE(needs(waiting_job()));
  EXPECT_TRUE(needs(test::job()));
  auto object = test::job();
  object["metadata"]["annotations"].erase("carbon-aware.io/enabled");
  EXPECT_FALSE(needs(object));
  object = waiting_job();
  object["metadata"]["annotations"].erase("carbon-aware.io/enabled");
  EXPECT_TRUE(needs(object));  // its opt-in was taken back: it must be released
  object["status"]["conditions"] = test::document(R"([{"type":"Failed","status":"True"}])");
  EXPECT_FALSE(needs(object));
  object = waiting_job();
  object["metadata"]["deletionTimestamp"] = "2026-11-24T12:00:01Z";
  EXPECT_FALSE(needs(object));
}

TEST(Announcer, TellsOnlyNews) {
  ManualClock clock(kStart);
  std::vector<kube::EventSpec> events;
  const Announcer announcer([&](kube::EventSpec event) { events.push_back(std::move(event)); },
                            clock);
  announcer.appeared(facts(waiting_job()), "because", {"max-delay ignored"});
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].reason, "CarbonAnnotationIgnored");
  EXPECT_EQ(events[1].reason, "CarbonWaiting");
  EXPECT_EQ(events[1].note, "because");
  EXPECT_FALSE(events[1].once_key.empty());
  events.clear();
  clock.advance(std::chrono::hours(1));
  announcer.appeared(facts(waiting_job()), "because", {"max-delay ignored"});
  EXPECT_TRUE(events.empty());
}

TEST_F(ReconcilerTest, AJobTooLargeToBeKeptIsReadBeforeItIsReleased) {
  auto object = waiting_job();
  const std::string large(1'000'000, 'x');
  object["spec"]["template"]["metadata"]["annotations"] = {{"team.example/notes", large}};
  writer_.object = object;
  auto kept = facts(object);
  placement::abridge(kept);
  ASSERT_TRUE(kept.abridged);
  ASSERT_TRUE(kept.pod.annotations.empty());
  jobs_.upsert(kKey, kept);
  ASSERT_TRUE(reconcile());  // it waits on: no reason to read anything
  EXPECT_EQ(writer_.reads, 0);
  set_green(true);
  ASSERT_TRUE(reconcile());
  EXPECT_EQ(writer_.reads, 1);
  EXPECT_EQ(writer_.patches, 1);
  EXPECT_EQ(state(), "released");
  EXPECT_EQ((*writer_.object)["spec"]["template"]["metadata"]["annotations"]["team.example/notes"],
            large);
}

}  // namespace
}  // namespace karbonetes::controller
