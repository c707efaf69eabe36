// `kubectl karbonetes dashboard` on the real control plane: read by a person in a real browser
// (tests/web/dashboard.mjs), by one who may see hardly anything, and while the API server is away.
#include <gmock/gmock.h>

#include <csignal>
#include <fstream>
#include <iostream>
#include <regex>
#include <sstream>

#include "base/clock.hpp"
#include "harness/loopback_http.hpp"
#include "support/deployment.hpp"
#include "support/eventually.hpp"
#include "support/files.hpp"
#include "support/fleet.hpp"
#include "support/grid.hpp"
#include "support/matchers.hpp"

namespace karbonetes::envtest {
namespace {

using json::Document;
using std::chrono::seconds;
using testing::HasSubstr;

// Of the grid's trace: 72 of them make the two real hours of forecast that a percentile takes.
constexpr Millis kHour = std::chrono::minutes(2);

std::string read(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// The command, running, with what it says in a file.
struct Running {
  harness::Process process;
  std::string url;
  std::uint16_t port = 0;
  std::string token;
};

class DashboardTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    harness::Options options;
    options.karpenter = false;
    auto plane = harness::Plane::start(std::move(options));
    ASSERT_OK(plane);
    plane_ = std::move(*plane);
    auto deployment = Deployment::install(*plane_);
    ASSERT_OK(deployment);
    d_ = std::move(*deployment);
    ASSERT_OK(add_nodes(plane_->kubectl()));

    // Dirty for the next five hours of the trace, then clean: what waits has a planned start ahead.
    std::vector<double> hours;
    hours.reserve(120);
    for (int hour = 0; hour < 120; ++hour)
      hours.push_back(hour % 12 < 8 ? 380 - 7 * (hour % 8) : 90);
    const auto now = SystemClock().now();
    const auto origin = TimePoint((now - kHour * 3).time_since_epoch() / kHour * kHour);
    grid_.emplace(d_->dir(), origin, kHour, hours);
    ASSERT_OK(grid_->start("emaps"));
    std::ofstream(d_->dir() / "token") << "tester";
    std::ofstream(d_->dir() / "signals.yaml")
        << "sources:\n"
        << "  - {name: emaps, type: electricity-maps, zone: GRID, location: local, url: '"
        << grid_->url("emaps") << "/electricity-maps/v3', tokenFile: " << (d_->dir() / "token")
        << ", horizon: 72h, refresh: 1s, staleAfter: 60s, unknownAfter: 600s}\n";
    const Document policy = {{"apiVersion", "carbon-aware.io/v1alpha1"},
                             {"kind", "CarbonAwarePolicy"},
                             {"metadata", {{"name", "planned"}, {"namespace", kNs}}},
                             {"spec",
                              {{"strategy", "LowestWindow"},
                               {"maxDelay", format_duration(kHour * 12)},
                               {"expectedDuration", format_duration(kHour)}}}};
    ASSERT_OK(plane_->kubectl().apply(policy.dump()));
    ASSERT_OK(d_->start("a", {"--signal-config", (d_->dir() / "signals.yaml").string()}));
    ASSERT_OK(d_->register_webhook("a"));
  }
  static void TearDownTestSuite() {
    grid_.reset();
    d_.reset();
    plane_.reset();
  }
  void SetUp() override { ASSERT_TRUE(d_ && grid_) << "the suite did not start"; }
  void TearDown() override {
    if (HasFailure()) std::cerr << "controller log:\n" << d_->log_tail("a") << "\n";
  }

  static Jobs jobs() { return Jobs(plane_->kubectl()); }
  static JobSpec planned(const std::string& name) { return job(name).with("policy", "planned"); }

  // Started with `kubeconfig`; nullopt, with a failure, when it does not say its address.
  std::optional<Running> start(const std::string& name, const std::filesystem::path& kubeconfig,
                               std::vector<std::string> args = {}) {
    const auto log = d_->dir() / (name + ".log");
    args.insert(args.begin(), {"dashboard", "--no-open", "--kubeconfig", kubeconfig.string()});
    const auto program = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    auto process = harness::Process::spawn({program / "kubectl-karbonetes", args, {}}, log);
    if (!process) {
      ADD_FAILURE() << process.error().message;
      return std::nullopt;
    }
    static const std::regex kAddress(
        R"(Dashboard: (http://127\.0\.0\.1:(\d+)/\?token=([0-9a-f]+)))");
    auto running = eventually(seconds(10), [&]() -> std::optional<Running> {
      std::smatch match;
      const std::string text = read(log);
      if (!std::regex_search(text, match, kAddress)) return std::nullopt;
      return Running{std::move(*process), match[1], static_cast<std::uint16_t>(std::stoi(match[2])),
                     match[3]};
    });
    if (!running) ADD_FAILURE() << "no address:\n" << read(log);
    return running;
  }

  // What the page is shown, as JSON; {} while it cannot be had.
  static Document model(const Running& dashboard) {
    const auto answer = harness::loopback_request(dashboard.port, "/model?token=" + dashboard.token,
                                                  "", seconds(5));
    if (!answer || answer->status != 200) return Document::object();
    auto parsed = json::parse(answer->body);
    return parsed ? *parsed : Document::object();
  }

  static inline std::unique_ptr<harness::Plane> plane_;
  static inline std::unique_ptr<Deployment> d_;
  static inline std::optional<Grid> grid_;
};

// The browser's script says "STEP name" when it wants something done to the cluster, and goes on
// when the file "name.done" is there.
TEST_F(DashboardTest, IsReadInABrowser) {
  ASSERT_OK(jobs().create(planned("train-planned")));
  ASSERT_OK(jobs().create(planned("held-report")));
  JobSpec running = planned("etl-running").with("run-now", "true");
  running.run_for = "30m";
  ASSERT_OK(jobs().create(running));
  ASSERT_OK(jobs().create(planned("index-finished").with("run-now", "true")));
  ASSERT_OK(
      jobs().create(planned("hostile").with("expected-duration", "<img src=x onerror=alert(1)>")));
  JobSpec plain = job("plain-job");
  plain.annotations.clear();
  ASSERT_OK(jobs().create(plain));
  ASSERT_TRUE(eventually(seconds(60), [&] {
    return !jobs().annotation("index-finished", "account").empty() &&
           jobs().state("train-planned") == "waiting" && !jobs().pods("etl-running").empty();
  }));

  auto dashboard = start("dashboard", plane_->kubeconfig(), {"-A"});
  ASSERT_TRUE(dashboard);
  const auto out = std::filesystem::path(KARBONETES_SOURCE_DIR) / "build/artifacts/dashboard";
  const auto steps = d_->dir() / "steps";
  std::filesystem::create_directories(steps);
  const auto log = d_->dir() / "browser.log";
  auto browser = harness::Process::spawn(
      {"/usr/bin/env",
       {"node", std::string(KARBONETES_SOURCE_DIR) + "/tests/web/dashboard.mjs", dashboard->url,
        out.string(), steps.string()},
       {{"KARBONETES_WEB_MODULES", std::string(KARBONETES_SOURCE_DIR) + "/build/web"}}},
      log);
  ASSERT_OK(browser);

  const std::map<std::string, std::function<void()>> actions{
      {"release", [&] { EXPECT_OK(d_->cli({"run-now", "-n", kNs, "held-report"})); }},
      {"create", [&] { EXPECT_OK(jobs().create(planned("late-comer"))); }},
      {"apiserver-down", [&] { EXPECT_OK(plane_->end(harness::Part::ApiServer, SIGKILL)); }},
      {"apiserver-up", [&] { EXPECT_OK(plane_->start(harness::Part::ApiServer)); }},
      {"ctrl-c",
       [&] {
         dashboard->process.signal(SIGINT);
         const auto exit = dashboard->process.wait(seconds(5));
         ASSERT_TRUE(exit) << "Ctrl-C did not end it";
         EXPECT_EQ(harness::describe(*exit), "exited with status 0");
       }},
  };
  std::set<std::string> done;
  std::optional<harness::Exit> exit;
  (void)eventually(seconds(150), [&] {
    std::istringstream lines(read(log));
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with("STEP ")) continue;
      const std::string step = line.substr(5);
      if (!actions.contains(step) || !done.insert(step).second) continue;
      actions.at(step)();
      std::ofstream(steps / (step + ".done")) << "done";
    }
    exit = browser->poll();
    return exit.has_value();
  });
  ASSERT_TRUE(exit) << "the browser did not come to its end:\n" << read(log);
  EXPECT_EQ(harness::describe(*exit), "exited with status 0") << read(log);
  EXPECT_EQ(done.size(), actions.size()) << read(log);
}

// It asks with its user's own rights: what these do not allow is said, and the rest is shown.
TEST_F(DashboardTest, SaysWhatItsUserMayNotSee) {
  const auto& kubectl = plane_->kubectl();
  ASSERT_OK(kubectl.call(
      {"create", "role", "only-jobs", "-n", kNs, "--verb=list,watch", "--resource=jobs.batch"}));
  ASSERT_OK(kubectl.call(
      {"create", "rolebinding", "only-jobs", "-n", kNs, "--role=only-jobs", "--user=reader"}));
  ASSERT_OK(jobs().create(planned("seen-by-reader")));
  const auto kubeconfig = plane_->kubeconfig_for("reader", {"readers"});
  ASSERT_OK(kubeconfig);
  const auto dashboard = start("reader", *kubeconfig, {"-n", kNs});
  ASSERT_TRUE(dashboard);
  const std::string key = std::string(kNs) + "/seen-by-reader";
  ASSERT_TRUE(eventually(seconds(20), [&] {
    const auto shown = model(*dashboard);
    return shown.contains("jobs") && shown["jobs"].contains(key) && shown["notes"].size() >= 3;
  })) << model(*dashboard).dump(1);
  const auto shown = model(*dashboard);
  EXPECT_TRUE(shown["problem"].is_null()) << shown["problem"].dump();
  EXPECT_EQ(shown["views"].size(), 0U);
  EXPECT_THAT(shown["notes"].dump(),
              AllOf(HasSubstr("signals cannot be read"), HasSubstr("policies"),
                    HasSubstr("ledger cannot be read")));
}

TEST_F(DashboardTest, WithoutAnyRightsItSaysSoAndGoesOn) {
  const auto kubeconfig = plane_->kubeconfig_for("nobody", {"nobodies"});
  ASSERT_OK(kubeconfig);
  auto dashboard = start("nobody", *kubeconfig, {"-A"});
  ASSERT_TRUE(dashboard);
  ASSERT_TRUE(eventually(seconds(20), [&] {
    const auto shown = model(*dashboard);
    return shown.contains("problem") && shown["problem"].is_object();
  })) << model(*dashboard).dump(1);
  EXPECT_THAT(model(*dashboard)["problem"].value("text", ""),
              AllOf(HasSubstr("cannot be read"), HasSubstr("forbidden")));
  // As soon as the right is given, without a restart.
  ASSERT_OK(plane_->kubectl().call(
      {"create", "clusterrolebinding", "nobody-views", "--clusterrole=view", "--user=nobody"}));
  EXPECT_TRUE(eventually(seconds(60), [&] {
    const auto shown = model(*dashboard);
    return shown.contains("problem") && shown["problem"].is_null() &&
           shown["about"].value("listed", false);
  })) << model(*dashboard).dump(1);
  dashboard->process.signal(SIGTERM);
  const auto exit = dashboard->process.wait(seconds(5));
  ASSERT_TRUE(exit) << "SIGTERM did not end it";
  EXPECT_EQ(exit->code, 0);
}

TEST_F(DashboardTest, RefusesAnAddressThatOthersCanReach) {
  const auto said = d_->cli({"dashboard", "--no-open", "--listen", "0.0.0.0:0"});
  ASSERT_FALSE(said);
  EXPECT_THAT(said.error().message, HasSubstr("write 127.0.0.1:PORT"));
}

}  // namespace
}  // namespace karbonetes::envtest
