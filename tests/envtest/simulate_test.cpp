// One day on the real control plane and in the simulator: an hour lasts four seconds, the same
// trace is replayed to the controller and read by `karbonetes simulate`'s own code, and the
// cluster's Jobs are its workload. Job by Job the same start, and the same account to the gram.
#include <gmock/gmock.h>

#include <fstream>

#include "base/clock.hpp"
#include "base/text_file.hpp"
#include "ledger/energy.hpp"
#include "simulate/input/trace_file.hpp"
#include "simulate/run.hpp"
#include "support/deployment.hpp"
#include "support/eventually.hpp"
#include "support/jobs.hpp"
#include "support/matchers.hpp"

namespace karbonetes::envtest {
namespace {

using json::Document;
using simulate::Rule;
using std::chrono::seconds;

constexpr Millis kHour = seconds(4);
constexpr double kFaster = 900;  // than the clock: what is an hour here is four seconds there
constexpr Millis kMaxDelay = kHour * 12;
constexpr int kVcpu = 4;
// A Job is created and unsuspended in whole seconds of the API server's clock, and its patch takes
// its time; another decision would be an hour away.
constexpr Millis kClocks = Millis(1'900);

struct Strategy {
  const char* policy;
  const char* crd;
  Rule rule;
};
constexpr Strategy kStrategies[] = {{"slot", "LowestSlot", Rule::LowestSlot},
                                    {"window", "LowestWindow", Rule::LowestWindow},
                                    {"rate", "CarbonTime", Rule::CarbonTime},
                                    {"green", "FirstGreen", Rule::FirstGreen}};
constexpr int kGreenBelow = 240;

// Of the trace, by the hour: nights and noons of unlike depth, no two hours alike.
double intensity(int hour) {
  const int of_day = hour % 24;
  const double shape[] = {210, 190, 185, 205, 260, 330, 390, 420, 400, 350, 290, 235,
                          215, 225, 270, 320, 380, 430, 455, 440, 390, 330, 280, 240};
  return shape[of_day] + 7 * (hour / 24) + hour % 5;
}

struct Submitted {
  std::string name;
  const Strategy* strategy;
  Millis expected;
};

TimePoint instant(const Document& object, const char* pointer) {
  return parse_rfc3339(object.value(Document::json_pointer(pointer), "")).value_or(TimePoint{});
}

class SimulateTest : public testing::Test {
 protected:
  void SetUp() override {
    auto plane = harness::Plane::start(harness::Options{});
    ASSERT_OK(plane);
    plane_ = std::move(*plane);
    auto deployment = Deployment::install(*plane_);
    ASSERT_OK(deployment);
    d_ = std::move(*deployment);
    write_trace();
    for (const Strategy& strategy : kStrategies) ASSERT_OK(apply_policy(strategy));
    std::ofstream(signals()) << "sources:\n  - {name: grid, type: replay, zone: GRID, file: '"
                             << trace().string() << "', refresh: 1s}\n";
    ASSERT_OK(d_->start("a", {"--signal-config", signals().string()}));
    ASSERT_OK(d_->register_webhook("a"));
  }
  void TearDown() override {
    if (HasFailure() && d_) std::cerr << "controller log:\n" << d_->log_tail("a") << "\n";
  }

  [[nodiscard]] std::filesystem::path trace() const { return d_->dir() / "grid.csv"; }
  [[nodiscard]] std::filesystem::path signals() const { return d_->dir() / "signals.yaml"; }

  // From a day ago, so that nothing is unobserved, for four days.
  void write_trace() const {
    const auto now = std::chrono::floor<seconds>(SystemClock().now());
    std::ofstream out(trace());
    out << "time,intensity\n";
    for (int hour = 0; hour < 24 * 5; ++hour)
      out << format_rfc3339(now + kHour * (hour - 24)) << "," << intensity(hour) << "\n";
  }
  [[nodiscard]] Status apply_policy(const Strategy& strategy) const {
    Document spec = {{"strategy", strategy.crd}, {"maxDelay", format_duration(kMaxDelay)}};
    if (strategy.rule == Rule::FirstGreen)
      spec["green"] = {{"threshold", {{"gramsPerKWh", kGreenBelow}, {"hysteresisPercent", 0}}}};
    const Document policy = {{"apiVersion", "carbon-aware.io/v1alpha1"},
                             {"kind", "CarbonAwarePolicy"},
                             {"metadata", {{"name", strategy.policy}, {"namespace", kNs}}},
                             {"spec", spec}};
    return plane_->kubectl().apply(policy.dump());
  }
  [[nodiscard]] Jobs jobs() const { return Jobs(plane_->kubectl()); }

  Submitted submit(int number) {
    const Strategy& strategy = kStrategies[number % 4];
    const Millis expected = kHour * (1 + number % 3);
    Submitted out{"sim-" + std::to_string(number), &strategy, expected};
    auto spec = job(out.name)
                    .with("policy", strategy.policy)
                    .with("expected-duration", format_duration(expected));
    spec.cpu = std::to_string(kVcpu);
    spec.run_for = format_duration(expected);
    EXPECT_OK(jobs().create(spec));
    return out;
  }

  std::unique_ptr<harness::Plane> plane_;
  std::unique_ptr<Deployment> d_;
};

TEST_F(SimulateTest, ClusterAndSimulatorAgreeJobByJob) {
  // Just after a whole second, which is all that is told of a creation.
  const auto begin = std::chrono::ceil<seconds>(SystemClock().now());
  std::vector<Submitted> submitted;
  for (int number = 0; number < 24; ++number) {
    const auto when = begin + kHour * number;
    (void)eventually(when - SystemClock().now(), [&] { return SystemClock().now() >= when; });
    submitted.push_back(submit(number));
  }

  const auto text = read_text_file(trace().string(), 1 << 20);
  ASSERT_OK(text);
  simulate::TraceOptions options;
  options.file = "grid.csv";
  const auto traces = simulate::read_traces(*text, options);
  ASSERT_OK(traces);
  const simulate::Trace& grid = traces->front();
  ledger::Requests requests;
  requests.vcpu = kVcpu;
  const double kw = ledger::kw_per_pod(requests, ledger::model_of(ledger::CloudProvider::Gcp));

  double cluster_saved = 0;
  double simulated_saved = 0;
  int waited = 0;
  for (const Submitted& each : submitted) {
    SCOPED_TRACE(each.name + " " + each.strategy->crd);
    ASSERT_TRUE(
        eventually(seconds(180), [&] { return !jobs().annotation(each.name, "account").empty(); }));
    const auto object = jobs().get(each.name);
    const auto created = instant(object, "/metadata/creationTimestamp");
    const auto started = instant(object, "/status/startTime");
    const auto finished = instant(object, "/status/completionTime");
    const auto deadline = instant(object, "/metadata/annotations/carbon-aware.io~1deadline");

    simulate::Job job;
    job.arrival = created;
    job.duration = finished - started;
    job.expected = each.expected;
    job.delay_cap = deadline - created;
    job.kw = static_cast<float>(kw);
    job.vcpu = kVcpu;
    simulate::Workload workload;
    workload.jobs = {job};
    workload.namespaces = {kNs};
    workload.series = {each.name};
    simulate::Scenario scenario;
    scenario.rule = each.strategy->rule;
    scenario.max_delay = kMaxDelay;
    scenario.durations = simulate::Durations::Learned;
    scenario.green = carbon::AbsoluteThreshold{carbon::Intensity<carbon::Average>(kGreenBelow), 0};
    // A start at once gets dearer with each moment of a cheap hour, so the very instant counts, and
    // that of the admission is known to the second.
    simulate::Ran ran;
    for (const int later : {0, 150, 300, 450, 600}) {
      workload.jobs[0].arrival = created + Millis(later);
      workload.jobs[0].delay_cap = deadline - workload.jobs[0].arrival;
      const auto runs = simulate::run(grid, workload, scenario);
      ASSERT_OK(runs);
      ran = runs->front();
      if (std::chrono::abs(started - ran.started) <= kClocks) break;
    }

    // The same start.
    EXPECT_LE(std::chrono::abs(started - ran.started), kClocks)
        << "the cluster started it at " << format_rfc3339(started) << ", the simulator at "
        << format_rfc3339(ran.started) << "; created " << format_rfc3339(created) << "\n"
        << jobs().annotation(each.name, "decision") << "\n"
        << jobs().annotation(each.name, "plan");
    if (started - created > kHour) ++waited;

    // The same account: over the same run to rounding, over the simulator's own run to what two
    // seconds are worth; in grams of the day that is simulated.
    const auto account = Document::parse(jobs().annotation(each.name, "account"));
    ASSERT_TRUE(account.contains("average")) << account;
    const double actual = account["average"]["actualGrams"].get<double>() * kFaster;
    const double at_once = account["average"]["counterfactualGrams"].get<double>() * kFaster;
    EXPECT_NEAR(simulate::grams_of(job, started, *grid.actual) * kFaster, actual, 0.005 * actual)
        << account;
    EXPECT_NEAR(simulate::grams_of(job, created, *grid.actual) * kFaster, at_once, 0.005 * at_once)
        << account;
    EXPECT_NEAR(ran.grams * kFaster, actual, 1.0) << account;
    cluster_saved += at_once - actual;
    simulated_saved +=
        simulate::grams_of(job, created, *grid.actual) * kFaster - ran.grams * kFaster;
  }
  EXPECT_GE(waited, 8) << "a day on which nothing waits shows nothing";
  EXPECT_GT(cluster_saved, 0);
  EXPECT_NEAR(simulated_saved, cluster_saved, 0.05 * cluster_saved);
  std::cout << "saved by the cluster " << cluster_saved << " g, by the simulator "
            << simulated_saved << " g, " << waited << " of " << submitted.size()
            << " Jobs waited\n";
}

}  // namespace
}  // namespace karbonetes::envtest
