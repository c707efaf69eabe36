// The hub over the service's shapes, on real time: quotas, failover in the middle and the way back.
#include <gmock/gmock.h>

#include "../providers/eventually.hpp"
#include "provider_world.hpp"
#include "providers/config.hpp"

namespace karbonetes::providers {
namespace {

using test::World;
using namespace std::chrono_literals;

const SystemClock kClock;

test::WorldOptions real_time() {
  test::WorldOptions options;
  options.start = kClock.now();
  options.clock = &kClock;
  return options;
}

class Hub {
 public:
  explicit Hub(std::vector<SourceConfig> sources) {
    auto made = make_hub(std::move(sources), kClock, metrics);
    EXPECT_TRUE(made) << (made ? "" : made.error().message);
    hub = std::move(*made);
    hub->start(changes.callback());
  }
  ~Hub() { hub->stop(); }
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  // The source that speaks for the chain of `head`; empty: none yet.
  std::string speaks(const std::string& head) {
    const auto signals = hub->current();
    const auto it = signals->by_source.find(head);
    return it == signals->by_source.end() ? "" : it->second->source;
  }
  bool until_speaks(const std::string& head, const std::string& source) {
    return changes.until([&] { return speaks(head) == source; }, 30s);
  }

  metrics::Registry metrics;
  Changes changes;
  std::unique_ptr<SignalHub> hub;
};

TEST(HubOverShapes, FailsOverInTheMiddleAndComesBack) {
  World world(real_time());
  auto maps = world.source("maps"), uk = world.source("uk");
  Hub hub({maps, uk});
  ASSERT_TRUE(hub.until_speaks("maps", "maps"));
  world.put_fault(R"({"path":"/electricity-maps","kind":"cut"})");
  ASSERT_TRUE(hub.until_speaks("maps", "uk"));
  const auto signal = hub.hub->current()->by_source.at("maps");
  EXPECT_NEAR(carbon::intensity_at(*signal, kClock.now()).value_or(0), 124, 1.01);
  world.end_faults();
  EXPECT_TRUE(hub.until_speaks("maps", "maps"));
  EXPECT_THAT(hub.metrics.expose(),
              testing::HasSubstr("karbonetes_signal_failovers_total{chain=\"maps\"} 2"));
}

TEST(HubOverShapes, AnotherKindNeverStandsIn) {
  World world(real_time());
  Hub hub({world.source("maps"), world.source("moer")});
  ASSERT_TRUE(hub.until_speaks("maps", "maps"));
  ASSERT_TRUE(hub.until_speaks("moer", "moer"));
  world.put_fault(R"({"path":"/electricity-maps","status":500})");
  ASSERT_TRUE(hub.changes.until(
      [&] { return world.asked("/electricity-maps/v3/carbon-intensity/latest") >= 5; }, 30s));
  EXPECT_EQ(hub.speaks("maps"), "maps") << "old, and by and by stale; but not of another kind";
}

TEST(HubOverShapes, QuotaIsKept) {
  World world(real_time());
  const auto began = std::chrono::steady_clock::now();
  Hub hub({world.source("charts")});  // refresh: 1 s
  ASSERT_TRUE(hub.changes.until([&] { return world.asked("/energy-charts/co2eq") >= 3; }, 30s));
  const auto took = std::chrono::steady_clock::now() - began;
  EXPECT_LE(world.asked("/energy-charts/co2eq"), 1 + took / 1s);
}

TEST(HubOverShapes, RetryAfterIsHonoured) {
  World world(real_time());
  world.put_fault(R"({"path":"/gb","status":429,"retryAfter":2,"count":1})");
  const auto began = std::chrono::steady_clock::now();
  Hub hub({world.source("uk")});
  ASSERT_TRUE(hub.until_speaks("uk", "uk"));
  EXPECT_GE(std::chrono::steady_clock::now() - began, 2s);
}

TEST(HubOverShapes, SwitchingOurOwnServiceArrivesAtOnce) {
  World world(real_time());
  Hub hub({world.source("own")});
  ASSERT_TRUE(hub.changes.until([&] { return !hub.speaks("own").empty(); }, 30s));
  const auto state = [&] {
    return carbon::state_at(*hub.hub->current()->by_source.at("own"), kClock.now());
  };
  EXPECT_EQ(state(), carbon::GreenState::Green);
  (void)world.ask("PUT", "/v1/signal", R"({"green": false})");
  EXPECT_TRUE(hub.changes.until([&] { return state() == carbon::GreenState::NotGreen; }, 10s));
}

}  // namespace
}  // namespace karbonetes::providers
