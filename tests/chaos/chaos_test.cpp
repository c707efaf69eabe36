#include "chaos/chaos_test.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <iostream>

#include "harness/ports.hpp"

namespace karbonetes::chaos {

namespace {

using envtest::eventually;

int from_env(const char* name, int otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::atoi(text);
}

unsigned seed() { return static_cast<unsigned>(from_env("KARBONETES_CHAOS_SEED", 1)); }

std::string read(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

milliseconds ChaosTest::lasts() { return seconds(from_env("KARBONETES_CHAOS_SECONDS", 6)); }

void ChaosTest::SetUpTestSuite() {
  FaultTest::SetUpTestSuite();
  if (HasFatalFailure()) return;
  const auto ports = harness::free_ports(2);
  ASSERT_OK(ports);
  const auto network_port = (*ports)[0], proxy_port = (*ports)[1];
  auto proxy = ApiProxy::start(plane(), proxy_port);
  ASSERT_OK(proxy);
  proxy_ = std::move(*proxy);
  relay_ = std::make_unique<TcpRelay>(network_port, proxy_port, seed());
  // By token: a proxy that ends TLS cannot pass a client certificate on.
  ASSERT_OK(kubectl().call({"create", "serviceaccount", "chaos", "-n", "karbonetes-system"}));
  ASSERT_OK(kubectl().call({"create", "clusterrolebinding", "chaos", "--clusterrole=cluster-admin",
                            "--serviceaccount=karbonetes-system:chaos"}));
  const auto kubeconfig = plane().service_account_kubeconfig("karbonetes-system", "chaos");
  ASSERT_OK(kubeconfig);
  auto text = read(*kubeconfig);
  const auto direct = "127.0.0.1:" + std::to_string(plane().ports().apiserver);
  text.replace(text.find(direct), direct.size(), "127.0.0.1:" + std::to_string(network_port));
  kubeconfig_ = karbonetes().dir() / "chaos.kubeconfig";
  std::ofstream(kubeconfig_) << text;
}

void ChaosTest::TearDownTestSuite() {
  relay_.reset();
  proxy_.reset();
  FaultTest::TearDownTestSuite();
}

envtest::Deployment::Launch ChaosTest::through_chaos() {
  envtest::Deployment::Launch launch;
  launch.kubeconfig = kubeconfig_;
  return launch;
}

void ChaosTest::SetUp() {
  FaultTest::SetUp();
  if (HasFatalFailure()) return;
  random_.seed(seed());
  for (const char* replica : {"a", "b"}) karbonetes().prepare(replica, through_chaos());
  start_leader("a", {"--release-per-minute", "0"});
}

void ChaosTest::TearDown() {
  proxy().set({});
  network().set({});
  FaultTest::TearDown();
  for (const char* replica : {"a", "b"}) karbonetes().prepare(replica, {});
  (void)kubectl().call({"delete", "jobs", "--all", "-n", envtest::kNs, "--wait=false"});
}

void ChaosTest::sleep(milliseconds time) const {
  std::this_thread::sleep_until(std::min(ends_, std::chrono::steady_clock::now() + time));
}

void ChaosTest::now_and_then(milliseconds between, const std::function<void()>& fn) {
  while (std::chrono::steady_clock::now() < ends_) {
    fn();
    sleep(milliseconds(static_cast<long>(static_cast<double>(between.count()) * (0.5 + chance()))));
  }
}

void ChaosTest::set_green(bool green) {
  const auto before = now();
  if (green) green_since_ = before;
  EXPECT_OK(karbonetes().set_green(green));
  if (!green && green_since_ != TimePoint{}) {
    world_.green.add({green_since_, now()});
    green_since_ = {};
  }
}

void ChaosTest::expect_leader() {
  EXPECT_TRUE(eventually(seconds(60), [] { return leads("a") || leads("b"); }));
}

void ChaosTest::survive(const std::string& fault, bool impaired,
                        const std::function<int()>& chaos) {
  if (HasFatalFailure()) return;
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  std::string run = test->name();
  std::ranges::transform(run, run.begin(), [](unsigned char c) { return std::tolower(c); });
  Population population(kubectl(), run.substr(0, 30), seed());
  const auto began = now();
  ends_ = std::chrono::steady_clock::now() + lasts();
  population.start(from_env("KARBONETES_CHAOS_JOBS", 40), lasts() * 9 / 10);
  const int tries = chaos();
  EXPECT_GT(tries, 0) << "the fault did not happen: the test proves nothing";
  proxy().set({});
  network().set({});
  population.finish();
  // What was broken when it was healed is noticed a moment later.
  if (impaired) world_.impaired.add({began, now()});
  ASSERT_OK(plane().wait_ready());
  expect_leader();

  // Deadlines first, then green for those with time.
  Auditor auditor(plane(), world_);
  const auto names = population.names();
  std::set<std::string> early;
  for (const auto& name : names) {
    if (!name.starts_with(kPatient)) early.insert(name);
  }
  std::string what;
  EXPECT_TRUE(eventually(seconds(90), [&] { return auditor.at_rest(early, what); })) << what;
  set_green(true);
  // A watch that went silent is given up after 90 s; green is no deadline.
  EXPECT_TRUE(eventually(seconds(120), [&] { return auditor.at_rest(names, what); })) << what;
  world_.green.add({green_since_, now()});

  const auto verdict = auditor.check(names);
  EXPECT_EQ(verdict.jobs, static_cast<int>(names.size()));
  for (const auto& violation : verdict.violations) ADD_FAILURE() << violation;
  report(fault, tries, verdict);
}

void ChaosTest::report(const std::string& fault, int tries, const Verdict& verdict) const {
  std::cout << fmt::format("{}: {} times, {} Jobs, {} violations\n", fault, tries, verdict.jobs,
                           verdict.violations.size());
  const char* file = std::getenv("KARBONETES_CHAOS_REPORT");
  if (file == nullptr) return;
  const json::Document line{{"fault", fault},
                            {"seed", seed()},
                            {"tries", tries},
                            {"jobs", verdict.jobs},
                            {"violations", verdict.violations}};
  std::ofstream(file, std::ios::app) << line.dump() << '\n';
}

}  // namespace karbonetes::chaos
