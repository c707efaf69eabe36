#include "controller/accountant.hpp"

#include <gmock/gmock.h>

#include "../placement/job_text.hpp"
#include "fake_config_maps.hpp"
#include "ledger/codec/account_codec.hpp"
#include "ledger/codec/book_codec.hpp"

namespace karbonetes::controller {
namespace {

using controller::test::FakeConfigMaps;
using karbonetes::test::at;
using karbonetes::test::document;
using placement::JobFacts;

// Finished Jobs as the API server has them.
class FakeJobs final : public JobWriter {
 public:
  Result<JobFacts> read(std::string_view, std::string_view name, std::stop_token) override {
    const auto it = jobs.find(std::string(name));
    if (it == jobs.end()) return fail(Errc::NotFound, "gone");
    return it->second;
  }
  Status patch(std::string_view, std::string_view, const json::Document&,
               std::stop_token) override {
    return fail(Errc::Internal, "the accountant writes no Jobs");
  }
  std::map<std::string, JobFacts> jobs;
};

// The day of a Job: submitted 12:00, ran 18:00-24:00, 4 vCPU and 16 GiB on GCP; 400 g/kWh until
// 18:00, 150 after: 27.5 g avoided, the example of docs/accounting.md.
constexpr double kAvoided = 27.5;

ledger::ObservedZone observed() {
  ledger::ObservedZone zone;
  zone.average = ledger::ObservedSeries<carbon::Average>(
      {{at("2026-11-24T10:00:00Z"), at("2026-11-24T18:00:00Z"),
        carbon::Intensity<carbon::Average>(400)},
       {at("2026-11-24T18:00:00Z"), at("2026-11-25T02:00:00Z"),
        carbon::Intensity<carbon::Average>(150)}});
  return zone;
}

class AccountantTest : public ::testing::Test {
 protected:
  JobFacts finished(const std::string& name) {
    auto object = karbonetes::test::job(
        R"({"containers":[{"name":"c","resources":{"requests":{"cpu":"4","memory":"16Gi"}}}]})");
    object["metadata"]["name"] = name;
    object["metadata"]["uid"] = "uid-" + name;
    object["metadata"]["labels"]["carbon-aware.io/state"] = "released";
    object["metadata"]["annotations"]["carbon-aware.io/plan"] =
        R"({"policy":"team-a/default","source":"uk","zone":"GB"})";
    object["status"] = document(R"({"startTime":"2026-11-24T18:00:00Z",
      "completionTime":"2026-11-25T00:00:00Z","conditions":[{"type":"Complete","status":"True"}]})");
    auto facts = karbonetes::test::facts(object);
    api_.jobs[name] = facts;
    return facts;
  }
  // Another program on the same ConfigMaps and Jobs: a restart, or the next leader.
  std::unique_ptr<Accountant> make() {
    AccountantConfig config;
    config.model = ledger::model_of(ledger::CloudProvider::Gcp);
    config.basis = [](const JobFacts&) { return AccountBasis{"built-in", ""}; };
    config.observed = [](std::string_view) { return observed(); };
    config.wake = [this](const std::string& key) { woken_.push_back(key); };
    config.ask = [this] { ++asked_; };
    registries_.push_back(std::make_unique<metrics::Registry>());
    return std::make_unique<Accountant>(maps_, api_, std::move(config), clock_,
                                        *registries_.back());
  }
  // What the reconciler does with the answer: writes it on the Job, and says so.
  bool annotate(Accountant& accountant, const JobFacts& job) {
    const auto answer = accountant.account(job);
    if (!answer.text) return false;
    api_.jobs[job.name].accounted = true;
    text_ = *answer.text;
    accountant.written(job);
    return true;
  }
  ledger::DayBook book() {
    const auto& data = maps_.maps.at("karbonetes-account-2026-11-25").map.data;
    return ledger::decode_book(data.at("book.json")).value();
  }
  std::int64_t jobs_in_book() {
    std::int64_t n = 0;
    for (const auto& [key, totals] : book().rows) n += totals.jobs;
    return n;
  }

  ManualClock clock_{at("2026-11-25T00:00:05Z")};
  FakeConfigMaps maps_;
  FakeJobs api_;
  std::vector<std::string> woken_;
  int asked_ = 0;
  std::string text_;
  std::vector<std::unique_ptr<metrics::Registry>> registries_;  // one for each program
  std::unique_ptr<Accountant> accountant_ = make();
};

TEST_F(AccountantTest, BooksThenAnnotatesThenForgets) {
  const auto job = finished("train");
  EXPECT_FALSE(annotate(*accountant_, job)) << "not booked yet";
  EXPECT_EQ(asked_, 1);
  ASSERT_TRUE(accountant_->run({}));
  EXPECT_EQ(woken_, std::vector<std::string>{"team-a/train"});
  EXPECT_TRUE(book().pending.contains("uid-train"));
  ASSERT_TRUE(annotate(*accountant_, job));
  ASSERT_TRUE(accountant_->run({}));
  EXPECT_TRUE(book().pending.empty());
  EXPECT_EQ(jobs_in_book(), 1);
  const auto totals = book().rows.at({"team-a", "team-a/default", false});
  EXPECT_NEAR(totals.average.avoided().value, kAvoided, 0.05);
  const auto account = ledger::decode_account(text_);
  ASSERT_TRUE(account);
  EXPECT_NEAR(account->average->avoided().value, kAvoided, 0.05);
}

TEST_F(AccountantTest, AnOldViewOfAnAnnotatedJobBooksNothing) {
  const auto job = finished("train");
  (void)accountant_->account(job);
  ASSERT_TRUE(accountant_->run({}));
  ASSERT_TRUE(annotate(*accountant_, job));
  ASSERT_TRUE(accountant_->run({}));
  EXPECT_FALSE(accountant_->account(job).text) << "the watch has not caught up";
  auto next = make();  // and the next leader's cache is old, too
  (void)next->account(job);
  ASSERT_TRUE(next->run({}));
  EXPECT_EQ(jobs_in_book(), 1);
}

TEST_F(AccountantTest, CrashAfterBookingLeavesOneAccountWithTheSameNumbers) {
  const auto job = finished("train");
  (void)accountant_->account(job);
  ASSERT_TRUE(accountant_->run({}));
  const auto booked = book().pending.at("uid-train").account;

  accountant_ = make();
  woken_.clear();
  ASSERT_TRUE(accountant_->run({}));
  EXPECT_EQ(woken_, std::vector<std::string>{"team-a/train"});
  ASSERT_TRUE(annotate(*accountant_, job));
  EXPECT_EQ(text_, booked);
  ASSERT_TRUE(accountant_->run({}));
  EXPECT_EQ(jobs_in_book(), 1);
  EXPECT_TRUE(book().pending.empty());
}

TEST_F(AccountantTest, CrashAfterAnnotatingCountsOnce) {
  const auto job = finished("train");
  (void)accountant_->account(job);
  ASSERT_TRUE(accountant_->run({}));
  ASSERT_TRUE(annotate(*accountant_, job));  // and dies before the book forgets it
  accountant_ = make();
  ASSERT_TRUE(accountant_->run({}));
  EXPECT_EQ(jobs_in_book(), 1);
  EXPECT_TRUE(book().pending.empty());
}

TEST_F(AccountantTest, ALostAnswerCountsOnce) {
  const auto job = finished("train");
  (void)accountant_->account(job);
  maps_.faults = {FakeConfigMaps::Fault::LoseAnswer};
  EXPECT_FALSE(accountant_->run({}));
  ASSERT_TRUE(accountant_->run({}));
  EXPECT_EQ(jobs_in_book(), 1);
  ASSERT_TRUE(annotate(*accountant_, job));
}

TEST_F(AccountantTest, TwoThatBothBelieveTheyLeadCountOnce) {
  const auto job = finished("train");
  auto other = make();
  (void)accountant_->account(job);
  (void)other->account(job);
  maps_.before_write = [&, once = true]() mutable {
    if (!std::exchange(once, false)) return;
    EXPECT_TRUE(other->run({}));
  };
  (void)accountant_->run({});
  maps_.before_write = nullptr;
  ASSERT_TRUE(accountant_->run({}));
  EXPECT_EQ(jobs_in_book(), 1);
}

TEST_F(AccountantTest, ADeletedJobIsBookedAndItsPendingForgotten) {
  const auto job = finished("train");
  api_.jobs.clear();
  accountant_->gone(job);
  maps_.faults = {FakeConfigMaps::Fault::LoseAnswer};
  EXPECT_FALSE(accountant_->run({}));
  ASSERT_TRUE(accountant_->run({}));
  ASSERT_TRUE(accountant_->run({}));
  EXPECT_EQ(jobs_in_book(), 1);
  EXPECT_TRUE(book().pending.empty());
  EXPECT_TRUE(woken_.empty());
}

TEST_F(AccountantTest, DeletedBetweenBookingAndAnnotating) {
  const auto job = finished("train");
  (void)accountant_->account(job);
  ASSERT_TRUE(accountant_->run({}));
  api_.jobs.clear();
  accountant_->gone(job);
  ASSERT_TRUE(accountant_->run({}));
  EXPECT_EQ(jobs_in_book(), 1);
  EXPECT_TRUE(book().pending.empty());
}

TEST_F(AccountantTest, WhetherADeletedJobCountsIsForItsDeletionToTell) {
  const auto job = finished("train");
  (void)accountant_->account(job);
  api_.jobs.clear();
  ASSERT_TRUE(accountant_->run({}));
  EXPECT_FALSE(maps_.maps.contains("karbonetes-account-2026-11-25") && jobs_in_book() > 0);
  accountant_->gone(job);
  ASSERT_TRUE(accountant_->run({}));
  EXPECT_EQ(jobs_in_book(), 1);
}

TEST_F(AccountantTest, CountersGoOnAfterARestart) {
  (void)accountant_->account(finished("one"));
  ASSERT_TRUE(accountant_->run({}));
  accountant_ = make();
  (void)accountant_->account(finished("two"));
  ASSERT_TRUE(accountant_->run({}));
  EXPECT_THAT(registries_.back()->expose(),
              ::testing::HasSubstr("karbonetes_accounted_jobs_total{mode=\"enforce\",namespace="
                                   "\"team-a\",policy=\"team-a/default\"} 2"));
}

TEST_F(AccountantTest, AShadowAccountWaitsUntilItsSpanHasBeenObserved) {
  auto job = finished("train");
  job.state = placement::JobState::Shadow;
  job.released_at = at("2026-11-24T20:00:00Z");  // would have run until 02:00
  const auto answer = accountant_->account(job);
  EXPECT_EQ(answer.again_at, at("2026-11-25T02:00:00Z"));
  EXPECT_EQ(asked_, 0);
  clock_.set(at("2026-11-25T02:00:01Z"));
  (void)accountant_->account(job);
  ASSERT_TRUE(accountant_->run({}));
  const auto rows = book().rows;
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_TRUE(rows.begin()->first.shadow);
}

TEST_F(AccountantTest, ABookThatCannotBeReadIsLeftAlone) {
  KeptMap broken;
  broken.name = "karbonetes-account-2026-11-25";
  broken.data["book.json"] = "{";
  ASSERT_TRUE(maps_.write(broken, "ledger", {}));
  (void)accountant_->account(finished("train"));
  const auto result = accountant_->run({});
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, ::testing::HasSubstr("mend or delete"));
  EXPECT_EQ(maps_.maps.at(broken.name).map.data.at("book.json"), "{");
}

TEST_F(AccountantTest, OldBooksAreRemoved) {
  KeptMap old;
  old.name = "karbonetes-account-2025-01-01";
  ledger::DayBook book;
  book.day = ledger::parse_day("2025-01-01").value();
  old.data["book.json"] = ledger::encode_book(book).value();
  ASSERT_TRUE(maps_.write(old, "ledger", {}));
  ASSERT_TRUE(accountant_->run({}));
  EXPECT_FALSE(maps_.maps.contains(old.name));
}

}  // namespace
}  // namespace karbonetes::controller
