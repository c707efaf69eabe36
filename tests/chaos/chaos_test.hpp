// Fixture of the chaos suite: each test creates a population of Jobs while one kind of fault is at
// work, heals it, waits until all Jobs are at rest, and has the auditor look at each of them.
// Controllers reach the API server through a bad network (TcpRelay) and a bad proxy (ApiProxy),
// which are as good as none until a test says otherwise.
//
//   KARBONETES_CHAOS_SEED    what is random, default 1
//   KARBONETES_CHAOS_JOBS    Jobs per test, default 40
//   KARBONETES_CHAOS_SECONDS  how long each chaos lasts, default 6
//   KARBONETES_CHAOS_REPORT  file to which each test adds a line of JSON
#pragma once

#include <functional>
#include <memory>
#include <random>
#include <string>

#include "chaos/api_proxy.hpp"
#include "chaos/auditor.hpp"
#include "chaos/population.hpp"
#include "chaos/tcp_relay.hpp"
#include "support/fault_test.hpp"

namespace karbonetes::chaos {

using std::chrono::milliseconds;
using std::chrono::seconds;

class ChaosTest : public envtest::FaultTest {
 protected:
  static milliseconds lasts();  // each chaos

  static void SetUpTestSuite();
  static void TearDownTestSuite();
  void SetUp() override;
  void TearDown() override;

  // Creates Jobs for as long as `chaos` runs, which returns how often it did its worst; heals,
  // waits and audits. `impaired`: the API server cannot be reached as it should meanwhile.
  void survive(const std::string& fault, bool impaired, const std::function<int()>& chaos);
  // The same question until the end of the chaos, at random moments `between` apart on average.
  void now_and_then(milliseconds between, const std::function<void()>& fn);
  void sleep(milliseconds time) const;

  // The grid, and the record of it that the auditor believes.
  void set_green(bool green);
  double chance() { return std::uniform_real_distribution<double>(0, 1)(random_); }

  static ApiProxy& proxy() { return *proxy_; }
  static TcpRelay& network() { return *relay_; }
  // Through network and proxy.
  static envtest::Deployment::Launch through_chaos();
  // Waits until a replica leads again.
  static void expect_leader();

  World world_;
  std::mt19937 random_;

 private:
  void report(const std::string& fault, int tries, const Verdict& verdict) const;

  static inline std::unique_ptr<ApiProxy> proxy_;
  static inline std::unique_ptr<TcpRelay> relay_;
  static inline std::filesystem::path kubeconfig_;
  TimePoint green_since_{};
  std::chrono::steady_clock::time_point ends_;
};

}  // namespace karbonetes::chaos
