// Where released Jobs land under real Karpenter, for both ways in which it can treat preferences.
// Each test has a plane of its own: the first node that is bought must be bought for the Job in
// question.
#include <gmock/gmock.h>

#include "support/deployment.hpp"
#include "support/eventually.hpp"
#include "support/jobs.hpp"
#include "support/matchers.hpp"

namespace karbonetes::envtest {
namespace {

using harness::PreferencePolicy;
using std::chrono::seconds;

class PlacementTest : public testing::TestWithParam<PreferencePolicy> {
 protected:
  void SetUp() override {
    harness::Options options;
    options.preference_policy = GetParam();
    auto plane = harness::Plane::start(std::move(options));
    ASSERT_OK(plane);
    plane_ = std::move(*plane);
    auto deployment = Deployment::install(*plane_);
    ASSERT_OK(deployment);
    deployment_ = std::move(*deployment);
    ASSERT_OK(deployment_->start("a"));
    ASSERT_OK(deployment_->register_webhook("a"));
    ASSERT_OK(deployment_->set_green(true));
  }
  void TearDown() override {
    deployment_.reset();
    plane_.reset();
  }

  Jobs jobs() { return Jobs(plane_->kubectl()); }
  void limit_green_pool(const std::string& cpu) {
    ASSERT_OK(plane_->kubectl().call({"patch", "nodepool", "green-batch", "--type=merge", "-p",
                                      R"({"spec":{"limits":{"cpu":")" + cpu + R"("}}})"}));
  }
  std::string pool_once_placed(const std::string& name) {
    (void)eventually(kRunsWithin, [&] { return !jobs().pool(name).empty(); });
    return jobs().pool(name);
  }
  static JobSpec big(const std::string& name) {
    auto spec = job(name);
    spec.cpu = "3";
    return spec;
  }

  std::unique_ptr<harness::Plane> plane_;
  std::unique_ptr<Deployment> deployment_;
};

TEST_P(PlacementTest, GreenPoolFirstThenTheFallbackWhenItIsAtItsLimit) {
  ASSERT_OK(jobs().create(big("first")));
  EXPECT_EQ(pool_once_placed("first"), "green-batch");
  EXPECT_TRUE(eventually(kRunsWithin, [&] { return jobs().complete("first"); }));

  limit_green_pool("1");
  // The node that is there takes no second Job of this size while the first one's pod counts; a
  // bigger one never fits.
  auto spilled = job("spilled");
  spilled.cpu = "9";
  auto strict = job("strict").with("strict", "true");
  strict.cpu = "9";
  ASSERT_OK(jobs().create(strict));
  ASSERT_OK(jobs().create(spilled));
  EXPECT_EQ(pool_once_placed("spilled"), "default");
  EXPECT_TRUE(eventually(kRunsWithin, [&] { return jobs().complete("spilled"); }));
  EXPECT_EQ(jobs().pool("strict"), "");  // it had as long, and has no node

  limit_green_pool("200");
  EXPECT_EQ(pool_once_placed("strict"), "green-batch");
}

INSTANTIATE_TEST_SUITE_P(PreferencePolicies, PlacementTest,
                         testing::Values(PreferencePolicy::Respect, PreferencePolicy::Ignore),
                         [](const auto& which) {
                           return which.param == PreferencePolicy::Respect ? "Respect" : "Ignore";
                         });

}  // namespace
}  // namespace karbonetes::envtest
