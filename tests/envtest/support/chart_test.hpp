// A suite on a Plane with Karbonetes installed by its chart, replicas "a" and "b": what the suites
// about chart and rights share. Each test leaves the cluster without a release.
#pragma once

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <vector>

#include "support/installation.hpp"
#include "support/jobs.hpp"
#include "support/matchers.hpp"

namespace karbonetes::envtest {

// Of the tree, and the one that is upgraded from.
[[nodiscard]] std::filesystem::path chart();
[[nodiscard]] std::filesystem::path previous_chart();

// For every install: the hook's pod finds no node, so that the suite runs its program and KWOK does
// not pretend to.
[[nodiscard]] std::vector<std::string> values(std::vector<std::string> more = {});

class ChartTest : public testing::Test {
 protected:
  static void start(const harness::Options& options);  // for SetUpTestSuite
  static void TearDownTestSuite();
  void SetUp() override;
  void TearDown() override;

  static const harness::Kubectl& kubectl() { return plane_->kubectl(); }
  static Jobs jobs() { return Jobs(kubectl()); }

  // Whatever the hour: green begins three hours from now.
  [[nodiscard]] static Status never_green_soon();
  // A dry run that comes back held says that the API server knows the webhook and trusts it.
  [[nodiscard]] static bool webhook_in_force();
  [[nodiscard]] static std::string ca_bundle();
  // Who leads, by the lease; empty: nobody.
  [[nodiscard]] static std::string holder();
  static void start_both();
  static void stop_both();
  static void hold(const std::string& name);  // creates a Job, which waits
  // How often a patch set `suspend` of this Job to false.
  [[nodiscard]] static std::size_t starts(const std::string& name);

  static inline std::unique_ptr<harness::Plane> plane_;
  static inline std::unique_ptr<Installation> k_;
};

}  // namespace karbonetes::envtest
