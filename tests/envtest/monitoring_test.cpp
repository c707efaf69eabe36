// What monitoring/ installs, on the real thing: Karbonetes with Jobs that wait, run and finish, a
// real Prometheus that scrapes it by the shipped configuration (with named targets in the place of
// discovery), and every query of every dashboard and every rule asked of it.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>
#include <set>

#include "harness/loopback_http.hpp"
#include "harness/ports.hpp"
#include "support/eventually.hpp"
#include "support/files.hpp"
#include "support/jobs.hpp"
#include "support/shared_plane_test.hpp"

namespace karbonetes::envtest {
namespace {

using json::Document;
using std::chrono::seconds;

struct Panel {
  std::string where, query;
  bool quiet = false;
};

std::string url_encoded(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

std::vector<Panel> panels() {
  std::vector<Panel> out;
  for (const auto& file :
       std::filesystem::directory_iterator(source_file("monitoring/grafana/dashboards"))) {
    std::ifstream in(file.path());
    const auto board = Document::parse(in);
    for (const auto& panel : board["panels"]) {
      for (const auto& target : panel["targets"]) {
        // Windows of rates are shortened to what the test has seen; variables take their "all".
        auto query = replaced(target["expr"], "$namespace", ".*");
        for (const char* window : {"[5m]", "[10m]", "[15m]", "[1h]"})
          query = replaced(query, window, "[30s]");
        out.push_back({file.path().stem().string() + ": " + panel["title"].get<std::string>(),
                       query, panel.value("karbonetesQuiet", false)});
      }
    }
  }
  return out;
}

class MonitoringTest : public SharedPlaneTest {
 protected:
  static void SetUpTestSuite() {
    SharedPlaneTest::SetUpTestSuite();
    ASSERT_TRUE(deployment_);
    ASSERT_OK(deployment_->start("b"));
    ASSERT_OK(start_prometheus());
  }
  static void TearDownTestSuite() {
    if (prometheus_) prometheus_->stop(seconds(10));
    prometheus_.reset();
    SharedPlaneTest::TearDownTestSuite();
  }
  void SetUp() override { ASSERT_TRUE(prometheus_) << "the suite did not start"; }

  static Status start_prometheus() {
    const auto ports = harness::free_ports(1);
    if (!ports) return fail(ports.error());
    port_ = ports->front();
    const auto dir = deployment_->dir() / "prometheus";
    std::filesystem::create_directories(dir);
    std::filesystem::copy_file(source_file("monitoring/rules/karbonetes.rules.yaml"),
                               dir / "karbonetes.rules.yaml");
    std::vector<std::string> args{source_file("tests/monitoring/static-config.py"), source_file(""),
                                  dir};
    for (const char* replica : {"a", "b"})
      args.push_back(
          fmt::format("controller,{},127.0.0.1:{}", replica, deployment_->metrics_port(replica)));
    args.push_back(fmt::format("signal,signal,127.0.0.1:{}", deployment_->signal_port()));
    const auto config = harness::run({"/usr/bin/python3", args, {}}, "", seconds(20));
    if (!config) return fail(config.error());
    if (!config->ok()) return fail(Errc::Internal, config->err);
    std::ofstream(dir / "config.yaml") << config->out;
    auto process = harness::Process::spawn(
        {"/usr/bin/prometheus",
         {"--config.file=" + (dir / "config.yaml").string(),
          "--storage.tsdb.path=" + (dir / "data").string(),
          fmt::format("--web.listen-address=127.0.0.1:{}", port_), "--log.level=warn"},
         {}},
        dir / "log");
    if (!process) return fail(process.error());
    prometheus_.emplace(std::move(*process));
    const bool up = eventually(seconds(30), [] {
      const auto answer = harness::loopback_request(port_, "/-/ready", "", seconds(2));
      return answer && answer->status == 200;
    });
    return up ? Status{}
              : fail(Errc::Timeout, "Prometheus is not ready:\n" + harness::tail(dir / "log", 20));
  }

  // The result of an instant query. Errors: Invalid with Prometheus' own words.
  static Result<Document> ask(const std::string& query) {
    const auto answer = harness::loopback_request(
        port_, "/api/v1/query?query=" + url_encoded(query), "", seconds(10));
    if (!answer) return fail(answer.error());
    auto body = json::parse(answer->body);
    if (!body) return fail(body.error());
    if ((*body).value("status", "") != "success")
      return fail(Errc::Invalid, query + ": " + (*body).value("error", ""));
    return (*body)["data"]["result"];
  }
  static std::vector<std::string> without_data(const std::vector<Panel>& all) {
    std::vector<std::string> out;
    for (const auto& panel : all) {
      const auto result = ask(panel.query);
      if (!result) out.push_back(panel.where + ": " + result.error().message);
      if (result && result->empty() && !panel.quiet)
        out.push_back(panel.where + ": " + panel.query);
    }
    return out;
  }
  static inline std::optional<harness::Process> prometheus_;
  static inline std::uint16_t port_ = 0;
};

TEST_F(MonitoringTest, EveryPanelShowsWhatARealControllerDid) {
  const auto all = panels();
  ASSERT_GE(all.size(), 30);
  const Jobs jobs = MonitoringTest::jobs();
  int round = 0;
  std::vector<std::string> empty;
  // Rates need two scrapes with something between them.
  const bool shown = eventually(seconds(120), [&] {
    const auto name = fmt::format("watched-{}", round++);
    EXPECT_TRUE(jobs.create(job(name)));
    EXPECT_TRUE(deployment_->set_green(true));
    EXPECT_TRUE(eventually(seconds(30), [&] { return jobs.state(name) == "released"; }));
    EXPECT_TRUE(deployment_->set_green(false));
    EXPECT_TRUE(jobs.create(job(name + "-waits")));
    empty = without_data(all);
    return empty.empty() || HasFailure();
  });
  EXPECT_TRUE(shown) << testing::PrintToString(empty);
}

TEST_F(MonitoringTest, EveryRuleIsEvaluatedAndNoneFiresThatShouldNot) {
  const auto answer = harness::loopback_request(port_, "/api/v1/rules", "", seconds(10));
  ASSERT_OK(answer);
  const auto body = json::parse(answer->body);
  ASSERT_OK(body);
  int rules = 0;
  for (const auto& group : (*body)["data"]["groups"]) {
    for (const auto& rule : group["rules"]) {
      ++rules;
      EXPECT_EQ(rule.value("health", ""), "ok")
          << rule.value("name", "") << ": " << rule.value("lastError", "");
      EXPECT_NE(rule.value("state", "inactive"), "firing") << rule.value("name", "");
    }
  }
  EXPECT_GE(rules, 10);
  const auto recorded = ask("karbonetes:waiting_jobs:max");
  ASSERT_OK(recorded);
  EXPECT_FALSE(recorded->empty());
}

TEST_F(MonitoringTest, QuietPanelsShowSomethingWhenThereIsSomething) {
  // What a healthy cluster need not have: a policy in Shadow mode; a source that changed hands.
  const Jobs jobs = MonitoringTest::jobs();
  const Document policy = {{"apiVersion", "carbon-aware.io/v1alpha1"},
                           {"kind", "CarbonAwarePolicy"},
                           {"metadata", {{"name", "watch"}, {"namespace", kNs}}},
                           {"spec", {{"mode", "Shadow"}, {"maxDelay", "1h"}}}};
  ASSERT_OK(plane_->kubectl().apply(policy.dump()));
  ASSERT_OK(jobs.create(job("shadowed").with("policy", "watch")));
  ASSERT_OK(deployment_->set_green(true));
  std::vector<Panel> quiet;
  for (const auto& panel : panels()) {
    if (panel.quiet) quiet.push_back(panel);
  }
  EXPECT_LE(quiet.size(), 2) << "few, or a dashboard proves nothing";
  for (auto& panel : quiet) panel.quiet = panel.where.find("Failovers") != std::string::npos;
  std::vector<std::string> empty;
  EXPECT_TRUE(eventually(seconds(90), [&] {
    empty = without_data(quiet);
    return empty.empty();
  })) << testing::PrintToString(empty);
  const auto failovers = ask("karbonetes_signal_failovers_total");
  ASSERT_OK(failovers);
}

TEST_F(MonitoringTest, TheManifestsAreWhatTheApiServerTakes) {
  const auto rendered = plane_->kubectl().call({"kustomize", source_file("monitoring").string()});
  ASSERT_OK(rendered);
  ASSERT_OK(plane_->kubectl().call({"create", "namespace", "monitoring"}));
  EXPECT_OK(plane_->kubectl().call(
      {"apply", "--server-side", "--dry-run=server", "--force-conflicts", "-f", "-"}, *rendered));
}

}  // namespace
}  // namespace karbonetes::envtest
