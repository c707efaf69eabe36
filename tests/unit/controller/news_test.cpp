#include "controller/news.hpp"

#include <gmock/gmock.h>

#include "../placement/job_text.hpp"

namespace karbonetes::controller {
namespace {

using json::Document;
using test::at;
using test::facts;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const TimePoint kStart = at("2026-11-24T12:00:10Z");

Document job_in(const std::string& state) {
  auto object = test::job();
  auto& annotations = object["metadata"]["annotations"];
  object["metadata"]["labels"]["carbon-aware.io/state"] = state;
  annotations["carbon-aware.io/waiting-since"] = "2026-11-24T12:00:00Z";
  if (state == "released") annotations["carbon-aware.io/released-at"] = "2026-11-24T12:00:05Z";
  return object;
}

class NewsTest : public ::testing::Test {
 protected:
  std::vector<std::string> told() {
    std::vector<std::string> reasons;
    for (const auto& event : events_) reasons.push_back(event.reason);
    events_.clear();
    return reasons;
  }
  void saw(Seen how, const std::string& state) {
    news_.saw(how, facts(job_in(state)), "because", {});
  }

  ManualClock clock_{kStart};
  bool leading_ = true;
  std::vector<kube::EventSpec> events_;
  Announcer announcer_{[this](kube::EventSpec event) { events_.push_back(std::move(event)); },
                       clock_};
  News news_{announcer_, [this] { return leading_; }, clock_};
};

TEST_F(NewsTest, LeaderTellsAtOnce) {
  saw(Seen::Appeared, "waiting");
  ASSERT_EQ(events_.size(), 1U);
  EXPECT_EQ(events_[0].note, "because");
  EXPECT_EQ(events_[0].regarding.uid, "u-1");
  EXPECT_THAT(told(), ElementsAre("CarbonWaiting"));
  saw(Seen::Changed, "released");
  saw(Seen::Changed, "missed");
  saw(Seen::Changed, "user-suspended");
  EXPECT_THAT(told(), ElementsAre("CarbonReleased", "CarbonMissed", "CarbonUserSuspended"));
}

// Its writer may have died between the patch and the Event.
TEST_F(NewsTest, RecentReleaseFoundAtTheStartIsTold) {
  saw(Seen::Appeared, "released");
  EXPECT_THAT(told(), ElementsAre("CarbonReleased"));
  clock_.advance(std::chrono::hours(1));
  saw(Seen::Appeared, "released");
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(NewsTest, StandbyTellsWhatItSawWhenItLeads) {
  leading_ = false;
  saw(Seen::Appeared, "waiting");
  saw(Seen::Changed, "released");
  EXPECT_THAT(told(), IsEmpty());
  leading_ = true;
  news_.lead();
  EXPECT_THAT(told(), ElementsAre("CarbonWaiting", "CarbonReleased"));
  news_.lead();
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(NewsTest, StandbyForgetsWhatItsLeaderToldLongAgo) {
  leading_ = false;
  saw(Seen::Changed, "released");
  clock_.advance(std::chrono::hours(1));
  saw(Seen::Changed, "missed");
  saw(Seen::Appeared, "waiting");  // since an hour: no news
  leading_ = true;
  news_.lead();
  EXPECT_THAT(told(), ElementsAre("CarbonMissed"));
}

TEST_F(NewsTest, StandbyKeepsTheNewest) {
  leading_ = false;
  saw(Seen::Changed, "missed");
  for (std::size_t i = 0; i < News::kMaxKept; ++i) saw(Seen::Changed, "released");
  leading_ = true;
  news_.lead();
  const auto reasons = told();
  EXPECT_EQ(reasons.size(), News::kMaxKept);
  EXPECT_EQ(reasons.front(), "CarbonReleased");
}

// -- what the sink makes of a stream of objects --

class JobSinkTest : public ::testing::Test {
 protected:
  void apply(kube::Change change, const Document& object) {
    json::Reader reader;
    const auto status = reader.each("{\"object\":" + object.dump() + "}",
                                    [&](std::string_view, json::Value value) -> Status {
                                      auto version = sink_.apply(change, value);
                                      if (!version) return fail(version.error());
                                      return {};
                                    });
    ASSERT_TRUE(status) << status.error().message;
  }

  std::vector<std::string> seen_;
  JobStore store_;
  JobSink sink_{store_, [this](Seen how, const placement::JobFacts& job, std::string_view,
                               const std::vector<std::string>&) {
                  seen_.push_back((how == Seen::Appeared ? "appeared " : "changed ") +
                                  std::string(placement::name(job.state)));
                }};
};

TEST_F(JobSinkTest, TellsAppearancesAndChangesOfState) {
  apply(kube::Change::Added, job_in("waiting"));
  apply(kube::Change::Modified, job_in("waiting"));
  EXPECT_EQ(store_.size(), 1U);
  apply(kube::Change::Modified, job_in("released"));
  EXPECT_EQ(store_.size(), 0U);
  apply(kube::Change::Modified, job_in("released"));
  apply(kube::Change::Deleted, job_in("released"));
  EXPECT_THAT(seen_, ElementsAre("appeared waiting", "changed released"));
}

TEST_F(JobSinkTest, ListingAnewTellsOnlyWhatIsNew) {
  apply(kube::Change::Added, job_in("waiting"));
  seen_.clear();
  sink_.begin_replace();
  apply(kube::Change::Added, job_in("waiting"));
  sink_.end_replace();
  EXPECT_THAT(seen_, IsEmpty());
  sink_.begin_replace();
  apply(kube::Change::Added, job_in("released"));  // while nobody watched
  sink_.end_replace();
  EXPECT_THAT(seen_, ElementsAre("changed released"));
}

TEST_F(JobSinkTest, ReplacedUnderTheSameNameIsAnotherJob) {
  apply(kube::Change::Added, job_in("waiting"));
  auto other = job_in("waiting");
  other["metadata"]["uid"] = "u-2";
  apply(kube::Change::Added, other);
  EXPECT_THAT(seen_, ElementsAre("appeared waiting", "appeared waiting"));
}

}  // namespace
}  // namespace karbonetes::controller
