// What strangers and tenants try: weak TLS, slow connections, metrics without a right, ten thousand
// policies. On the real API server; the scan is Debian's testssl.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "harness/loopback_http.hpp"
#include "harness/ports.hpp"
#include "support/fault_test.hpp"
#include "support/files.hpp"

namespace karbonetes::envtest {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class SecurityTest : public FaultTest {
 protected:
  void SetUp() override {
    FaultTest::SetUp();
    start_leader("a");
  }
  // HTTP status of a GET at the webhook's port of "b".
  static int get(const std::string& path, const std::string& token) {
    const auto url = "https://127.0.0.1:" + std::to_string(karbonetes().webhook_port("b")) + path;
    std::vector<std::string> args{"-s",
                                  "-o",
                                  "/dev/null",
                                  "-w",
                                  "%{http_code}",
                                  "--cacert",
                                  plane().layout().pki("ca.crt").string(),
                                  url};
    if (!token.empty()) args.insert(args.begin(), {"-H", "Authorization: Bearer " + token});
    const auto done = harness::run({"/usr/bin/curl", args, {}}, "", seconds(20));
    return done ? std::atoi(done->out.c_str()) : -1;
  }
  static std::string token_of(const std::string& account) {
    EXPECT_OK(kubectl().call({"create", "serviceaccount", account, "-n", kNs}));
    auto token = kubectl().call({"create", "token", account, "-n", kNs}).value_or("");
    while (!token.empty() && token.back() == '\n') token.pop_back();
    return token;
  }
  static seconds wall() { return std::chrono::duration_cast<seconds>(now().time_since_epoch()); }
  // How long the API server takes for a Job that the webhook is asked about.
  static milliseconds admission_takes() {
    const auto began = std::chrono::steady_clock::now();
    EXPECT_OK(kubectl().call({"create", "--dry-run=server", "-n", kNs, "-f", "-"},
                             manifest(job("probe")).dump()));
    return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - began);
  }
};

TEST_F(SecurityTest, TheScanOfTheWebhooksTlsFindsNothing) {
  const auto report = karbonetes().dir() / "testssl.json";
  const auto done = harness::run(
      {"/usr/bin/testssl",
       {"--quiet", "--color", "0", "--warnings", "batch", "--severity", "MEDIUM", "--jsonfile",
        report.string(), "--protocols", "--std", "--fs", "--vulnerable", "--server-preference",
        "127.0.0.1:" + std::to_string(karbonetes().webhook_port("a"))},
       {}},
      "", seconds(240));
  ASSERT_OK(done) << "install it: apt-get install testssl.sh";
  EXPECT_NE(done->out.find("TLS 1.3"), std::string::npos) << done->out << done->err;
  std::ifstream in(report);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const auto findings = json::parse(text);
  ASSERT_OK(findings);
  for (const auto& finding : *findings) {
    const auto severity = finding.value("severity", "");
    EXPECT_TRUE(severity != "MEDIUM" && severity != "HIGH" && severity != "CRITICAL")
        << finding.dump();
  }
  // That it sees something at all: what it says of protocols is what we serve.
  EXPECT_NE(done->out.find("TLS 1.1    not offered"), std::string::npos) << done->out;
}

TEST_F(SecurityTest, MetricsAreForThoseWhoMay) {
  ASSERT_OK(karbonetes().start("b", {"--metrics-auth"}));
  const auto reader = token_of("reader"), other = token_of("other");
  ASSERT_OK(kubectl().call(
      {"create", "clusterrole", "metrics-reader", "--verb=get", "--non-resource-url=/metrics"}));
  ASSERT_OK(kubectl().call({"create", "clusterrolebinding", "metrics-reader",
                            "--clusterrole=metrics-reader",
                            "--serviceaccount=" + std::string(kNs) + ":reader"}));
  EXPECT_TRUE(eventually(seconds(20), [&] { return get("/metrics", reader) == 200; }));
  EXPECT_EQ(get("/metrics", other), 403);
  EXPECT_EQ(get("/metrics", "eyJhbGciOiJub25lIn0.e30."), 401);
  EXPECT_EQ(get("/metrics", ""), 401);
  const auto plain =
      harness::loopback_request(karbonetes().metrics_port("b"), "/metrics", "", seconds(5));
  ASSERT_OK(plain);
  EXPECT_EQ(plain->status, 403);
  const auto health =
      harness::loopback_request(karbonetes().metrics_port("b"), "/readyz", "", seconds(5));
  ASSERT_OK(health);
  EXPECT_EQ(health->status, 200);
}

TEST_F(SecurityTest, ConnectionsThatAreSlowOnPurposeDoNotStallAdmission) {
  std::vector<int> slow;
  for (int i = 0; i < 500; ++i) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(karbonetes().webhook_port("a"));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    slow.push_back(socket);
  }
  // A handshake that goes on for ever, a byte at a time.
  const auto began = wall();
  const auto trickle = [&] {
    for (const int socket : slow) (void)send(socket, "\x16", 1, MSG_NOSIGNAL);
  };
  trickle();
  for (int i = 0; i < 3; ++i) {
    EXPECT_LT(admission_takes(), seconds(2));
    trickle();
  }
  // And they are shown the door.
  EXPECT_TRUE(eventually(seconds(30),
                         [&] {
                           trickle();
                           char byte = 0;
                           return std::ranges::all_of(slow, [&](int socket) {
                             return recv(socket, &byte, 1, MSG_DONTWAIT | MSG_PEEK) >= 0 ||
                                    errno != EAGAIN;
                           });
                         }))
      << "open after " << (wall() - began).count() << " s";
  for (const int socket : slow) close(socket);
}

TEST_F(SecurityTest, TenThousandPoliciesOfATenantAreNobodyElsesTrouble) {
  ASSERT_OK(kubectl().call({"create", "namespace", "tenant"}));
  constexpr int kParts = 8, kEach = 1250;
  std::vector<std::jthread> threads;
  for (int part = 0; part < kParts; ++part) {
    threads.emplace_back([part] {
      json::Document list{
          {"apiVersion", "v1"}, {"kind", "List"}, {"items", json::Document::array()}};
      for (int i = 0; i < kEach; ++i) {
        list["items"].push_back({{"apiVersion", "carbon-aware.io/v1alpha1"},
                                 {"kind", "CarbonAwarePolicy"},
                                 {"metadata",
                                  {{"name", "p-" + std::to_string(part) + "-" + std::to_string(i)},
                                   {"annotations", {{"notes", std::string(2000, 'x')}}}}},
                                 {"spec", {{"maxDelay", "8h"}}}});
      }
      EXPECT_OK(kubectl().call({"create", "-n", "tenant", "-f", "-"}, list.dump(), seconds(240)));
    });
  }
  threads.clear();
  EXPECT_LT(admission_takes(), seconds(2));
  const Jobs jobs(kubectl());
  ASSERT_OK(jobs.create(job("neighbour").with("max-delay", "5s")));
  EXPECT_TRUE(eventually(seconds(20), [&] { return jobs.state("neighbour") == "released"; }));
  std::ifstream status("/proc/" + std::to_string(*karbonetes().pid("a")) + "/status");
  long peak = 0;
  for (std::string word; status >> word;) {
    if (word == "VmHWM:") status >> peak;
  }
  EXPECT_GT(peak, 0);
  EXPECT_LT(peak, 96 * 1024) << "KiB";
  (void)kubectl().call({"delete", "namespace", "tenant", "--wait=false"});
}

}  // namespace
}  // namespace karbonetes::envtest
