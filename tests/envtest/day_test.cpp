// A day in accelerated time on the real control plane: an hour lasts five seconds. Jobs come all
// day under LowestWindow; the forecast errs and is revised; the first source dies at noon and comes
// back; the controller is killed in the afternoon. In the evening every Job has run within its
// deadline, once, and the accounts add up to the trace.
#include <gmock/gmock.h>

#include <cmath>
#include <fstream>
#include <numbers>

#include "base/clock.hpp"
#include "support/deployment.hpp"
#include "support/eventually.hpp"
#include "support/grid.hpp"
#include "support/jobs.hpp"
#include "support/matchers.hpp"

namespace karbonetes::envtest {
namespace {

using json::Document;
using std::chrono::seconds;

constexpr Millis kHour = std::chrono::seconds(5);
constexpr int kJobs = 10;
constexpr Millis kMaxDelay = kHour * 10;
constexpr Millis kRun = kHour * 2;
constexpr double kMarginalScale = 1.5;
// An hour of the grid lasts five polls here, and the trace moves by up to a third from one to the
// next. A new hour is noticed up to two polls late, and around the failover the value of the hour
// before may hold for longer: seen were 7 % of a Job and 2.3 % of the day.
constexpr double kSilence = 0.1;
constexpr double kDay = 0.03;
// GCP, half utilised, PUE 1.1 (Cloud Carbon Footprint): kW of one vCPU.
constexpr double kKwPerVcpu = 1.1 * (0.71 + 0.5 * (4.26 - 0.71)) / 1000;
constexpr double kVcpu = 2;

// Cheap nights and noons, as a grid with wind and sun.
double intensity(int hour) {
  const double day = 2 * std::numbers::pi * hour / 24;
  return std::round(300 + 120 * std::cos(day) - 90 * std::cos(2 * day));
}

class DayTest : public testing::Test {
 protected:
  void SetUp() override {
    auto plane = harness::Plane::start(harness::Options{});
    ASSERT_OK(plane);
    plane_ = std::move(*plane);
    auto deployment = Deployment::install(*plane_);
    ASSERT_OK(deployment);
    d_ = std::move(*deployment);

    std::vector<double> hours;
    for (int hour = 0; hour < 24 * 5; ++hour) hours.push_back(intensity(hour));
    // The trace began half a day ago, so that nothing of the day is unobserved.
    // On whole hours of its own, to which providers align.
    const auto now = SystemClock().now();
    const auto origin = TimePoint((now - kHour * 12).time_since_epoch() / kHour * kHour);
    grid_.emplace(d_->dir(), origin, kHour, std::move(hours));
    const std::vector<std::string> errs{"--forecast-error", "0.2", "--seed", "7"};
    ASSERT_OK(grid_->start("first", 1, "average", errs));
    ASSERT_OK(grid_->start("second", 1, "average", errs));
    ASSERT_OK(grid_->start("moer", kMarginalScale, "marginal"));
    ASSERT_OK(apply_policy());
    ASSERT_OK(d_->start("a", args()));
    ASSERT_OK(d_->register_webhook("a"));
  }
  void TearDown() override {
    if (HasFailure() && d_) {
      const auto maps =
          plane_->kubectl().call({"get", "configmaps", "-n", "karbonetes-system", "-o", "yaml"});
      if (maps) std::cerr << maps->substr(0, 4'000) << "\n";
    }
    if (HasFailure() && d_) std::cerr << "controller log:\n" << d_->log_tail("a") << "\n";
  }

  // Seconds instead of minutes everywhere: the day is 720 times as fast.
  [[nodiscard]] std::vector<std::string> args() const {
    const auto file = d_->dir() / "signals.yaml";
    std::ofstream(d_->dir() / "user") << "tester";
    std::ofstream(d_->dir() / "password") << "tester";
    std::ofstream(d_->dir() / "token") << "tester";
    std::ofstream(file)
        << "sources:\n"
        << "  - {name: first, type: electricity-maps, zone: GRID, location: local, url: '"
        << grid_->url("first") << "/electricity-maps/v3', tokenFile: " << (d_->dir() / "token")
        << kTimes << "}\n"
        << "  - {name: second, type: energy-charts, zone: GRID, country: de, url: '"
        << grid_->url("second") << "/energy-charts'" << kTimes << "}\n"
        << "  - {name: moer, type: watttime, zone: GRID, region: CAISO_NORTH, url: '"
        << grid_->url("moer") << "/watttime', usernameFile: " << (d_->dir() / "user")
        << ", passwordFile: " << (d_->dir() / "password") << kTimes << "}\n";
    return {"--signal-config", file.string()};
  }
  [[nodiscard]] Status apply_policy() const {
    const Document policy = {{"apiVersion", "carbon-aware.io/v1alpha1"},
                             {"kind", "CarbonAwarePolicy"},
                             {"metadata", {{"name", "day"}, {"namespace", kNs}}},
                             {"spec",
                              {{"strategy", "LowestWindow"},
                               {"maxDelay", format_duration(kMaxDelay)},
                               {"expectedDuration", format_duration(kRun)}}}};
    return plane_->kubectl().apply(policy.dump());
  }
  [[nodiscard]] Jobs jobs() const { return Jobs(plane_->kubectl()); }

  // Energy of a Job's run in kWh, from its wattage and its length alone.
  static double kwh(Millis length) {
    return kVcpu * kKwPerVcpu * static_cast<double>(length.count()) / 3'600'000;
  }
  // gCO2eq of a run of `length` from `start` on, from the trace alone.
  [[nodiscard]] double grams(TimePoint start, Millis length) const {
    return kwh(length) * grid_->integral(start, start + length) /
           static_cast<double>(length.count());
  }
  bool source_in_use(const std::string& source) {
    return d_->metric("a", R"(karbonetes_signal_source_active{chain="first",source=")" + source +
                               "\"}") == 1;
  }

  static constexpr const char* kTimes = ", refresh: 1s, staleAfter: 4s, unknownAfter: 60s";
  std::unique_ptr<harness::Plane> plane_;
  std::unique_ptr<Deployment> d_;
  std::optional<Grid> grid_;
};

TimePoint instant(const Document& object, const char* pointer) {
  return parse_rfc3339(object.value(Document::json_pointer(pointer), "")).value_or(TimePoint{});
}

TEST_F(DayTest, AccountsAddUpToTheTrace) {
  ASSERT_TRUE(eventually(seconds(20), [&] { return source_in_use("first"); }));
  const auto begin = SystemClock().now();
  const auto until_hour = [&](int hour) {
    const auto when = begin + kHour * hour;
    (void)eventually(when - SystemClock().now(), [&] { return SystemClock().now() >= when; });
  };

  int next = 0;
  const auto submit = [&] {
    auto spec = job("day-" + std::to_string(next++)).with("policy", "day");
    spec.cpu = std::to_string(static_cast<int>(kVcpu));
    spec.run_for = format_duration(kRun);
    ASSERT_OK(jobs().create(spec));
  };
  for (int hour = 0; hour < 20; ++hour) {
    until_hour(hour);
    if (hour % 2 == 0) submit();
    if (hour == 6) grid_->kill("first");
    if (hour == 9) {
      EXPECT_TRUE(eventually(seconds(20), [&] { return source_in_use("second"); }))
          << "the chain fails over";
      ASSERT_OK(grid_->start("first", 1, "average", {"--forecast-error", "0.2", "--seed", "7"}));
    }
    if (hour == 13) {
      d_->kill("a");
      ASSERT_OK(d_->start("a", args()));
    }
  }
  EXPECT_TRUE(eventually(seconds(30), [&] { return source_in_use("first"); })) << "and returns";
  ASSERT_EQ(next, kJobs);

  double trace_actual = 0;
  double trace_counterfactual = 0;
  int exact = 0;
  double total_actual = 0;
  double total_counterfactual = 0;
  for (int i = 0; i < kJobs; ++i) {
    const auto name = "day-" + std::to_string(i);
    SCOPED_TRACE(name);
    ASSERT_TRUE(
        eventually(seconds(120), [&] { return !jobs().annotation(name, "account").empty(); }));
    const auto object = jobs().get(name);
    EXPECT_EQ(jobs().pods(name).size(), 1U);
    const auto created = instant(object, "/metadata/creationTimestamp");
    const auto started = instant(object, "/status/startTime");
    const auto finished = instant(object, "/status/completionTime");
    const auto released = instant(object, "/metadata/annotations/carbon-aware.io~1released-at");
    EXPECT_LE(released, created + kMaxDelay + seconds(3));

    const auto account = Document::parse(jobs().annotation(name, "account"));
    ASSERT_TRUE(account.contains("average")) << account << "\n" << jobs().annotation(name, "plan");
    const auto& average = account["average"];
    EXPECT_NEAR(account["kWh"].get<double>(), kwh(finished - started), 2e-9) << account;
    EXPECT_GT(average["coverage"].get<double>(), 0.99) << account;
    const double actual = grams(started, finished - started);
    const double counterfactual = grams(created, finished - started);
    // Where a source fell silent its last value holds until another speaks.
    EXPECT_NEAR(average["actualGrams"].get<double>(), actual, kSilence * actual) << account;
    EXPECT_NEAR(average["counterfactualGrams"].get<double>(), counterfactual,
                kSilence * counterfactual)
        << account;
    if (std::abs(average["counterfactualGrams"].get<double>() - counterfactual) <
        0.002 * counterfactual)
      ++exact;
    trace_actual += actual;
    trace_counterfactual += counterfactual;
    ASSERT_TRUE(account.contains("marginal")) << account;
    EXPECT_NEAR(account["marginal"]["actualGrams"].get<double>(), actual * kMarginalScale,
                kSilence * actual * kMarginalScale)
        << account;
    total_actual += average["actualGrams"].get<double>();
    total_counterfactual += average["counterfactualGrams"].get<double>();
  }
  EXPECT_NEAR(total_actual, trace_actual, kDay * trace_actual);
  EXPECT_NEAR(total_counterfactual, trace_counterfactual, kDay * trace_counterfactual);
  EXPECT_GE(exact, kJobs / 2);
  // With a forecast that errs by a fifth, not every Job wins; the day as a whole does.
  EXPECT_LT(total_actual, total_counterfactual * 0.95);

  // The books hold each Job once, restart and failover notwithstanding; so do the metrics.
  const auto report = d_->cli({"report", "-o", "json"});
  ASSERT_OK(report);
  const auto totals = Document::parse(*report)["enforced"];
  EXPECT_EQ(totals["jobs"], kJobs) << totals;
  EXPECT_NEAR(totals["average"]["actualGrams"].get<double>(), total_actual, 2e-5) << totals;
  EXPECT_NEAR(totals["average"]["counterfactualGrams"].get<double>(), total_counterfactual, 2e-5);
  const std::string labels = std::string(R"({kind="average",mode="enforce",namespace=")") + kNs +
                             R"(",policy=")" + kNs + R"(/day"})";
  EXPECT_NEAR(d_->metric("a", "karbonetes_emissions_grams_total" + labels).value_or(0),
              total_actual, 2e-5);

  const auto signal = d_->cli({"signal", "-o", "json"});
  ASSERT_OK(signal);
  EXPECT_EQ(Document::parse(*signal)["sources"].size(), 3U) << *signal;
}

}  // namespace
}  // namespace karbonetes::envtest
