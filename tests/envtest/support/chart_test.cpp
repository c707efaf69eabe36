#include "support/chart_test.hpp"

#include "base/clock.hpp"
#include "support/eventually.hpp"
#include "support/files.hpp"

namespace karbonetes::envtest {

namespace {

using json::Document;
using std::chrono::hours;
using std::chrono::seconds;

std::string clock_time(TimePoint t) { return format_rfc3339(t).substr(11, 5); }

}  // namespace

std::filesystem::path chart() { return source_file("charts/karbonetes"); }
std::filesystem::path previous_chart() {
  return source_file("tests/envtest/charts/karbonetes-0.1.0");
}

std::vector<std::string> values(std::vector<std::string> more) {
  more.insert(more.end(), {"--set-string", "uninstall.nodeSelector.nowhere=true"});
  return more;
}

void ChartTest::start(const harness::Options& options) {
  auto plane = harness::Plane::start(options);
  ASSERT_OK(plane);
  plane_ = std::move(*plane);
  ASSERT_OK(kubectl().apply_kustomization(sample("local")));
  auto made = Installation::make(*plane_);
  ASSERT_OK(made);
  k_ = std::move(*made);
}

void ChartTest::TearDownTestSuite() {
  k_.reset();
  plane_.reset();
}

void ChartTest::SetUp() { ASSERT_TRUE(k_) << "the suite did not start"; }

void ChartTest::TearDown() {
  if (!k_) return;
  for (const char* pod : {"a", "b", "signal"}) {
    if (HasFailure()) std::cerr << pod << ":\n" << k_->log_tail(pod) << "\n";
    (void)k_->stop(pod);
  }
  // What a failed test left would fail the next one, too.
  (void)k_->helm().call({"uninstall", kRelease, "-n", kSystem, "--no-hooks", "--ignore-not-found"});
}

Status ChartTest::never_green_soon() {
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

bool ChartTest::webhook_in_force() {
  const auto answer = kubectl().call({"create", "--dry-run=server", "-o", "json", "-f", "-"},
                                     manifest(job("probe")).dump());
  return answer && answer->find("carbon-aware.io/state") != std::string::npos;
}

std::string ChartTest::ca_bundle() {
  const auto found = kubectl().get("", "mutatingwebhookconfiguration/karbonetes");
  return found ? found->value("/webhooks/0/clientConfig/caBundle"_json_pointer, "") : "";
}

std::string ChartTest::holder() {
  const auto lease = kubectl().list(kSystem, "leases");
  if (!lease || lease->size() != 1) return {};
  return (*lease)[0]["spec"].value("holderIdentity", "");
}

void ChartTest::start_both() {
  for (const char* replica : {"a", "b"}) ASSERT_OK(k_->start_controller(replica));
  ASSERT_TRUE(eventually(seconds(30), [] { return !holder().empty(); }));
  ASSERT_TRUE(eventually(seconds(30), [] { return webhook_in_force(); }));
}

void ChartTest::stop_both() {
  for (const char* replica : {"a", "b"}) {
    EXPECT_TRUE(k_->running(replica));
    EXPECT_EQ(k_->stop(replica).code, 0);
  }
}

void ChartTest::hold(const std::string& name) {
  ASSERT_OK(jobs().create(job(name)));
  ASSERT_EQ(jobs().state(name), "waiting") << "by the webhook, at once";
  ASSERT_TRUE(jobs().suspended(name));
}

std::size_t ChartTest::starts(const std::string& name) {
  const auto events = plane_->audit([&](const harness::AuditEvent& event) {
    return event.resource == "jobs" && event.name == name && event.verb == "patch" &&
           event.code == 200 &&
           event.request.dump().find(R"("path":"/spec/suspend","value":false)") !=
               std::string::npos;
  });
  return events ? events->size() : 0;
}

}  // namespace karbonetes::envtest
