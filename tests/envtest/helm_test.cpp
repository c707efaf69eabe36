// The chart as helm installs, upgrades, rolls back and removes it on a real API server, with Jobs
// waiting all the while; and what its ServiceAccounts may do against what they did.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <future>
#include <set>

#include "base/clock.hpp"
#include "support/eventually.hpp"
#include "support/files.hpp"
#include "support/installation.hpp"
#include "support/jobs.hpp"
#include "support/matchers.hpp"
#include "support/rbac.hpp"

namespace karbonetes::envtest {
namespace {

using json::Document;
using std::chrono::hours;
using std::chrono::seconds;
using testing::AnyOf;
using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::filesystem::path chart() { return source_file("charts/karbonetes"); }
std::filesystem::path previous_chart() {
  return source_file("tests/envtest/charts/karbonetes-0.1.0");
}

// Every install here: the hook's pod finds no node, so that the suite runs its program and KWOK
// does not pretend to.
std::vector<std::string> values(std::vector<std::string> more = {}) {
  more.insert(more.end(), {"--set-string", "uninstall.nodeSelector.nowhere=true"});
  return more;
}

std::string clock_time(TimePoint t) { return format_rfc3339(t).substr(11, 5); }

class HelmTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto plane = harness::Plane::start(harness::Options{});
    ASSERT_OK(plane);
    plane_ = std::move(*plane);
    ASSERT_OK(kubectl().apply_kustomization(sample("local")));
    auto made = Installation::make(*plane_);
    ASSERT_OK(made);
    k_ = std::move(*made);
  }
  static void TearDownTestSuite() {
    k_.reset();
    plane_.reset();
  }
  void SetUp() override { ASSERT_TRUE(k_) << "the suite did not start"; }
  void TearDown() override {
    if (!k_) return;
    for (const char* pod : {"a", "b", "signal"}) {
      if (HasFailure()) std::cerr << pod << ":\n" << k_->log_tail(pod) << "\n";
      (void)k_->stop(pod);
    }
    // What a failed test left would fail the next one, too.
    (void)k_->helm().call(
        {"uninstall", kRelease, "-n", kSystem, "--no-hooks", "--ignore-not-found"});
  }

  static const harness::Kubectl& kubectl() { return plane_->kubectl(); }
  static Jobs jobs() { return Jobs(kubectl()); }

  // Whatever the hour: green begins three hours from now.
  static Status never_green_soon() {
    const auto now = SystemClock().now();
    const Document object = {
        {"apiVersion", "carbon-aware.io/v1alpha1"},
        {"kind", "CarbonAwarePolicy"},
        {"metadata", {{"name", "default"}, {"namespace", kNs}}},
        {"spec",
         {{"maxDelay", "12h"},
          {"green",
           {{"windows",
             {{{"start", clock_time(now + hours(3))}, {"end", clock_time(now + hours(4))}}}}}}}}};
    return kubectl().apply(object.dump());
  }
  // A dry run that comes back held says that the API server knows the webhook and trusts it.
  static bool webhook_in_force() {
    const auto answer = kubectl().call({"create", "--dry-run=server", "-o", "json", "-f", "-"},
                                       manifest(job("probe")).dump());
    return answer && answer->find("carbon-aware.io/state") != std::string::npos;
  }
  static std::string ca_bundle() {
    const auto found = kubectl().get("", "mutatingwebhookconfiguration/karbonetes");
    return found ? found->value("/webhooks/0/clientConfig/caBundle"_json_pointer, "") : "";
  }
  static std::string holder() {
    const auto lease = kubectl().list(kSystem, "leases");
    if (!lease || lease->size() != 1) return {};
    return (*lease)[0]["spec"].value("holderIdentity", "");
  }
  static void start_both() {
    for (const char* replica : {"a", "b"}) ASSERT_OK(k_->start_controller(replica));
    ASSERT_TRUE(eventually(seconds(30), [] { return !holder().empty(); }));
    ASSERT_TRUE(eventually(seconds(30), [] { return webhook_in_force(); }));
  }
  static void stop_both() {
    for (const char* replica : {"a", "b"}) {
      EXPECT_TRUE(k_->running(replica));
      EXPECT_EQ(k_->stop(replica).code, 0);
    }
  }
  static void hold(const std::string& name) {
    ASSERT_OK(jobs().create(job(name)));
    ASSERT_EQ(jobs().state(name), "waiting") << "by the webhook, at once";
    ASSERT_TRUE(jobs().suspended(name));
  }
  // How often somebody's patch set `suspend` of this Job to false.
  static std::size_t starts(const std::string& name) {
    const auto events = plane_->audit([&](const harness::AuditEvent& event) {
      return event.resource == "jobs" && event.name == name && event.verb == "patch" &&
             event.code == 200 &&
             event.request.dump().find(R"("path":"/spec/suspend","value":false)") !=
                 std::string::npos;
    });
    return events ? events->size() : 0;
  }

  static inline std::unique_ptr<harness::Plane> plane_;
  static inline std::unique_ptr<Installation> k_;
};

TEST_F(HelmTest, ADefaultInstallHoldsAndItsUninstallReleases) {
  ASSERT_OK(kubectl().call({"create", "namespace", kSystem}));
  ASSERT_OK(kubectl().call(
      {"label", "namespace", kSystem, "pod-security.kubernetes.io/enforce=restricted"}));
  ASSERT_OK(k_->install(chart(), values()));
  const auto pod = k_->pod_template("controller");
  ASSERT_OK(pod);
  const Document object = {{"apiVersion", "v1"},
                           {"kind", "Pod"},
                           {"metadata", {{"name", "standard"}, {"namespace", kSystem}}},
                           {"spec", (*pod)["spec"]}};
  EXPECT_OK(kubectl().call({"create", "--dry-run=server", "-f", "-"}, object.dump()))
      << "the restricted Pod Security Standard, as the API server enforces it";

  ASSERT_OK(never_green_soon());
  start_both();
  hold("kept");
  ASSERT_OK(k_->uninstall());

  EXPECT_FALSE(jobs().suspended("kept"));
  EXPECT_EQ(jobs().state("kept"), "released");
  EXPECT_EQ(jobs().annotation("kept", "release-reason"), "uninstalled");
  EXPECT_EQ(starts("kept"), 1);
  EXPECT_TRUE(eventually(seconds(60), [] { return jobs().complete("kept"); }));
  // The controllers are still up, as they would be for a moment: they hold nothing more.
  ASSERT_TRUE(k_->running("a"));
  ASSERT_OK(jobs().create(job("later")));
  EXPECT_TRUE(always(seconds(8), [] { return !jobs().suspended("later"); }));
  EXPECT_TRUE(eventually(seconds(60), [] { return jobs().complete("later"); }));
  const auto left = k_->objects();
  ASSERT_OK(left);
  EXPECT_THAT(*left, Each(HasSubstr("customresourcedefinition")))
      << "policies outlive an uninstall";
  EXPECT_OK(kubectl().get(kNs, "carbonawarepolicy/default"));
  stop_both();
}

TEST_F(HelmTest, UpgradeAndRollbackWithJobsWaiting) {
  ASSERT_OK(k_->install(previous_chart(), values()));
  ASSERT_OK(never_green_soon());
  start_both();
  hold("through");
  const auto deadline = jobs().annotation("through", "deadline");
  const auto trusted = ca_bundle();
  ASSERT_FALSE(trusted.empty());
  const auto still_held = [&](const char* when) {
    EXPECT_EQ(jobs().state("through"), "waiting") << when;
    EXPECT_TRUE(jobs().suspended("through")) << when;
    EXPECT_EQ(jobs().annotation("through", "deadline"), deadline) << when;
    EXPECT_EQ(ca_bundle(), trusted) << when;
    EXPECT_TRUE(webhook_in_force()) << when;
  };

  ASSERT_OK(k_->upgrade(chart(), values()));
  still_held("upgraded, with the old programs");
  const auto roll = [&] {
    for (const char* replica : {"b", "a"}) {
      EXPECT_EQ(k_->stop(replica).code, 0);
      ASSERT_OK(k_->start_controller(replica));
    }
    ASSERT_TRUE(eventually(seconds(30), [] { return !holder().empty() && webhook_in_force(); }));
  };
  roll();
  still_held("upgraded");

  ASSERT_OK(k_->rollback());
  roll();
  still_held("rolled back");
  hold("held-after-rollback");

  ASSERT_OK(k_->upgrade(chart(), values()));
  roll();
  ASSERT_OK(k_->uninstall());
  for (const char* name : {"through", "held-after-rollback"}) {
    EXPECT_FALSE(jobs().suspended(name));
    EXPECT_EQ(starts(name), 1) << name;
    EXPECT_TRUE(eventually(seconds(60), [&] { return jobs().complete(name); })) << name;
  }
  stop_both();
}

TEST_F(HelmTest, WhatIsGrantedIsWhatIsUsed) {
  ASSERT_OK(k_->install(chart(), values({"--set", "signal.service.enabled=true"})));
  // The programs' names for the accounts come from what runs, not from what is meant to.
  const auto pod = k_->pod_template("controller");
  ASSERT_OK(pod);
  const auto account = (*pod)["spec"].value("serviceAccountName", "");
  ASSERT_FALSE(account.empty());
  // A book beyond its retention, so that one is removed.
  ASSERT_OK(kubectl().apply(R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":
    "karbonetes-account-2020-01-01","namespace":"karbonetes-system","labels":{"carbon-aware.io/kept":"ledger"}},"data":{}})"));
  ASSERT_OK(k_->start_signal());
  ASSERT_OK(k_->set_green(false));
  ASSERT_OK(kubectl().remove(kNs, "carbonawarepolicy/default"));
  start_both();
  const auto ran = [](const std::string& name) { return jobs().complete(name); };

  auto spec = job("first");
  ASSERT_OK(jobs().create(spec));
  ASSERT_EQ(jobs().state("first"), "waiting");
  ASSERT_OK(kubectl().apply_file(sample("carbonawarepolicy-default.yaml")));
  ASSERT_OK(k_->set_green(true));
  ASSERT_TRUE(eventually(seconds(90), [&] { return ran("first"); }));
  ASSERT_TRUE(
      eventually(seconds(60), [&] { return !jobs().annotation("first", "account").empty(); }));
  ASSERT_OK(k_->set_green(false));
  EXPECT_TRUE(eventually(seconds(60), [] {
    return !kubectl().get(kSystem, "configmap/karbonetes-account-2020-01-01");
  }));

  // Jobs that change while they are released: the patch is refused, and the Job read again.
  const auto grants = granted(*plane_, kSystem, account);
  ASSERT_OK(grants);
  const auto used = [&] { return asked(*plane_, kSystem, account, *grants); };
  int round = 0;
  EXPECT_TRUE(eventually(seconds(180), [&] {
    const auto lines = used();
    if (lines && std::ranges::includes(*lines, *grants)) return true;
    const auto prefix = fmt::format("busy-{}-", round++);
    for (int i = 0; i < 10; ++i) {
      auto busy = job(prefix + std::to_string(i));
      busy.labels["busy"] = "yes";
      if (!jobs().create(busy)) return false;
    }
    auto stir = std::async(std::launch::async, [] {
      for (int i = 0; i < 6; ++i)
        (void)kubectl().call({"label", "jobs", "-n", kNs, "-l", "busy=yes", "--overwrite",
                              "stirred=" + std::to_string(i)});
    });
    (void)k_->set_green(true);
    stir.wait();
    (void)k_->set_green(false);
    return false;
  })) << "not every verb that the chart grants was used: see below";
  stop_both();
  EXPECT_EQ(k_->stop("signal").code, 0);

  // Watches are in the log when they have ended.
  ASSERT_TRUE(eventually(seconds(15), [&] {
    const auto lines = used();
    return lines && std::ranges::includes(*lines, *grants);
  }));
  const auto lines = used();
  ASSERT_OK(lines);
  EXPECT_EQ(*lines, *grants);
  const auto denied = refused(*plane_, kSystem, account);
  ASSERT_OK(denied);
  EXPECT_THAT(*denied, IsEmpty());
}

}  // namespace
}  // namespace karbonetes::envtest
