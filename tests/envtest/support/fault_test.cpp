#include "support/fault_test.hpp"

#include <iostream>

namespace karbonetes::envtest {

using std::chrono::seconds;

namespace {
constexpr const char* kReplicas[] = {"a", "b"};
}

void FaultTest::SetUpTestSuite() {
  harness::Options options;
  options.karpenter = false;
  auto plane = harness::Plane::start(std::move(options));
  ASSERT_OK(plane);
  plane_ = std::move(*plane);
  auto deployment = Deployment::install(*plane_);
  ASSERT_OK(deployment);
  ASSERT_OK(add_nodes(plane_->kubectl()));
  deployment_ = std::move(*deployment);
}

void FaultTest::TearDownTestSuite() {
  deployment_.reset();
  plane_.reset();
}

void FaultTest::SetUp() {
  ASSERT_TRUE(deployment_) << "the suite did not start";
  ASSERT_OK(karbonetes().set_green(false));
  ASSERT_OK(kubectl().remove("karbonetes-system", "lease/karbonetes-controller"));
}

void FaultTest::TearDown() {
  if (!deployment_) return;
  if (HasFailure()) {
    for (const auto* replica : kReplicas) {
      std::cerr << "the log of " << replica << " ends with:\n"
                << karbonetes().log_tail(replica) << "\n";
    }
  }
  for (const auto* replica : kReplicas) karbonetes().kill(replica);
  // All of them: a part that another's fault brought down is a failure, too.
  for (const auto part : plane().parts()) {
    const bool ended = plane().pid(part) && !plane().alive(part);
    EXPECT_FALSE(ended) << harness::name(part) << " ended by itself:\n"
                        << harness::tail(plane().layout().log(part), 20);
    EXPECT_OK(plane().start(part));
  }
}

void FaultTest::start_leader(const std::string& replica,
                             const std::vector<std::string>& extra_args) {
  ASSERT_OK(karbonetes().start(replica, extra_args));
  ASSERT_TRUE(eventually(seconds(30), [&] { return leads(replica); }));
  ASSERT_OK(karbonetes().register_webhook(replica));
}

bool FaultTest::leads(const std::string& replica) {
  return karbonetes()
             .metric(replica, R"(leader_election_master_status{name="karbonetes-controller"})")
             .value_or(0) == 1;
}

int FaultTest::released_by(const std::string& replica) {
  double sum = 0;
  for (const auto* labels :
       {R"({pool="green",reason="green"})", R"({reason="green",pool="green"})"}) {
    sum +=
        karbonetes().metric(replica, std::string("karbonetes_releases_total") + labels).value_or(0);
  }
  return static_cast<int>(sum);
}

int FaultTest::waiting_gauge(const std::string& replica) {
  return static_cast<int>(
      karbonetes()
          .metric(replica, std::string(R"(karbonetes_waiting_jobs{namespace=")") + kNs + "\"}")
          .value_or(-1));
}

void FaultTest::wait_until(TimePoint instant) {
  ASSERT_TRUE(eventually(std::max(Millis{0}, instant - now()) + seconds(5),
                         [&] { return now() > instant; }));
}

}  // namespace karbonetes::envtest
