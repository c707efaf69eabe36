// Between the controller and the API server: a bad network, and a bad proxy.
#include "chaos/chaos_test.hpp"

namespace karbonetes::chaos {
namespace {

using envtest::eventually;

TEST_F(ChaosTest, SlowNetwork) {
  survive("latency of 50 to 400 ms, in pieces of 100 bytes", true, [&] {
    int changes = 0;
    now_and_then(lasts() / 12, [&] {
      network().set({.delay = milliseconds(50 + random_() % 350), .piece = 4000});
      if (++changes % 3 == 0) network().set({.delay = milliseconds(2), .piece = 100});
    });
    return changes;
  });
}

TEST_F(ChaosTest, Resets) {
  const int before = network().resets();
  survive("connections reset", true, [&] {
    network().set({.reset = 0.05});
    now_and_then(lasts() / 7, [&] { network().reset_all(); });
    return network().resets() - before;
  });
}

TEST_F(ChaosTest, FlippedBits) {
  survive("a bit of the bytes flipped, cut by TLS", true, [&] {
    const int before = network().connections();
    network().set({.flip = 0.1});
    sleep(lasts());
    return network().connections() - before;  // each flip costs a connection
  });
}

TEST_F(ChaosTest, SilentConnections) {
  // The other replica lives where the network is good. It does not lead, yet nothing may be late.
  karbonetes().prepare("b", {});
  ASSERT_OK(karbonetes().start("b", {"--release-per-minute", "0"}));
  survive("the leader's connections silent for good, nobody told", false, [&] {
    int times = 0;
    now_and_then(lasts() / 3, [&] {
      network().forget_all();
      ++times;
    });
    return times;
  });
}

TEST_F(ChaosTest, RefusedConnections) {
  survive("no connection at all for seconds", true, [&] {
    int times = 0;
    now_and_then(lasts() / 4, [&] {
      network().set({.refuse = true});
      network().reset_all();
      ++times;
      sleep(seconds(2));
      network().set({});
    });
    return times;
  });
}

TEST_F(ChaosTest, StormOf429) {
  const int before = proxy().faults();
  survive("429 with Retry-After for four of five calls", true, [&] {
    std::atomic<unsigned> n{static_cast<unsigned>(random_())};
    proxy().set([&](const http::Request&) -> std::optional<Fault> {
      if (++n % 5 == 0) return std::nullopt;
      return Fault{.status = 429, .retry_after = 1, .cut_after = {}, .delay = {}};
    });
    set_green(true);
    sleep(lasts() / 3);
    set_green(false);
    sleep(lasts());
    proxy().set({});
    return proxy().faults() - before;
  });
}

TEST_F(ChaosTest, StormOf500) {
  const int before = proxy().faults();
  survive("500, 502, 503 and 504 for four of five calls", true, [&] {
    std::atomic<unsigned> n{static_cast<unsigned>(random_())};
    proxy().set([&](const http::Request&) -> std::optional<Fault> {
      static constexpr int kStatus[] = {500, 502, 503, 504};
      const unsigned turn = ++n;
      if (turn % 5 == 0) return std::nullopt;
      return Fault{.status = kStatus[turn % 4], .retry_after = {}, .cut_after = {}, .delay = {}};
    });
    sleep(lasts());
    proxy().set({});
    return proxy().faults() - before;
  });
}

TEST_F(ChaosTest, EverySecondPatchConflicts) {
  const int before = proxy().faults();
  survive("409 for every second patch of a Job", false, [&] {
    std::atomic<unsigned> n{0};
    proxy().set([&](const http::Request& request) -> std::optional<Fault> {
      if (!is_patch_of_job(request) || ++n % 2 == 0) return std::nullopt;
      return Fault{.status = 409, .retry_after = {}, .cut_after = {}, .delay = {}};
    });
    sleep(lasts());
    set_green(true);
    sleep(seconds(1));
    set_green(false);
    proxy().set({});
    return proxy().faults() - before;
  });
}

TEST_F(ChaosTest, LostAnswers) {
  const int before = proxy().faults();
  survive("patches carried out, their answers lost", false, [&] {
    std::atomic<unsigned> n{static_cast<unsigned>(random_())};
    proxy().set([&](const http::Request& request) -> std::optional<Fault> {
      if (!is_patch_of_job(request) || ++n % 3 == 0) return std::nullopt;
      return Fault{.status = {}, .retry_after = {}, .cut_after = n % 200, .delay = {}};
    });
    sleep(lasts());
    set_green(true);
    sleep(seconds(2));
    set_green(false);
    proxy().set({});
    return proxy().faults() - before;
  });
}

TEST_F(ChaosTest, WatchesCutAnywhere) {
  const int before = proxy().faults();
  survive("watches and lists cut after any number of bytes", true, [&] {
    std::atomic<unsigned> n{static_cast<unsigned>(random_() % 1000)};
    proxy().set([&](const http::Request& request) -> std::optional<Fault> {
      if (request.method != "GET") return std::nullopt;
      // Steps of a prime: each cut is at another byte of an event of some 3,000.
      return Fault{
          .status = {}, .retry_after = {}, .cut_after = 1 + (n += 617) % 20'000, .delay = {}};
    });
    now_and_then(milliseconds(700), [&] { network().reset_all(); });
    proxy().set({});
    return proxy().faults() - before;
  });
}

}  // namespace
}  // namespace karbonetes::chaos
