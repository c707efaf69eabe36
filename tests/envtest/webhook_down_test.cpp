// Jobs that were created while nobody answered for the webhook (failurePolicy: Ignore): what the
// controller makes of them when it is back depends on whether they have started.
#include <algorithm>

#include "support/fault_test.hpp"

namespace karbonetes::envtest {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

class WebhookDownTest : public FaultTest {
 protected:
  void SetUp() override {
    FaultTest::SetUp();
    // The configuration is in force, and its backend gone.
    start_leader("a");
    ASSERT_EQ(karbonetes().stop("a").code, 0);
  }
  static std::vector<harness::AuditEvent> our_writes(const std::string& job_name) {
    auto events = plane().audit([&](const harness::AuditEvent& e) {
      return e.resource == "jobs" && e.name == job_name && e.code == 200 &&
             e.user_agent.rfind("karbonetes-controller", 0) == 0;
    });
    return events ? std::move(*events) : std::vector<harness::AuditEvent>{};
  }
  static long told(const std::string& job_name, const char* reason) {
    return std::ranges::count(jobs().events(job_name), reason);
  }
  static bool running_pod(const std::string& job_name) {
    const auto pods = jobs().pods(job_name);
    return pods.size() == 1 && pods[0].value("/status/phase"_json_pointer, "") == "Running" &&
           jobs().get(job_name).contains("/status/startTime"_json_pointer);
  }
  // A running Job is marked, its event says so, and neither its spec nor its pod is touched.
  static void expect_left_alone(const std::string& job_name) {
    const auto pod = jobs().pods(job_name).at(0);
    const auto spec = jobs().get(job_name)["spec"];
    ASSERT_OK(karbonetes().start("a"));
    ASSERT_TRUE(eventually(seconds(30), [&] { return jobs().state(job_name) == "missed"; }));
    EXPECT_TRUE(eventually(seconds(15), [&] { return told(job_name, "CarbonMissed") == 1; }));
    ASSERT_OK(karbonetes().set_green(true));
    EXPECT_TRUE(always(seconds(3), [&] { return !jobs().suspended(job_name); }));
    EXPECT_EQ(told(job_name, "CarbonMissed"), 1);
    EXPECT_EQ(jobs().get(job_name)["spec"], spec);
    const auto pods = jobs().pods(job_name);
    ASSERT_EQ(pods.size(), 1u);
    EXPECT_EQ(pods[0]["metadata"]["uid"], pod["metadata"]["uid"]);
    EXPECT_EQ(pods[0]["spec"], pod["spec"]);
    EXPECT_FALSE(pods[0]["metadata"].contains("deletionTimestamp"));
    const auto writes = our_writes(job_name);
    ASSERT_EQ(writes.size(), 1u);
    EXPECT_THAT(writes[0].request.dump(), Not(HasSubstr("/spec")));
  }
};

TEST_F(WebhookDownTest, JobThatStartedIsLeftAloneAndAnEventSaysSo) {
  auto spec = job("started");
  spec.run_for = "1h";
  ASSERT_OK(jobs().create(spec));
  ASSERT_TRUE(eventually(seconds(30), [&] { return running_pod("started"); }));
  EXPECT_EQ(jobs().state("started"), "");
  expect_left_alone("started");
}

TEST_F(WebhookDownTest, WebhookThatHangsDoesNotBlockCreation) {
  ASSERT_OK(karbonetes().start("a"));
  karbonetes().signal("a", SIGSTOP);
  auto spec = job("hung");
  spec.run_for = "1h";
  ASSERT_OK(jobs().create(spec));  // after the webhook's timeoutSeconds
  ASSERT_TRUE(eventually(seconds(30), [&] { return running_pod("hung"); }));
  EXPECT_EQ(jobs().state("hung"), "");
  karbonetes().kill("a");
  expect_left_alone("hung");
}

TEST_F(WebhookDownTest, JobsThatHaveNotStartedAreHeldAndReleasedOnce) {
  ASSERT_OK(plane().end(harness::Part::ControllerManager, SIGKILL));
  const Fleet fleet(plane(), "unstarted", 5);
  ASSERT_OK(fleet.create());
  EXPECT_EQ(fleet.count(""), 5);  // nobody has seen them
  ASSERT_OK(karbonetes().start("a"));
  ASSERT_TRUE(eventually(seconds(30), [&] { return fleet.count("waiting") == 5; }));
  EXPECT_TRUE(fleet.all_wait());
  EXPECT_EQ(karbonetes().metric("a", "karbonetes_caught_up_total"), 5);
  ASSERT_OK(plane().start(harness::Part::ControllerManager));
  EXPECT_TRUE(always(seconds(3), [&] { return fleet.pods().empty(); }));
  EXPECT_TRUE(fleet.all_wait());
  EXPECT_TRUE(eventually(seconds(15), [&] { return fleet.events("CarbonWaiting").size() == 5; }));
  ASSERT_OK(karbonetes().set_green(true));
  EXPECT_TRUE(fleet.each_ran_exactly_once("green", seconds(60), {.generation = 3, .cut_off = 0}));
  for (const auto& [name, count] : fleet.events("CarbonWaiting")) EXPECT_EQ(count, 1) << name;
}

TEST_F(WebhookDownTest, SuspendedByItsUserIsMarkedAndNeverReleased) {
  auto spec = job("").with("max-delay", "1s");
  spec.suspend = true;
  const Fleet fleet(plane(), "user-suspended", 3, spec);
  ASSERT_OK(fleet.create());
  EXPECT_EQ(fleet.count(""), 3);
  ASSERT_OK(karbonetes().start("a"));
  ASSERT_TRUE(eventually(seconds(30), [&] { return fleet.count("user-suspended") == 3; }));
  ASSERT_OK(karbonetes().set_green(true));
  EXPECT_TRUE(always(seconds(5), [&] { return fleet.suspended() == 3; }));
  EXPECT_TRUE(fleet.starts().empty());
  EXPECT_TRUE(fleet.pods().empty());
  EXPECT_TRUE(
      eventually(seconds(15), [&] { return fleet.events("CarbonUserSuspended").size() == 3; }));
}

}  // namespace
}  // namespace karbonetes::envtest
