#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "kube/runtime/leader_election.hpp"
#include "lease_server.hpp"

namespace karbonetes::kube {
namespace {

using Kind = ElectionPlan::Kind;
using std::chrono::hours;
using std::chrono::seconds;

constexpr TimePoint kStart{Millis{1'800'000'000'000}};

ElectionConfig config(const std::string& identity = "me") {
  return {.ns = "ns", .name = "karbonetes", .identity = identity};
}

Lease held_by(const std::string& holder, TimePoint renewed, const std::string& version = "7") {
  Lease lease;
  lease.ns = "ns";
  lease.name = "karbonetes";
  lease.resource_version = version;
  lease.holder = holder;
  lease.acquire_time = renewed;
  lease.renew_time = renewed;
  lease.transitions = 3;
  return lease;
}

TEST(Election, MissingLeaseIsCreated) {
  ElectionState state;
  const ElectionPlan plan = observe(state, std::nullopt, config(), kStart);
  EXPECT_EQ(plan.kind, Kind::Create);
  EXPECT_EQ(plan.lease.ns, "ns");
  EXPECT_EQ(plan.lease.name, "karbonetes");
  EXPECT_EQ(plan.lease.holder, "me");
  EXPECT_EQ(plan.lease.duration, seconds(15));
  EXPECT_EQ(plan.lease.acquire_time, kStart);
  EXPECT_EQ(plan.lease.renew_time, kStart);
  EXPECT_EQ(plan.lease.transitions, 0);
  EXPECT_EQ(plan.lease.resource_version, "");
  EXPECT_EQ(plan.next, seconds(2));
  EXPECT_FALSE(is_leader(state, config(), kStart));
  wrote(state, plan.lease, config(), kStart);
  EXPECT_TRUE(is_leader(state, config(), kStart));
}

TEST(Election, FreeLeaseIsTakenAtOnce) {
  ElectionState state;
  const ElectionPlan plan = observe(state, held_by("", kStart), config(), kStart);
  EXPECT_EQ(plan.kind, Kind::Update);
  EXPECT_EQ(plan.lease.holder, "me");
  EXPECT_EQ(plan.lease.resource_version, "7");
  EXPECT_EQ(plan.lease.transitions, 4);
  EXPECT_EQ(plan.lease.acquire_time, kStart);
}

TEST(Election, RenewalKeepsAcquireTimeAndTransitions) {
  ElectionState state;
  const Lease mine = held_by("me", kStart);
  wrote(state, mine, config(), kStart);
  const ElectionPlan plan = observe(state, mine, config(), kStart + seconds(2));
  EXPECT_EQ(plan.kind, Kind::Update);
  EXPECT_EQ(plan.lease.acquire_time, kStart);
  EXPECT_EQ(plan.lease.renew_time, kStart + seconds(2));
  EXPECT_EQ(plan.lease.transitions, 3);
}

TEST(Election, OursFromAnEarlierLifeIsRenewedNotAssumed) {
  ElectionState state;
  const ElectionPlan plan = observe(state, held_by("me", kStart - seconds(1)), config(), kStart);
  EXPECT_EQ(plan.kind, Kind::Update);
  EXPECT_EQ(plan.lease.transitions, 3);
  EXPECT_FALSE(is_leader(state, config(), kStart));
}

TEST(Election, AnothersLeaseIsRespectedForItsDuration) {
  ElectionState state;
  const Lease other = held_by("other", kStart);
  EXPECT_EQ(observe(state, other, config(), kStart).kind, Kind::Nothing);
  EXPECT_EQ(observe(state, other, config(), kStart + Millis(14'999)).kind, Kind::Nothing);
  EXPECT_EQ(observe(state, other, config(), kStart + seconds(15)).kind, Kind::Update);
}

TEST(Election, RenewalByTheOtherProlongsIt) {
  ElectionState state;
  (void)observe(state, held_by("other", kStart, "7"), config(), kStart);
  EXPECT_EQ(
      observe(state, held_by("other", kStart + seconds(10), "8"), config(), kStart + seconds(10))
          .kind,
      Kind::Nothing);
  EXPECT_EQ(
      observe(state, held_by("other", kStart + seconds(10), "8"), config(), kStart + seconds(24))
          .kind,
      Kind::Nothing);
  EXPECT_EQ(
      observe(state, held_by("other", kStart + seconds(10), "8"), config(), kStart + seconds(25))
          .kind,
      Kind::Update);
}

TEST(Election, SkewedRenewTimesMeanNothing) {
  for (const auto skew : {-hours(48), hours(48)}) {
    ElectionState state;
    const Lease other = held_by("other", kStart + skew);
    EXPECT_EQ(observe(state, other, config(), kStart).kind, Kind::Nothing);
    EXPECT_EQ(observe(state, other, config(), kStart + seconds(14)).kind, Kind::Nothing);
    EXPECT_EQ(observe(state, other, config(), kStart + seconds(15)).kind, Kind::Update);
  }
}

TEST(Election, LabelOnTheLeaseIsNoRenewal) {
  ElectionState state;
  (void)observe(state, held_by("other", kStart, "7"), config(), kStart);
  (void)observe(state, held_by("other", kStart, "8"), config(), kStart + seconds(10));
  const ElectionPlan plan =
      observe(state, held_by("other", kStart, "9"), config(), kStart + seconds(15));
  EXPECT_EQ(plan.kind, Kind::Update);
  EXPECT_EQ(plan.lease.resource_version, "9");
}

TEST(Election, LeaseTellsItsOwnDuration) {
  ElectionState state;
  Lease other = held_by("other", kStart);
  other.duration = seconds(60);
  EXPECT_EQ(observe(state, other, config(), kStart).kind, Kind::Nothing);
  EXPECT_EQ(observe(state, other, config(), kStart + seconds(59)).kind, Kind::Nothing);
  EXPECT_EQ(observe(state, other, config(), kStart + seconds(60)).kind, Kind::Update);
}

TEST(Election, LeadershipEndsAtTheRenewDeadlineByItself) {
  ElectionState state;
  wrote(state, held_by("me", kStart), config(), kStart);
  EXPECT_TRUE(is_leader(state, config(), kStart + Millis(9'999)));
  EXPECT_FALSE(is_leader(state, config(), kStart + seconds(10)));
  write_failed(state, config(), kStart + seconds(5));
  EXPECT_TRUE(state.leading);
  write_failed(state, config(), kStart + seconds(10));
  EXPECT_FALSE(state.leading);
}

TEST(Election, SeeingAnotherHolderEndsLeadershipAtOnce) {
  ElectionState state;
  wrote(state, held_by("me", kStart), config(), kStart);
  EXPECT_EQ(
      observe(state, held_by("other", kStart + seconds(1), "8"), config(), kStart + seconds(1))
          .kind,
      Kind::Nothing);
  EXPECT_FALSE(is_leader(state, config(), kStart + seconds(1)));
}

TEST(Election, ClockSetBackDoesNotProlongLeadership) {
  ElectionState state;
  wrote(state, held_by("me", kStart), config(), kStart);
  EXPECT_TRUE(is_leader(state, config(), kStart - seconds(1)));
  EXPECT_FALSE(is_leader(state, config(), kStart - hours(1)));
}

TEST(Election, ClockSetBackDoesNotKeepADeadHolderForHours) {
  ElectionState state;
  const Lease other = held_by("other", kStart);
  (void)observe(state, other, config(), kStart);
  const TimePoint back = kStart - hours(5);
  EXPECT_EQ(observe(state, other, config(), back).kind, Kind::Nothing);
  EXPECT_EQ(observe(state, other, config(), back + seconds(15)).kind, Kind::Update);
}

TEST(Election, LeaseDeletedDuringAnothersTermIsNotTakenBeforeItIsOver) {
  ElectionState state;
  (void)observe(state, held_by("other", kStart), config(), kStart);
  EXPECT_EQ(observe(state, std::nullopt, config(), kStart + seconds(1)).kind, Kind::Nothing);
  EXPECT_EQ(observe(state, std::nullopt, config(), kStart + seconds(15)).kind, Kind::Create);
}

TEST(Election, LeaseDeletedUnderTheLeaderIsCreatedByIt) {
  ElectionState state;
  wrote(state, held_by("me", kStart), config(), kStart);
  EXPECT_EQ(observe(state, std::nullopt, config(), kStart + seconds(1)).kind, Kind::Create);
  EXPECT_TRUE(is_leader(state, config(), kStart + seconds(1)));
}

TEST(Election, ReleaseWritesNoHolderForOneSecond) {
  ElectionState state;
  EXPECT_EQ(release(state, config(), kStart).kind, Kind::Nothing);
  wrote(state, held_by("me", kStart), config(), kStart);
  const ElectionPlan plan = release(state, config(), kStart + seconds(1));
  EXPECT_EQ(plan.kind, Kind::Update);
  EXPECT_EQ(plan.lease.holder, "");
  EXPECT_EQ(plan.lease.duration, seconds(1));
  EXPECT_EQ(plan.lease.renew_time, kStart + seconds(1));
  EXPECT_EQ(plan.lease.resource_version, "7");
  EXPECT_EQ(plan.lease.transitions, 3);
  wrote(state, plan.lease, config(), kStart + seconds(1));
  EXPECT_FALSE(is_leader(state, config(), kStart + seconds(1)));

  ElectionState other;
  EXPECT_EQ(observe(other, plan.lease, config("other"), kStart + seconds(1)).kind, Kind::Update);
}

// One candidate of the simulation below, with a clock of its own.
struct Candidate {
  ElectionConfig config;
  Millis skew{0};
  ElectionState state;
  TimePoint next{};
  bool paused = false;
};

// Candidates against one server for 1,000 steps of half a second: requests fail, answers get lost
// after the server took the write, processes pause, clocks differ by hours. Never do two of them
// believe to lead.
TEST(Election, LabelsOfOthersOutliveEachWrite) {
  ElectionState state;
  auto lease = held_by("", kStart);
  lease.kept["labels"] = R"({"managed-by":"Helm"})";
  const ElectionPlan taken = observe(state, lease, config(), kStart);
  EXPECT_EQ(taken.lease.kept, lease.kept);
  wrote(state, taken.lease, config(), kStart);
  EXPECT_EQ(observe(state, taken.lease, config(), kStart).lease.kept, lease.kept);
  EXPECT_EQ(release(state, config(), kStart).lease.kept, lease.kept);
}

TEST(Election, SeizingTakesALeaseThatIsHeldAndKeepsIt) {
  auto mine = config("uninstall");
  mine.seize = true;
  mine.lease_duration = seconds(120);
  ElectionState state;
  const ElectionPlan plan = observe(state, held_by("other", kStart), mine, kStart);
  ASSERT_EQ(plan.kind, Kind::Update);
  EXPECT_EQ(plan.lease.holder, "uninstall");
  EXPECT_EQ(plan.lease.resource_version, "7");
  EXPECT_EQ(plan.lease.transitions, 4);
  wrote(state, plan.lease, mine, kStart);
  EXPECT_TRUE(is_leader(state, mine, kStart));
  EXPECT_EQ(release(state, mine, kStart).kind, Kind::Nothing);

  // Those who stood by wait for as long as the lease says, not for as long as their own would.
  ElectionState bystander;
  EXPECT_EQ(observe(bystander, plan.lease, config(), kStart).kind, Kind::Nothing);
  EXPECT_EQ(observe(bystander, plan.lease, config(), kStart + seconds(119)).kind, Kind::Nothing);
  EXPECT_EQ(observe(bystander, plan.lease, config(), kStart + seconds(120)).kind, Kind::Update);
}

TEST(Election, NeverTwoLeadersWhateverFails) {
  int led = 0;
  int takeovers = 0;
  for (unsigned seed = 1; seed <= 40; ++seed) {
    std::mt19937 random(seed);
    const auto chance = [&](double p) {
      return std::uniform_real_distribution<double>(0, 1)(random) < p;
    };
    LeaseServer server;
    std::vector<Candidate> candidates(seed % 2 == 0 ? 2 : 3);
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      candidates[i].config = config("candidate-" + std::to_string(i));
      candidates[i].skew = std::chrono::duration_cast<Millis>(hours(7)) * static_cast<int>(i);
    }
    std::string last_leader;
    TimePoint now = kStart;
    for (int tick = 0; tick < 1000; ++tick, now += Millis(500)) {
      for (auto& c : candidates) {
        const TimePoint own = now + c.skew;
        if (chance(0.01)) c.paused = !c.paused;
        if (c.paused || own < c.next) continue;
        c.next = own + c.config.retry_period;
        if (chance(0.3)) {
          write_failed(c.state, c.config, own);  // the read failed
          continue;
        }
        const auto read = server.get();
        const auto plan =
            observe(c.state, read ? std::optional<Lease>(*read) : std::nullopt, c.config, own);
        if (plan.kind == Kind::Nothing) continue;
        if (chance(0.3)) {
          write_failed(c.state, c.config, own);
          continue;
        }
        const auto written =
            plan.kind == Kind::Create ? server.create(plan.lease) : server.update(plan.lease);
        if (written && !chance(0.3)) {
          wrote(c.state, *written, c.config, own);
        } else {
          write_failed(c.state, c.config, own);  // refused, or the answer was lost
        }
      }
      std::string leader;
      for (const auto& c : candidates) {
        if (!is_leader(c.state, c.config, now + c.skew)) continue;
        ASSERT_EQ(leader, "") << "and " << c.config.identity << ", seed " << seed << ", step "
                              << tick;
        leader = c.config.identity;
      }
      if (!leader.empty()) {
        ++led;
        if (!last_leader.empty() && leader != last_leader) ++takeovers;
        last_leader = leader;
      }
    }
  }
  EXPECT_GT(led, 10'000);  // the simulation is about leaders, not about failures only
  EXPECT_GT(takeovers, 40);
}

}  // namespace
}  // namespace karbonetes::kube
