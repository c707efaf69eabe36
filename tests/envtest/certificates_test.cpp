// The webhook's certificate when things are not as they should be: a Secret that is missing or
// holds anything, files that change under the program, a change of mode while an old replica leads.
// failurePolicy is Fail, so that a call which does not come through is seen. What renewal does to
// calls is in helm_test.cpp.
#include <fstream>
#include <future>
#include <sstream>

#include "base/base64.hpp"
#include "base/clock.hpp"
#include "certs/inspect.hpp"
#include "harness/certs.hpp"
#include "harness/loopback_http.hpp"
#include "support/chart_test.hpp"
#include "support/eventually.hpp"

namespace karbonetes::envtest {
namespace {

namespace fs = std::filesystem;
using json::Document;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kSecret = "karbonetes-webhook-tls";

std::string slurp(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

class CertificatesTest : public ChartTest {
 protected:
  static void SetUpTestSuite() { start(harness::Options{}); }

  static std::vector<std::string> strict(std::vector<std::string> more = {}) {
    more.insert(more.end(), {"--set", "webhook.failurePolicy=Fail"});
    return values(std::move(more));
  }
  static fs::path pods() { return plane_->layout().root / "installation/pods"; }
  static double metric(const std::string& series) {
    return k_->metric("a", "karbonetes_webhook_certificate_" + series).value_or(0);
  }
  static std::string kept(const std::string& key) {
    const auto secret = kubectl().get(kSystem, std::string("secret/") + kSecret);
    if (!secret || !secret->contains("data")) return {};
    return base64_decode((*secret)["data"].value(key, "")).value_or("");
  }
  static bool trusts(const std::string& ca_pem) {
    const Document patch = Document::array({{{"op", "replace"},
                                             {"path", "/webhooks/0/clientConfig/caBundle"},
                                             {"value", base64_encode(ca_pem)}}});
    return kubectl()
        .patch_json("", "mutatingwebhookconfiguration/karbonetes", patch.dump())
        .has_value();
  }
  // Secret and trust are whole, and belong together.
  static bool whole() {
    const auto now = SystemClock().now();
    const auto ca = kept("ca.crt"), crt = kept("tls.crt");
    const auto authorities = certs::read_certificates(ca);
    const auto serving = certs::read_certificates(crt);
    if (!authorities || !serving || serving->size() != 1) return false;
    const auto& leaf = serving->front();
    return leaf.valid_at(now) && certs::key_fits(crt, kept("tls.key")) &&
           certs::key_fits(authorities->front().pem, kept("ca.key")) &&
           std::ranges::any_of(*authorities,
                               [&](const auto& each) { return certs::signed_by(leaf, each); }) &&
           ca_bundle() == base64_encode(ca);
  }
};

TEST_F(CertificatesTest, AMissingSecretIsSaidAndWaitedFor) {
  ASSERT_OK(k_->install(chart(), strict()));
  ASSERT_OK(never_green_soon());
  ASSERT_OK(kubectl().remove(kSystem, std::string("secret/") + kSecret));
  auto started = std::async(std::launch::async, [] { return k_->start_controller("a"); });
  EXPECT_TRUE(eventually(seconds(20), [] {
    const auto answer = harness::loopback_request(k_->metrics_port("a"), "/readyz", "", seconds(2));
    return answer && answer->status == 503 &&
           answer->body.find("no certificate yet") != std::string::npos;
  }));
  EXPECT_TRUE(eventually(seconds(20), [] {
    return slurp(pods() / "a.log").find("certificates.mode=selfManaged") != std::string::npos;
  }));
  EXPECT_TRUE(eventually(seconds(20), [] { return !holder().empty(); }))
      << "leading does not wait for a certificate";
  ASSERT_OK(k_->upgrade(chart(), strict())) << "puts back what the log asks for";
  ASSERT_OK(started.get());
  EXPECT_TRUE(eventually(seconds(20), [] { return webhook_in_force(); }));
  EXPECT_GE(metric(R"(errors_total{what="read"})"), 1);
  EXPECT_EQ(k_->stop("a").code, 0);
}

TEST_F(CertificatesTest, WhateverLiesInTheSecretIsMadeGoodWithoutARestart) {
  ASSERT_OK(k_->install(chart(), strict({"--set", "certificates.selfManaged.validity=30s", "--set",
                                         "certificates.selfManaged.caValidity=1d"})));
  ASSERT_OK(never_green_soon());
  start_both();
  ASSERT_THAT(kept("ca.key"), HasSubstr("PRIVATE KEY"));
  const auto other = harness::CertificateAuthority::make("somebody else");
  ASSERT_OK(other);
  const auto foreign = other->issue_server({"127.0.0.1"});
  ASSERT_OK(foreign);
  const std::string garbage = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  struct Case {
    const char* what;
    Document data;
    bool heard = false;  // calls may fail until the replica that is called has looked
  };
  const std::vector<Case> cases{
      {"a serving certificate that is none", {{"tls.crt", base64_encode(garbage)}}},
      {"a key that is not its own", {{"tls.key", base64_encode(foreign->private_key_pem)}}},
      {"a certificate of another CA",
       {{"tls.crt", base64_encode(foreign->certificate_pem)},
        {"tls.key", base64_encode(foreign->private_key_pem)}}},
      {"a CA key that is not its own", {{"ca.key", base64_encode(foreign->private_key_pem)}}},
      {"the CA's key beside the CA", "key"},
      {"a CA that is none", {{"ca.crt", base64_encode(garbage)}}, true},
      {"nothing", nullptr, true},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.what);
    const Document patch =
        c.data == "key"
            ? Document{{"data", {{"ca.crt", base64_encode(kept("ca.crt") + kept("ca.key"))}}}}
            : Document{{"data", c.data}};
    ASSERT_OK(kubectl().call(
        {"patch", "secret", kSecret, "-n", kSystem, "--type=merge", "-p", patch.dump()}));
    EXPECT_TRUE(eventually(seconds(20), [&] {
      if (!c.heard) {
        EXPECT_TRUE(webhook_in_force());
      }
      return HasFailure() || whole();
    }));
    EXPECT_TRUE(eventually(seconds(20), [] { return webhook_in_force(); }));
    EXPECT_THAT(base64_decode(ca_bundle()).value_or(""), Not(HasSubstr("PRIVATE")));
  }
  const auto logs = slurp(pods() / "a.log") + slurp(pods() / "b.log");
  for (const char* told : {"does not fit its key or the CA", "the key of the CA is missing",
                           "something else lies beside", "unreadable", "there is no CA yet"})
    EXPECT_THAT(logs, HasSubstr(told));
  for (const char* secret : {"BEGIN", "LS0t"})  // PEM, as it is and as base64
    EXPECT_THAT(logs, Not(HasSubstr(secret)));
  stop_both();
}

TEST_F(CertificatesTest, FilesAreFollowedAndAnotherModeTakesOverWhileTheOldReplicaLeads) {
  const auto first = plane_->serving_certificate({"127.0.0.1"});
  ASSERT_OK(first);
  const Document secret = {
      {"apiVersion", "v1"},
      {"kind", "Secret"},
      {"metadata", {{"name", "own-tls"}, {"namespace", kSystem}}},
      {"type", "kubernetes.io/tls"},
      {"stringData", {{"tls.crt", first->certificate_pem}, {"tls.key", first->private_key_pem}}}};
  ASSERT_OK(kubectl().apply(secret.dump()));
  const auto ca = plane_->layout().root / "first-ca.pem";
  std::ofstream(ca) << plane_->ca_pem();
  ASSERT_OK(
      k_->install(chart(), strict({"--set", "certificates.mode=userSupplied", "--set",
                                   "certificates.userSupplied.secretName=own-tls", "--set-file",
                                   "certificates.userSupplied.caBundle=" + ca.string()})));
  ASSERT_OK(never_green_soon());
  ASSERT_OK(k_->start_controller("a"));
  ASSERT_TRUE(eventually(seconds(30), [] { return !holder().empty() && webhook_in_force(); }));

  const auto mounted = pods() / "a/root/etc/karbonetes/tls";
  ASSERT_TRUE(fs::exists(mounted / "tls.crt"));
  // As a kubelet does: a new file takes the name of the old one.
  const auto put = [&](const std::string& name, const std::string& text) {
    std::ofstream(mounted / (name + ".new")) << text;
    fs::rename(mounted / (name + ".new"), mounted / name);
  };
  const auto other = harness::CertificateAuthority::make("the next CA");
  ASSERT_OK(other);
  const auto second = other->issue_server({"127.0.0.1"});
  ASSERT_OK(second);
  const auto in_force_until = [&](const std::string& series) {
    return eventually(seconds(25), [&] {
      EXPECT_TRUE(webhook_in_force());
      return HasFailure() || metric(series) >= 1;
    });
  };
  put("tls.crt", second->certificate_pem);  // its key comes later
  EXPECT_TRUE(in_force_until(R"(errors_total{what="files"})"));
  // Readable, a pair, and yet nothing that may be served.
  const auto weak = harness::run(
      {"/usr/bin/openssl",
       {"req", "-x509", "-newkey", "rsa:512", "-nodes", "-keyout", (mounted / "tls.key").string(),
        "-out", (mounted / "tls.crt").string(), "-days", "2", "-subj", "/CN=weak"},
       {}},
      "", seconds(20));
  ASSERT_TRUE(weak && weak->ok()) << (weak ? weak->err : weak.error().message);
  fs::permissions(mounted / "tls.key", fs::perms::others_read, fs::perm_options::add);
  EXPECT_TRUE(in_force_until(R"(errors_total{what="serve"})"));
  EXPECT_EQ(metric("renewals_total"), 1);

  put("tls.crt", second->certificate_pem);
  put("tls.key", second->private_key_pem);
  ASSERT_TRUE(trusts(plane_->ca_pem() + other->certificate_pem()));
  EXPECT_TRUE(in_force_until("renewals_total") &&
              eventually(seconds(25), [] { return metric("renewals_total") >= 2; }));
  ASSERT_TRUE(trusts(other->certificate_pem()));
  EXPECT_TRUE(eventually(seconds(20), [] { return webhook_in_force(); }))
      << "the new one is served";

  const auto leader = holder();
  ASSERT_OK(k_->upgrade(chart(), strict()));
  ASSERT_OK(k_->start_controller("b")) << "ready with a certificate of its own, and no lease";
  EXPECT_EQ(holder(), leader);
  EXPECT_TRUE(eventually(seconds(20), [] { return whole(); }));
  EXPECT_EQ(k_->stop("a").code, 0);
  ASSERT_OK(k_->start_controller("a"));
  EXPECT_TRUE(eventually(seconds(20), [] { return webhook_in_force(); }));
  stop_both();
}

}  // namespace
}  // namespace karbonetes::envtest
