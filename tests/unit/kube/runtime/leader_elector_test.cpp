#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "eventually.hpp"
#include "kube/runtime/leader_election.hpp"
#include "lease_server.hpp"

namespace karbonetes::kube {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Changes = std::vector<std::string>;

class LeaderElectorTest : public ::testing::Test {
 protected:
  std::unique_ptr<LeaderElector> candidate(const std::string& identity) {
    ElectionConfig config;
    config.ns = "ns";
    config.name = "karbonetes";
    config.identity = identity;
    config.lease_duration = Millis{1'000};
    config.renew_deadline = Millis{200};
    config.retry_period = Millis{10};
    return std::make_unique<LeaderElector>(
        std::make_unique<LeaseServerLock>(server_), clock_, metrics_, config,
        [this, identity](bool leading) {
          changes_.with(
              [&](Changes& c) { c.push_back(identity + (leading ? " leads" : " stops")); });
        });
  }
  bool wait_changes(std::size_t count) {
    return changes_.wait([count](const Changes& c) { return c.size() >= count; });
  }

  SystemClock clock_;
  metrics::Registry metrics_;
  LeaseServer server_;
  Watched<Changes> changes_;
};

TEST_F(LeaderElectorTest, TakesAFreeLeaseAndGivesItBack) {
  auto a = candidate("a");
  EXPECT_FALSE(a->leading());
  a->start();
  ASSERT_TRUE(wait_changes(1));
  EXPECT_TRUE(a->leading());
  EXPECT_EQ(server_.peek()->holder, "a");
  EXPECT_THAT(metrics_.expose(), HasSubstr("leader_election_master_status{name=\"karbonetes\"} 1"));
  a->stop();
  EXPECT_FALSE(a->leading());
  EXPECT_EQ(server_.peek()->holder, "");
  EXPECT_EQ(server_.peek()->duration, Seconds(1));
  EXPECT_THAT(changes_.get(), ElementsAre("a leads", "a stops"));
  EXPECT_THAT(metrics_.expose(), HasSubstr("leader_election_master_status{name=\"karbonetes\"} 0"));
}

TEST_F(LeaderElectorTest, HandsOverWhenTheLeaderStops) {
  auto a = candidate("a");
  a->start();
  ASSERT_TRUE(wait_changes(1));
  auto b = candidate("b");
  b->start();
  a.reset();
  ASSERT_TRUE(wait_changes(3));
  EXPECT_THAT(changes_.get(), ElementsAre("a leads", "a stops", "b leads"));
  EXPECT_EQ(server_.peek()->holder, "b");
  EXPECT_TRUE(b->leading());
}

TEST_F(LeaderElectorTest, StopsLeadingWhenTheServerIsAwayAndComesBack) {
  std::atomic<bool> away{false};
  server_.fault = [&](const char*) -> Status {
    if (away) return fail(Errc::Unavailable, "connection refused");
    return {};
  };
  auto a = candidate("a");
  a->start();
  ASSERT_TRUE(wait_changes(1));
  away = true;
  ASSERT_TRUE(wait_changes(2));
  EXPECT_FALSE(a->leading());
  away = false;
  ASSERT_TRUE(wait_changes(3));
  EXPECT_THAT(changes_.get(), ElementsAre("a leads", "a stops", "a leads"));
}

// A process that was paused, or whose renewal came late: leading() said no for a while, though
// nobody else took the lease.
TEST_F(LeaderElectorTest, TermThatLapsedBetweenTwoLooksIsToldAsANewOne) {
  ManualClock clock{SystemClock().now()};
  ElectionConfig config;
  config.ns = "ns";
  config.name = "karbonetes";
  config.identity = "a";
  config.lease_duration = Millis{60'000};
  config.renew_deadline = Millis{10'000};
  config.retry_period = Millis{10};
  LeaderElector elector(
      std::make_unique<LeaseServerLock>(server_), clock, metrics_, config, [this](bool leading) {
        changes_.with([&](Changes& c) { c.push_back(leading ? "leads" : "stops"); });
      });
  elector.start();
  ASSERT_TRUE(wait_changes(1));
  clock.advance(Millis{11'000});
  ASSERT_TRUE(wait_changes(3));
  EXPECT_TRUE(elector.leading());
  EXPECT_THAT(changes_.get(), ElementsAre("leads", "stops", "leads"));
}

TEST_F(LeaderElectorTest, ConflictIsReadAgainInTheSameRound) {
  auto a = candidate("a");
  a->start();
  ASSERT_TRUE(wait_changes(1));
  // A label by hand: a new version, the same record.
  server_.put(server_.peek());
  const auto version = server_.peek()->resource_version;
  const auto deadline = std::chrono::steady_clock::now() + kTestDeadline;
  while (server_.peek()->resource_version == version &&
         std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  EXPECT_NE(server_.peek()->resource_version, version);
  EXPECT_TRUE(a->leading());
  EXPECT_THAT(changes_.get(), ElementsAre("a leads"));
}

TEST_F(LeaderElectorTest, LeaseTakenAwayByHandEndsLeadership) {
  auto a = candidate("a");
  a->start();
  ASSERT_TRUE(wait_changes(1));
  Lease stolen = *server_.peek();
  stolen.holder = "somebody else";
  stolen.duration = Seconds(3600);
  server_.put(stolen);
  ASSERT_TRUE(wait_changes(2));
  a->stop();
  EXPECT_EQ(server_.peek()->holder, "somebody else");
  EXPECT_THAT(changes_.get(), ElementsAre("a leads", "a stops"));
}

TEST_F(LeaderElectorTest, DeletedLeaseIsCreatedAgain) {
  auto a = candidate("a");
  a->start();
  ASSERT_TRUE(wait_changes(1));
  server_.put(std::nullopt);
  const auto deadline = std::chrono::steady_clock::now() + kTestDeadline;
  while (!server_.peek() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  ASSERT_TRUE(server_.peek());
  EXPECT_EQ(server_.peek()->holder, "a");
}

TEST_F(LeaderElectorTest, StandbyLeavesTheLeaseAlone) {
  Lease other;
  other.ns = "ns";
  other.name = "karbonetes";
  other.holder = "other";
  other.duration = Seconds(3600);
  server_.put(other);
  const auto version = server_.peek()->resource_version;
  std::atomic<int> reads{0};
  server_.fault = [&](const char*) -> Status {
    ++reads;
    return {};
  };
  {
    auto a = candidate("a");
    a->start();
    const auto deadline = std::chrono::steady_clock::now() + kTestDeadline;
    while (reads < 3 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    EXPECT_FALSE(a->leading());
  }
  EXPECT_GE(reads, 3);
  EXPECT_EQ(server_.peek()->resource_version, version);
  EXPECT_TRUE(changes_.get().empty());
}

// Takes the write, then keeps its answer until the shutdown cuts the call off.
class CutOffLock final : public LeaseLock {
 public:
  CutOffLock(LeaseServer& server, Watched<bool>& taken) : server_(server), taken_(taken) {}
  Result<Lease> get(Millis, std::stop_token) override { return server_.get(); }
  Result<Lease> create(const Lease& lease, Millis, std::stop_token stop) override {
    EXPECT_TRUE(server_.create(lease));
    Watched<bool> stopped;
    const std::stop_callback callback(stop, [&] { stopped.with([](bool& b) { b = true; }); });
    taken_.with([](bool& b) { b = true; });
    EXPECT_TRUE(stopped.wait([](bool b) { return b; }));
    return fail(Errc::Cancelled, "stopped");
  }
  Result<Lease> update(const Lease& lease, Millis, std::stop_token) override {
    return server_.update(lease);
  }

 private:
  LeaseServer& server_;
  Watched<bool>& taken_;
};

// Nobody should have to wait out the term of one that never led.
TEST_F(LeaderElectorTest, LeaseTakenByACutOffWriteIsGivenBack) {
  Watched<bool> taken;
  LeaderElector elector(std::make_unique<CutOffLock>(server_, taken), clock_, metrics_,
                        {.ns = "ns", .name = "karbonetes", .identity = "a"}, {});
  elector.start();
  ASSERT_TRUE(taken.wait([](bool b) { return b; }));
  EXPECT_EQ(server_.peek()->holder, "a");
  EXPECT_FALSE(elector.leading());
  elector.stop();
  EXPECT_EQ(server_.peek()->holder, "");
}

TEST_F(LeaderElectorTest, CallbackThatThrowsIsSurvived) {
  ElectionConfig config{.ns = "ns", .name = "thrower", .identity = "a"};
  LeaderElector elector(
      std::make_unique<LeaseServerLock>(server_), clock_, metrics_, config, [this](bool leading) {
        changes_.with([&](Changes& c) { c.push_back(leading ? "leads" : "stops"); });
        throw std::runtime_error("boom");
      });
  elector.start();
  ASSERT_TRUE(wait_changes(1));
  elector.stop();
  EXPECT_THAT(changes_.get(), ElementsAre("leads", "stops"));
}

}  // namespace
}  // namespace karbonetes::kube
