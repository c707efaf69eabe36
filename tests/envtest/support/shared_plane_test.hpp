// Fixture of the suites in which all parts work: one plane with Karpenter and one Deployment for
// the whole suite, replica "a" running and the webhook's backend. A failed test shows the
// controller's last words.
#pragma once

#include <gmock/gmock.h>

#include <memory>

#include "support/deployment.hpp"
#include "support/jobs.hpp"
#include "support/matchers.hpp"

namespace karbonetes::envtest {

class SharedPlaneTest : public testing::Test {
 protected:
  static void SetUpTestSuite();
  static void TearDownTestSuite();
  void SetUp() override;
  void TearDown() override;

  static const harness::Kubectl& kubectl() { return plane_->kubectl(); }
  static Jobs jobs() { return Jobs(kubectl()); }

  static inline std::unique_ptr<harness::Plane> plane_;
  static inline std::unique_ptr<Deployment> deployment_;  // null: the suite did not start
};

}  // namespace karbonetes::envtest
