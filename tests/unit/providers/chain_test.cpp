#include "providers/chain.hpp"

#include <gmock/gmock.h>

#include "providers/chains.hpp"
#include "providers/poll_schedule.hpp"

namespace karbonetes::providers {
namespace {

using carbon::Freshness;
using testing::ElementsAre;

// A chain of sources that refresh every minute, and a clock.
class ChainTest : public testing::Test {
 protected:
  void SetUp() override {
    for (auto& m : members) m = {Freshness::Fresh, 0, 1, std::chrono::minutes(1)};
  }
  // One more fetch of a member succeeded or failed.
  void answer(std::size_t i) {
    members[i].freshness = Freshness::Fresh;
    members[i].failures_in_a_row = 0;
    ++members[i].successes;
  }
  bool step(Millis later = Seconds(1)) {
    now += later;
    return chain.step(members, now);
  }

  std::array<MemberView, 3> members;
  Chain chain{3};
  TimePoint now{};
};

TEST_F(ChainTest, TheFirstIsUsedWhileItIsWell) {
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(step());
  EXPECT_EQ(chain.active(), 0U);
}

TEST_F(ChainTest, NotOnOneFailedFetchButOnThree) {
  members[0].failures_in_a_row = 1;
  EXPECT_FALSE(step());
  members[0].failures_in_a_row = 2;
  EXPECT_FALSE(step());
  members[0].failures_in_a_row = 3;
  EXPECT_TRUE(step());
  EXPECT_EQ(chain.active(), 1U);
}

TEST_F(ChainTest, OnStaleAtOnceAndTheDeadAreSkipped) {
  (void)step();
  members[0].freshness = Freshness::Stale;
  members[1].freshness = Freshness::Unknown;
  EXPECT_TRUE(step());
  EXPECT_EQ(chain.active(), 2U);
}

TEST_F(ChainTest, ComesBackAfterThreeFetches) {
  (void)step();
  members[0].failures_in_a_row = 3;
  EXPECT_TRUE(step());
  answer(0);
  EXPECT_FALSE(step());
  answer(0);
  EXPECT_FALSE(step());
  answer(0);
  EXPECT_TRUE(step());
  EXPECT_EQ(chain.active(), 0U);
}

TEST_F(ChainTest, ComesBackAfterFiveRefreshes) {
  members[0].failures_in_a_row = 3;
  (void)step();
  answer(0);
  EXPECT_FALSE(step());
  EXPECT_FALSE(step(std::chrono::minutes(4)));
  EXPECT_TRUE(step(std::chrono::minutes(1)));
  EXPECT_EQ(chain.active(), 0U);
}

TEST_F(ChainTest, AWobblingOneStartsItsProofAnew) {
  members[0].failures_in_a_row = 3;
  (void)step();
  int switches = 0;
  for (int round = 0; round < 10; ++round) {
    answer(0);
    switches += step();
    answer(0);
    switches += step();
    members[0].failures_in_a_row = 3;
    switches += step();
  }
  EXPECT_EQ(switches, 0);
  EXPECT_EQ(chain.active(), 1U);
}

TEST_F(ChainTest, WhenNobodyIsWellTheFreshestHolds) {
  members[0].freshness = Freshness::Unknown;
  members[1].freshness = Freshness::Stale;
  members[2].freshness = Freshness::Unknown;
  EXPECT_TRUE(step());
  EXPECT_EQ(chain.active(), 1U);
  members[0].freshness = Freshness::Stale;  // no fresher than what is used
  EXPECT_FALSE(step());
  members[0] = {Freshness::Fresh, 3, 5, std::chrono::minutes(1)};  // fresh, though failing
  EXPECT_TRUE(step());
  EXPECT_EQ(chain.active(), 0U);
}

TEST_F(ChainTest, AllDeadStaysWhereItIs) {
  for (auto& m : members) m.freshness = Freshness::Unknown;
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(step());
  EXPECT_EQ(chain.active(), 0U);
}

TEST_F(ChainTest, AtTheStartTheFirstHasTenSecondsAndThenComesBackAtOnce) {
  members[0] = {Freshness::Unknown, 0, 0, std::chrono::minutes(1)};
  EXPECT_FALSE(step());
  EXPECT_FALSE(step(Seconds(9)));
  EXPECT_TRUE(step(Seconds(2)));
  EXPECT_EQ(chain.active(), 1U);
  answer(0);
  EXPECT_TRUE(step());
  EXPECT_EQ(chain.active(), 0U);
}

TEST_F(ChainTest, AtTheStartAFailureIsEnough) {
  members[0] = {Freshness::Unknown, 1, 0, std::chrono::minutes(1)};
  EXPECT_TRUE(step());
  EXPECT_EQ(chain.active(), 1U);
}

TEST_F(ChainTest, StaticWindowsStandInAndNeedNoProof) {
  members[1] = {Freshness::Fresh, 0, 1, Millis(0)};
  members[0].freshness = Freshness::Unknown;
  EXPECT_TRUE(step());
  EXPECT_EQ(chain.active(), 1U);
}

SourceConfig source(const char* name, SourceType type, const char* zone,
                    std::optional<carbon::KindTag> kind) {
  SourceConfig out;
  out.name = name;
  out.type = type;
  out.zone = zone;
  out.kind = kind;
  return out;
}

TEST(Chains, SameZoneSameKindAndWindowsOfTheZoneOrOfNone) {
  using carbon::KindTag;
  const auto chains = chains_of({
      source("uk", SourceType::GbCarbonIntensity, "GB", KindTag::Average),
      source("moer", SourceType::WattTime, "GB", KindTag::Marginal),
      source("de", SourceType::EnergyCharts, "DE", KindTag::Average),
      source("maps", SourceType::ElectricityMaps, "GB", KindTag::Average),
      source("night", SourceType::StaticWindows, "", std::nullopt),
      source("german", SourceType::StaticWindows, "DE", std::nullopt),
  });
  EXPECT_THAT(chains[0], ElementsAre(0, 3, 4));
  EXPECT_THAT(chains[1], ElementsAre(1, 4));
  EXPECT_THAT(chains[2], ElementsAre(2, 4, 5));
  EXPECT_THAT(chains[3], ElementsAre(3, 0, 4));
  EXPECT_THAT(chains[4], ElementsAre(4));
  EXPECT_THAT(chains[5], ElementsAre(5, 4));
}

TEST(PollSchedule, NeverSoonerThanRefreshAndAtMostATenthLater) {
  PollSchedule schedule({std::chrono::minutes(5)});
  EXPECT_EQ(schedule.after_answer(0), std::chrono::minutes(5));
  EXPECT_LE(schedule.after_answer(0.999), std::chrono::minutes(5) + Seconds(30));
}

TEST(PollSchedule, BacksOffFromHalfASecondToFiveMinutesAndStartsAnew) {
  PollSchedule schedule({std::chrono::hours(1)});
  const Error down{Errc::Unavailable, "down"};
  EXPECT_EQ(schedule.after_failure(down, 0.999999).count(), 499);
  EXPECT_EQ(schedule.after_failure(down, 0).count(), 500);
  for (int i = 0; i < 20; ++i) (void)schedule.after_failure(down, 0);
  EXPECT_EQ(schedule.after_failure(down, 0), Millis(150'000));
  (void)schedule.after_answer(0);
  EXPECT_EQ(schedule.after_failure(down, 0).count(), 250);
}

TEST(PollSchedule, ARefusalCostsQuotaAndIsNotRepeatedSoon) {
  for (const Errc code :
       {Errc::Unauthorized, Errc::Forbidden, Errc::TooManyRequests, Errc::Parse}) {
    PollSchedule schedule({std::chrono::minutes(1)});
    EXPECT_GE(schedule.after_failure({code, "no"}, 0), std::chrono::minutes(1));
  }
}

TEST(PollSchedule, RetryAfterIsHonouredUpToAnHour) {
  PollSchedule schedule({std::chrono::minutes(1)});
  EXPECT_EQ(schedule.after_failure({Errc::TooManyRequests, "", Seconds(600)}, 0), Seconds(600));
  EXPECT_EQ(schedule.after_failure({Errc::Unavailable, "", std::chrono::hours(9)}, 0),
            std::chrono::hours(1));
}

}  // namespace
}  // namespace karbonetes::providers
