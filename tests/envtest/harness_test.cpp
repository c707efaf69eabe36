// The parts of the harness that need no control plane.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <future>
#include <set>
#include <thread>

#include "harness/audit.hpp"
#include "harness/certs.hpp"
#include "harness/layout.hpp"
#include "harness/plane.hpp"
#include "harness/ports.hpp"
#include "harness/process.hpp"
#include "support/eventually.hpp"
#include "support/matchers.hpp"

namespace karbonetes::harness {
namespace {

using envtest::eventually;
using envtest::is_ok;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

Command shell(const std::string& script) { return {"/bin/sh", {"-c", script}, {}}; }

class Folder : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "harness-test-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
  }

  std::filesystem::path folder_;
};

using ProcessTest = Folder;

TEST_F(ProcessTest, WritesBothStreamsToItsLogAndTellsHowItEnded) {
  auto process = Process::spawn(shell("echo out; echo err >&2; exit 3"), folder_ / "log");
  ASSERT_OK(process);
  const auto exit = process->wait(seconds(10));
  ASSERT_TRUE(exit);
  EXPECT_EQ(describe(*exit), "exited with status 3");
  EXPECT_EQ(tail(folder_ / "log", 5), "out\nerr");
}

TEST_F(ProcessTest, ProgramThatDoesNotExistIsNotFound) {
  const auto process = Process::spawn({"/no/such/program", {}, {}}, folder_ / "log");
  ASSERT_FALSE(process);
  EXPECT_EQ(process.error().code, Errc::NotFound);
  EXPECT_THAT(process.error().message, HasSubstr("/no/such/program"));
}

TEST_F(ProcessTest, StopKillsWhatIgnoresSigterm) {
  auto process =
      Process::spawn(shell("trap '' TERM; echo up; while :; do sleep 0.05; done"), folder_ / "log");
  ASSERT_OK(process);
  ASSERT_TRUE(eventually(seconds(10), [&] { return tail(folder_ / "log", 1) == "up"; }));
  EXPECT_EQ(process->stop(milliseconds(100)).signal, SIGKILL);
  EXPECT_FALSE(start_ticks(process->pid()));
}

TEST_F(ProcessTest, LeadsAGroupOfItsOwnAndGetsTheEnvironment) {
  Command command = shell("echo $COLOUR; echo $HOME");
  command.env = {{"COLOUR", "green"}, {"HOME", "/elsewhere"}};
  const auto done = run(command, {}, seconds(10));
  ASSERT_OK(done);
  EXPECT_EQ(done->out, "green\n/elsewhere\n");
  auto process = Process::spawn(shell("sleep 60"), folder_ / "log");
  ASSERT_OK(process);
  EXPECT_EQ(getpgid(process->pid()), process->pid());
}

TEST_F(ProcessTest, OutlivesTheThreadThatStartedIt) {
  // The kernel's parent-death signal follows the thread that forked.
  auto process = std::async(std::launch::async, [&] {
                   return Process::spawn(shell("sleep 60"), folder_ / "log");
                 }).get();
  ASSERT_OK(process);
  EXPECT_TRUE(envtest::always(milliseconds(300), [&] { return !process->poll().has_value(); }));
}

TEST_F(ProcessTest, DiesWithItsParent) {
  const pid_t parent = fork();
  if (parent == 0) {
    auto child = Process::spawn(shell("echo $$; exec sleep 60"), folder_ / "log");
    pause();
    _exit(child ? 0 : 1);
  }
  ASSERT_GT(parent, 0);
  ASSERT_TRUE(eventually(seconds(10), [&] { return !tail(folder_ / "log", 1).empty(); }));
  const pid_t child = std::stoi(tail(folder_ / "log", 1));
  ASSERT_TRUE(start_ticks(child));
  kill(parent, SIGKILL);
  waitpid(parent, nullptr, 0);
  EXPECT_TRUE(eventually(seconds(10), [&] { return !start_ticks(child); }));
}

TEST(Run, FeedsInputAndSeparatesTheStreams) {
  const std::string big(1u << 20, 'x');
  const auto done = run(shell("cat; echo oops >&2; exit 4"), big, seconds(20));
  ASSERT_OK(done);
  EXPECT_EQ(done->out, big);
  EXPECT_EQ(done->err, "oops\n");
  EXPECT_EQ(done->exit.code, 4);
  EXPECT_FALSE(done->ok());
}

TEST(Run, InputThatNobodyReadsIsNoError) {
  const auto done = run(shell("exec <&-; echo done"), std::string(1u << 20, 'x'), seconds(20));
  ASSERT_OK(done);
  EXPECT_EQ(done->out, "done\n");
}

TEST(Run, EndsAtItsDeadlineAndOnRequest) {
  const auto late = run({"/bin/sleep", {"60"}, {}}, {}, milliseconds(100));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::Timeout);
  std::stop_source stop;
  stop.request_stop();
  const auto cancelled = run({"/bin/sleep", {"60"}, {}}, {}, seconds(60), stop.get_token());
  ASSERT_FALSE(cancelled);
  EXPECT_EQ(cancelled.error().code, Errc::Cancelled);
}

using TailTest = Folder;

TEST_F(TailTest, TakesTheLastLines) {
  write("log", "one\ntwo\nthree\n");
  EXPECT_EQ(tail(folder_ / "log", 2), "two\nthree");
  EXPECT_EQ(tail(folder_ / "log", 9), "one\ntwo\nthree");
  EXPECT_EQ(tail(folder_ / "none", 2), "");
  write("empty", "");
  EXPECT_EQ(tail(folder_ / "empty", 2), "");
}

TEST(Ports, AreDistinctFreeAndBelowTheEphemeralRange) {
  const auto ports = free_ports(20);
  ASSERT_OK(ports);
  EXPECT_EQ(std::set<std::uint16_t>(ports->begin(), ports->end()).size(), 20u);
  std::ifstream in("/proc/sys/net/ipv4/ip_local_port_range");
  int lowest = 32768;
  in >> lowest;
  for (const auto port : *ports) {
    if (lowest > 21000) {
      EXPECT_LT(port, lowest);
    }
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0) << port;
    close(fd);
  }
}

using CertsTest = Folder;

// The openssl command as the second opinion.
Result<Completed> openssl(std::vector<std::string> args, const std::string& input = {}) {
  return run({"/usr/bin/openssl", std::move(args), {}}, input, seconds(20));
}

TEST_F(CertsTest, ServerCertificateVerifiesAgainstItsAuthorityAndItsName) {
  const auto ca = CertificateAuthority::make("test-ca");
  ASSERT_OK(ca);
  const auto pair = ca->issue_server({"127.0.0.1", "localhost"});
  ASSERT_OK(pair);
  write("ca.crt", ca->certificate_pem());
  write("server.crt", pair->certificate_pem);
  const auto verify = [&](const std::string& option, const std::string& name,
                          const std::string& purpose) {
    const auto done = openssl({"verify", "-CAfile", folder_ / "ca.crt", "-x509_strict", option,
                               name, "-purpose", purpose, folder_ / "server.crt"});
    return done && done->ok();
  };
  EXPECT_TRUE(verify("-verify_ip", "127.0.0.1", "sslserver"));
  EXPECT_TRUE(verify("-verify_hostname", "localhost", "sslserver"));
  EXPECT_FALSE(verify("-verify_hostname", "example.org", "sslserver"));
  EXPECT_FALSE(verify("-verify_ip", "127.0.0.1", "sslclient"));

  const auto stranger = CertificateAuthority::make("test-ca");
  ASSERT_OK(stranger);
  write("ca.crt", stranger->certificate_pem());
  EXPECT_FALSE(verify("-verify_ip", "127.0.0.1", "sslserver"));
}

TEST(Certs, ClientCertificateCarriesUserAndGroups) {
  const auto ca = CertificateAuthority::make("test-ca");
  ASSERT_OK(ca);
  const auto pair = ca->issue_client("jane", {"dev", "ops"});
  ASSERT_OK(pair);
  const auto subject = openssl({"x509", "-noout", "-subject"}, pair->certificate_pem);
  ASSERT_OK(subject);
  EXPECT_THAT(subject->out,
              testing::AllOf(HasSubstr("CN = jane"), HasSubstr("O = dev"), HasSubstr("O = ops")));
}

TEST(Certs, RefusesWhatIsNoName) {
  const auto ca = CertificateAuthority::make("test-ca");
  ASSERT_OK(ca);
  for (const std::string bad : {"", "a b", "x,IP:8.8.8.8", "DNS:evil"}) {
    const auto pair = ca->issue_server({bad});
    ASSERT_FALSE(pair) << bad;
    EXPECT_EQ(pair.error().code, Errc::InvalidArgument);
  }
  EXPECT_FALSE(ca->issue_server({}));
  EXPECT_FALSE(ca->issue_client("", {}));
}

using AuditTest = Folder;

constexpr const char* kPatchLine =
    R"({"stage":"ResponseComplete","requestURI":"/apis/batch/v1/namespaces/n/jobs/j","verb":"patch",)"
    R"("user":{"username":"jane"},"userAgent":"kubectl","objectRef":{"resource":"jobs",)"
    R"("namespace":"n","name":"j","apiGroup":"batch"},"responseStatus":{"code":200},)"
    R"("requestReceivedTimestamp":"2026-01-01T00:00:00.000001Z",)"
    R"("requestObject":[{"op":"replace","path":"/spec/suspend","value":false}]})";

TEST_F(AuditTest, ReadsFinishedRequestsWithTheirBodies) {
  write("audit.log", std::string(R"({"stage":"ResponseStarted","verb":"watch"})") + "\n" +
                         kPatchLine + "\n" + R"({"stage":"ResponseComplete","verb":"del)");
  const auto events = read_audit_log(folder_ / "audit.log");
  ASSERT_OK(events);
  ASSERT_EQ(events->size(), 1u);
  const AuditEvent& event = events->front();
  EXPECT_EQ(event.verb, "patch");
  EXPECT_EQ(event.user, "jane");
  EXPECT_EQ(event.group, "batch");
  EXPECT_EQ(event.resource, "jobs");
  EXPECT_EQ(event.ns, "n");
  EXPECT_EQ(event.name, "j");
  EXPECT_EQ(event.code, 200);
  EXPECT_EQ(event.received, "2026-01-01T00:00:00.000001Z");
  EXPECT_EQ(event.request[0]["path"], "/spec/suspend");
}

TEST_F(AuditTest, FiltersAndTellsOfABrokenLine) {
  write("audit.log", std::string(kPatchLine) + "\n");
  const auto none = read_audit_log(folder_ / "audit.log",
                                   [](const AuditEvent& event) { return event.verb == "create"; });
  ASSERT_OK(none);
  EXPECT_TRUE(none->empty());
  write("audit.log", std::string(kPatchLine) + "\nnot json\n");
  const auto broken = read_audit_log(folder_ / "audit.log");
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, Errc::Parse);
  EXPECT_THAT(broken.error().message, EndsWith(":2: not an audit event"));
  EXPECT_EQ(read_audit_log(folder_ / "none").error().code, Errc::NotFound);
}

using LayoutTest = Folder;

TEST_F(LayoutTest, MissingBinariesNameTheProgramAndTheScript) {
  Options options;
  options.bin_dir = folder_;
  const auto bin = find_binaries(options);
  ASSERT_FALSE(bin);
  EXPECT_EQ(bin.error().code, Errc::NotFound);
  EXPECT_THAT(bin.error().message,
              testing::AllOf(HasSubstr("kubectl"), HasSubstr("scripts/build-control-plane.sh")));
}

TEST_F(LayoutTest, RemovesOnlyWhatIsOurs) {
  const Layout layout{folder_ / "plane", {}};
  std::filesystem::create_directories(layout.logs());
  write("plane/admin.kubeconfig", "x");
  write("plane/thesis.txt", "years of work");
  remove_files(layout);
  EXPECT_FALSE(std::filesystem::exists(layout.logs()));
  EXPECT_FALSE(std::filesystem::exists(layout.kubeconfig("admin")));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "plane" / "thesis.txt"));
}

using StartTest = Folder;

TEST_F(StartTest, PartThatDiesIsNamedWithTheLastLinesOfItsLog) {
  // An etcd that only fails, beside parts that stay.
  for (const std::string program : {"etcd", "kube-apiserver", "kube-controller-manager",
                                    "kube-scheduler", "kubectl", "kwok", "karpenter"}) {
    write(program, program == "etcd" ? "#!/bin/sh\necho $0 has no disk left\nexit 7\n"
                                     : "#!/bin/sh\nexec sleep 60\n");
    std::filesystem::permissions(folder_ / program, std::filesystem::perms::owner_all);
  }
  Options options;
  options.bin_dir = folder_;
  options.directory = folder_ / "plane";
  const auto plane = Plane::start(std::move(options));
  ASSERT_FALSE(plane);
  EXPECT_EQ(plane.error().code, Errc::Unavailable);
  EXPECT_THAT(plane.error().message, testing::AllOf(HasSubstr("etcd exited with status 7"),
                                                    HasSubstr("has no disk left")));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "plane")) << "a failed start leaves nothing";
}

TEST_F(StartTest, StopsWhenAsked) {
  for (const char* program : {"etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler",
                              "kubectl", "kwok", "karpenter"}) {
    write(program, "#!/bin/sh\nexec sleep 60\n");
    std::filesystem::permissions(folder_ / program, std::filesystem::perms::owner_all);
  }
  std::stop_source stop;
  Options options;
  options.bin_dir = folder_;
  options.stop = stop.get_token();
  stop.request_stop();
  const auto plane = Plane::start(std::move(options));
  ASSERT_FALSE(plane);
  EXPECT_EQ(plane.error().code, Errc::Cancelled);
}

}  // namespace
}  // namespace karbonetes::harness
