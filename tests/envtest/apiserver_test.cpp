// The API server and etcd die under the controller, and its watches expire (410 Gone). It stays
// alive, catches up, and keeps deadlines.
#include "support/fault_test.hpp"

namespace karbonetes::envtest {
namespace {

using std::chrono::seconds;

// The Job controller's and the scheduler's own watches back off after the API server has been away:
// client-go waits up to 30 s, doubled by its jitter, before it lists again. That is theirs; what is
// ours is checked apart.
constexpr auto kRecovery = seconds(150);

class ApiServerTest : public FaultTest {
 protected:
  void SetUp() override {
    FaultTest::SetUp();
    start_leader("a");
  }
  // In time: not before its deadline, and at most `slack` after it or after `back`, whichever is
  // later.
  static void expect_released_in_time(const Fleet& fleet, TimePoint back, seconds slack) {
    const auto releases = fleet.releases();
    ASSERT_EQ(static_cast<int>(releases.size()), fleet.size());
    for (const auto& [name, release] : releases) {
      EXPECT_GE(release.at, release.deadline) << name;
      EXPECT_LE(release.at, std::max(release.deadline, back) + slack) << name;
    }
  }
  static double lists(const std::string& replica) {
    return karbonetes().metric(replica, R"(reflector_lists_total{name="jobs"})").value_or(-1);
  }
};

TEST_F(ApiServerTest, KilledWhileJobsWaitAndDeadlinesPass) {
  const Fleet during(plane(), "during", 10, job("").with("max-delay", "8s"));
  const Fleet after(plane(), "after", 10, job("").with("max-delay", "50s"));
  ASSERT_OK(after.create());
  ASSERT_OK(during.create());
  ASSERT_TRUE(during.all_wait());
  ASSERT_TRUE(after.all_wait());
  const auto deadline = during.last_deadline();
  ASSERT_OK(plane().end(harness::Part::ApiServer, SIGKILL));
  wait_until(deadline + seconds(1));
  EXPECT_TRUE(karbonetes().running("a"));
  ASSERT_OK(plane().start(harness::Part::ApiServer));
  const auto back = now();
  EXPECT_TRUE(karbonetes().running("a"));

  EXPECT_TRUE(during.each_ran_exactly_once("fallback", kRecovery));
  expect_released_in_time(during, back, seconds(20));
  // Admission, which calls nobody, is there as soon as the API server asks.
  ASSERT_OK(jobs().create(job("new")));
  EXPECT_EQ(jobs().state("new"), "waiting");
  ASSERT_OK(kubectl().remove(kNs, "job/new"));

  EXPECT_TRUE(after.each_ran_exactly_once("fallback", kRecovery));
  expect_released_in_time(after, back, seconds(3));
}

TEST_F(ApiServerTest, ExpiredWatchesAreListedAnew) {
  ASSERT_OK(karbonetes().start("b"));
  ASSERT_OK(karbonetes().register_webhook("b"));
  const Fleet old(plane(), "old", 20);
  ASSERT_OK(old.create());
  ASSERT_TRUE(eventually(seconds(15), [&] { return waiting_gauge("a") == 20; }));
  ASSERT_TRUE(eventually(seconds(15), [&] { return waiting_gauge("b") == 20; }));
  const auto lists_before = lists("a");
  ASSERT_GE(lists_before, 1);

  // One replica sees nothing of what happens; the other lives through it.
  karbonetes().signal("a", SIGSTOP);
  for (int i = 0; i < 5; ++i) ASSERT_OK(old.remove(i));
  // What it saw last is then not the newest version either.
  ASSERT_OK(kubectl().call({"create", "configmap", "newer", "-n", kNs}));
  ASSERT_OK(plane().expire_watches(SIGKILL));
  const Fleet fresh(plane(), "fresh", 7);
  ASSERT_OK(fresh.create());
  for (int i = 5; i < 8; ++i) ASSERT_OK(old.remove(i));
  karbonetes().signal("a", SIGCONT);

  const int truth = old.count("waiting") + fresh.count("waiting");
  EXPECT_EQ(truth, 12 + 7);
  for (const auto* replica : {"a", "b"}) {
    EXPECT_TRUE(eventually(seconds(60), [&] { return waiting_gauge(replica) == truth; }))
        << replica << " counts " << waiting_gauge(replica);
  }
  EXPECT_GT(lists("a"), lists_before);  // it did not go on from where it was
  EXPECT_TRUE(always(seconds(3), [&] { return waiting_gauge("a") == truth; }));
  ASSERT_TRUE(eventually(seconds(30), [&] { return leads("a") || leads("b"); }));
  // The watch works again, too.
  ASSERT_OK(fresh.remove(6));
  EXPECT_TRUE(eventually(seconds(15), [&] { return waiting_gauge("a") == truth - 1; }));
  ASSERT_OK(fresh.create_one(6));
  EXPECT_TRUE(eventually(seconds(15), [&] { return waiting_gauge("a") == truth; }));

  ASSERT_OK(karbonetes().set_green(true));
  EXPECT_TRUE(fresh.each_ran_exactly_once("green", kRecovery));
  EXPECT_TRUE(eventually(kRecovery, [&] { return old.complete() == 12; }));
  for (const auto& [name, count] : old.starts()) EXPECT_EQ(count, 1) << name;
  EXPECT_EQ(old.starts().size(), 12u);
  EXPECT_TRUE(eventually(seconds(15), [&] { return waiting_gauge("a") == 0; }));
}

TEST_F(ApiServerTest, EtcdKilledWhileJobsWaitAndDeadlinesPass) {
  const Fleet during(plane(), "etcd-during", 10, job("").with("max-delay", "8s"));
  const Fleet after(plane(), "etcd-after", 10, job("").with("max-delay", "50s"));
  ASSERT_OK(after.create());
  ASSERT_OK(during.create());
  ASSERT_TRUE(during.all_wait());
  const auto deadline = during.last_deadline();
  ASSERT_OK(plane().end(harness::Part::Etcd, SIGKILL));
  wait_until(deadline + seconds(1));
  EXPECT_TRUE(karbonetes().running("a"));
  ASSERT_OK(plane().start(harness::Part::Etcd));
  ASSERT_OK(plane().wait_ready());
  const auto back = now();
  EXPECT_TRUE(karbonetes().running("a"));

  EXPECT_TRUE(during.each_ran_exactly_once("fallback", kRecovery));
  expect_released_in_time(during, back, seconds(20));
  ASSERT_OK(jobs().create(job("etcd-new")));
  EXPECT_EQ(jobs().state("etcd-new"), "waiting");
  ASSERT_OK(kubectl().remove(kNs, "job/etcd-new"));
  EXPECT_TRUE(after.each_ran_exactly_once("fallback", kRecovery));
  expect_released_in_time(after, back, seconds(3));
}

}  // namespace
}  // namespace karbonetes::envtest
