// Fixture of the suites in which parts fail: one small plane (no Karpenter; a node in each pool)
// and one Deployment for the suite. Each test starts with every part of the plane running, the grid
// not green, no replica running and nobody holding the lease; what it breaks is put right after it.
#pragma once

#include <gmock/gmock.h>

#include <csignal>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "support/deployment.hpp"
#include "support/eventually.hpp"
#include "support/fleet.hpp"
#include "support/jobs.hpp"
#include "support/matchers.hpp"

namespace karbonetes::envtest {

class FaultTest : public testing::Test {
 protected:
  static void SetUpTestSuite();
  static void TearDownTestSuite();
  void SetUp() override;
  void TearDown() override;

  static harness::Plane& plane() { return *plane_; }
  static Deployment& karbonetes() { return *deployment_; }
  static const harness::Kubectl& kubectl() { return plane_->kubectl(); }
  static Jobs jobs() { return Jobs(kubectl()); }
  static TimePoint now() { return SystemClock().now(); }

  // Started, leading, and the webhook's backend.
  static void start_leader(const std::string& replica,
                           const std::vector<std::string>& extra_args = {});
  static bool leads(const std::string& replica);
  // Jobs that the replica has released since it started.
  static int released_by(const std::string& replica);
  static int waiting_gauge(const std::string& replica);
  // Waits until the wall clock has passed `instant`.
  static void wait_until(TimePoint instant);

 private:
  static inline std::unique_ptr<harness::Plane> plane_;
  static inline std::unique_ptr<Deployment> deployment_;
};

}  // namespace karbonetes::envtest
