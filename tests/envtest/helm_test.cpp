// The chart as helm installs, upgrades, rolls back and removes it on a real API server, with Jobs
// waiting all the while; and the webhook's certificates under it.
#include <fstream>
#include <set>

#include "base/base64.hpp"
#include "support/chart_test.hpp"
#include "support/eventually.hpp"
#include "support/rbac.hpp"

namespace karbonetes::envtest {
namespace {

using json::Document;
using std::chrono::seconds;
using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class HelmTest : public ChartTest {
 protected:
  static void SetUpTestSuite() { start(harness::Options{}); }
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
  const auto denied = refused(*plane_, kSystem, "karbonetes-uninstall");
  ASSERT_OK(denied);
  EXPECT_THAT(*denied, IsEmpty()) << "the hook has the rights it needs";
  EXPECT_TRUE(eventually(kRunsWithin, [] { return jobs().complete("kept"); }));
  // The controllers are still up, as they would be for a moment: they hold nothing more.
  ASSERT_TRUE(k_->running("a"));
  ASSERT_OK(jobs().create(job("later")));
  EXPECT_TRUE(always(seconds(8), [] { return !jobs().suspended("later"); }));
  EXPECT_TRUE(eventually(kRunsWithin, [] { return jobs().complete("later"); }));
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
    EXPECT_TRUE(eventually(kRunsWithin, [&] { return jobs().complete(name); })) << name;
  }
  stop_both();
}

TEST_F(HelmTest, CertificatesAreRenewedUnderTheApiServersCalls) {
  // A webhook that cannot be called would refuse the Job here.
  ASSERT_OK(k_->install(chart(), values({"--set", "certificates.selfManaged.validity=20s", "--set",
                                         "certificates.selfManaged.caValidity=50s", "--set",
                                         "webhook.failurePolicy=Fail"})));
  ASSERT_OK(never_green_soon());
  start_both();
  const auto renewed = [] {
    return k_->metric("a", "karbonetes_webhook_certificate_renewals_total").value_or(0);
  };
  std::set<std::string> trusted;
  int calls = 0;
  ASSERT_TRUE(eventually(seconds(120),
                         [&] {
                           EXPECT_TRUE(webhook_in_force()) << "call " << calls;
                           ++calls;
                           trusted.insert(ca_bundle());
                           return HasFailure() || (renewed() >= 5 && trusted.size() >= 3);
                         }))
      << renewed() << " certificates, " << trusted.size() << " bundles";
  EXPECT_GT(calls, 50);

  // Somebody resets what the API server trusts.
  const auto before = ca_bundle();
  const auto other = plane_->serving_certificate({"127.0.0.1"});
  ASSERT_OK(other);
  const Document patch = Document::array({{{"op", "replace"},
                                           {"path", "/webhooks/0/clientConfig/caBundle"},
                                           {"value", base64_encode(plane_->ca_pem())}}});
  ASSERT_OK(kubectl().patch_json("", "mutatingwebhookconfiguration/karbonetes", patch.dump()));
  EXPECT_TRUE(eventually(seconds(20), [] { return webhook_in_force(); }));
  stop_both();
}

TEST_F(HelmTest, ACertificateOfTheUsersOwnIsServedAndFollowed) {
  const auto pair = plane_->serving_certificate({"127.0.0.1"});
  ASSERT_OK(pair);
  const Document secret = {
      {"apiVersion", "v1"},
      {"kind", "Secret"},
      {"metadata", {{"name", "own-tls"}, {"namespace", kSystem}}},
      {"type", "kubernetes.io/tls"},
      {"stringData", {{"tls.crt", pair->certificate_pem}, {"tls.key", pair->private_key_pem}}}};
  ASSERT_OK(kubectl().apply(secret.dump()));
  const auto ca = plane_->layout().root / "own-ca.pem";
  std::ofstream(ca) << plane_->ca_pem();
  ASSERT_OK(
      k_->install(chart(), values({"--set", "certificates.mode=userSupplied", "--set",
                                   "certificates.userSupplied.secretName=own-tls", "--set-file",
                                   "certificates.userSupplied.caBundle=" + ca.string()})));
  ASSERT_OK(never_green_soon());
  start_both();
  const auto account = granted(*plane_, kSystem, kRelease);
  ASSERT_OK(account);
  EXPECT_THAT(*account, Not(Contains(HasSubstr("secrets"))))
      << "no right that this mode does not need";
  EXPECT_THAT(*account, Not(Contains(HasSubstr("mutatingwebhookconfigurations"))));
  hold("with-own-certificate");
  ASSERT_OK(k_->uninstall());
  EXPECT_FALSE(jobs().suspended("with-own-certificate"));
  stop_both();
}

}  // namespace
}  // namespace karbonetes::envtest
