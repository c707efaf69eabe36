#include "support/shared_plane_test.hpp"

#include <iostream>

namespace karbonetes::envtest {

void SharedPlaneTest::SetUpTestSuite() {
  auto plane = harness::Plane::start(harness::Options{});
  ASSERT_OK(plane);
  plane_ = std::move(*plane);
  auto deployment = Deployment::install(*plane_);
  ASSERT_OK(deployment);
  ASSERT_OK((*deployment)->start("a"));
  ASSERT_OK((*deployment)->register_webhook("a"));
  deployment_ = std::move(*deployment);
}

void SharedPlaneTest::TearDownTestSuite() {
  deployment_.reset();
  plane_.reset();
}

void SharedPlaneTest::SetUp() { ASSERT_TRUE(deployment_) << "the suite did not start"; }

void SharedPlaneTest::TearDown() {
  if (!HasFailure() || !deployment_) return;
  std::cerr << "controller log ends with:\n" << deployment_->log_tail("a") << "\n";
  // What did not run, and whose fault that was.
  for (const auto part : {harness::Part::Kwok, harness::Part::Karpenter})
    std::cerr << harness::name(part) << " ends with:\n"
              << harness::tail(plane_->layout().log(part), 15) << "\n";
  if (const auto pods = plane_->kubectl().call({"get", "pods,leases", "-A", "-o", "wide"}))
    std::cerr << *pods << "\n";
}

}  // namespace karbonetes::envtest
