// bench_webhook: the admission webhook under load, beside the same server with a constant answer
// and, with --peer, the Go peer. Rounds are interleaved, the median of each figure is shown: the
// machine is shared. Prints a table, writes JSON. `bench_webhook constant` is that server.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>
#include <map>
#include <thread>

#include "harness/loopback_http.hpp"
#include "harness/plane.hpp"
#include "harness/ports.hpp"
#include "http/server.hpp"
#include "scale/usage.hpp"
#include "webhook/load.hpp"

namespace karbonetes::bench {
namespace {

using json::Document;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* kPath = "/mutate-batch-v1-job";
constexpr const char* kPatched = "JSONPatch";

std::string read(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Options {
  std::string peer, out = "webhook.json",
                    body = KARBONETES_SOURCE_DIR "/tests/data/admission-review.json";
  std::vector<int> connections{1, 8, 64};
  int rounds = 3, ms = 3000;
  std::uint16_t port = 0;  // of `constant`
  std::string answer, certificate, key;
};

// The server of the product with its settings, and nothing behind it.
int serve_constant(const Options& o) {
  http::ServerOptions server;
  server.address = "127.0.0.1";
  server.port = o.port;
  server.threads = 2;  // as the controller's webhook
  server.tls = http::ServerTls{read(o.certificate), read(o.key), ""};
  const std::string answer = read(o.answer);
  auto started = http::Server::start(server, [&](http::Request&&, const http::Reply& reply) {
    reply({200, {{"Content-Type", "application/json"}}, answer});
  });
  if (!started) {
    fmt::print(stderr, "error: {}\n", started.error().message);
    return 1;
  }
  sigset_t wait_for;
  sigemptyset(&wait_for);
  sigaddset(&wait_for, SIGTERM);
  int got = 0;
  sigwait(&wait_for, &got);
  return 0;
}

struct Target {
  std::string name;
  std::uint16_t port = 0;
  harness::Process process;
};

class Run {
 public:
  explicit Run(Options options) : options_(std::move(options)), body_(read(options_.body)) {}

  Status all() {
    if (auto s = start(); !s) return s;
    for (const int connections : options_.connections) {
      if (auto s = compare(connections, false); !s) return s;
    }
    if (auto s = compare(8, true); !s) return s;
    std::ofstream(options_.out) << rows_.dump(2) << '\n';
    fmt::print("written to {}\n", options_.out);
    return {};
  }

 private:
  Load load(const Target& target, int connections, bool reconnect, int ms) const {
    return {target.port, kPath, body_, connections, reconnect, milliseconds(ms)};
  }

  Status start() {
    harness::Options o;
    o.controllers = o.kwok = o.karpenter = false;
    auto plane = harness::Plane::start(o);
    if (!plane) return fail(plane.error());
    plane_ = std::move(*plane);
    if (auto s = plane_->kubectl().apply_file(KARBONETES_SOURCE_DIR "/config/crd/bases"); !s)
      return s;
    if (auto s = plane_->kubectl().call({"create", "namespace", "karbonetes-system"}); !s)
      return fail(s.error());
    const auto pair = plane_->serving_certificate({"127.0.0.1"});
    if (!pair) return fail(pair.error());
    dir_ = plane_->layout().root;
    for (const auto& [name, text] :
         {std::pair{"tls.crt", pair->certificate_pem}, std::pair{"tls.key", pair->private_key_pem}})
      std::ofstream(dir_ / name) << text;

    const auto bin = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    const auto kubeconfig = plane_->kubeconfig().string();
    const auto certificate = (dir_ / "tls.crt").string(), key = (dir_ / "tls.key").string();
    // Never green: the Job of the body is held.
    std::ofstream(dir_ / "windows.yaml") << "timeZone: UTC\nwindows: []\n";
    std::ofstream(dir_ / "green") << "false\n";
    const auto metrics = harness::free_ports(1);
    if (!metrics) return fail(metrics.error());
    const auto local = [](std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); };
    auto s = add("karbonetes", bin / "karbonetes-controller", [&](std::uint16_t port) {
      return std::vector<std::string>{"--kubeconfig",     kubeconfig,
                                      "--webhook-listen", local(port),
                                      "--metrics-listen", local(metrics->front()),
                                      "--tls-cert-file",  certificate,
                                      "--tls-key-file",   key,
                                      "--windows-file",   (dir_ / "windows.yaml").string()};
    });
    if (!s) return s;
    const auto answer = ask_once(load(targets_.front(), 1, false, 0));
    if (!answer) return fail(answer.error());
    if (answer->find(kPatched) == std::string::npos)
      return fail(Errc::Invalid, "the webhook does not hold the Job: " + *answer);
    std::ofstream(dir_ / "answer.json") << *answer;
    s = add("constant answer", bin / "bench_webhook", [&](std::uint16_t port) {
      return std::vector<std::string>{"constant",
                                      "--port",
                                      std::to_string(port),
                                      "--answer",
                                      (dir_ / "answer.json").string(),
                                      "--certificate",
                                      certificate,
                                      "--key",
                                      key};
    });
    if (!s || options_.peer.empty()) return s;
    return add("controller-runtime", options_.peer, [&](std::uint16_t port) {
      return std::vector<std::string>{"--mode=webhook", "--webhook-port=" + std::to_string(port),
                                      "--cert-dir=" + dir_.string(), "--kubeconfig=" + kubeconfig,
                                      "--green-file=" + (dir_ / "green").string()};
    });
  }

  template <typename Args>
  Status add(const std::string& name, const std::filesystem::path& program, Args&& args) {
    const auto ports = harness::free_ports(1);
    if (!ports) return fail(ports.error());
    const auto log = dir_ / (program.filename().string() + ".log");
    auto process = harness::Process::spawn({program, args(ports->front()), {}}, log);
    if (!process) return fail(process.error());
    targets_.push_back({name, ports->front(), std::move(*process)});
    for (int i = 0; i < 300; ++i) {
      if (ask_once(load(targets_.back(), 1, false, 0))) return {};
      std::this_thread::sleep_for(milliseconds(50));
    }
    return fail(Errc::Timeout, name + " does not answer:\n" + harness::tail(log, 20));
  }

  Status compare(int connections, bool reconnect) {
    std::map<std::string, std::vector<Document>> rounds;
    for (int round = 0; round < options_.rounds; ++round) {
      for (const auto& target : targets_) {
        // Warm: connections, caches, the Go runtime's heap.
        if (auto warm = run_load(load(target, connections, reconnect, 300), kPatched); !warm)
          return fail(Errc::Unavailable, target.name + ": " + warm.error().message);
        const auto before = usage_of(target.process.pid());
        const auto took = run_load(load(target, connections, reconnect, options_.ms), kPatched);
        if (!took) return fail(Errc::Unavailable, target.name + ": " + took.error().message);
        const auto after = usage_of(target.process.pid());
        const double cpu = after.cpu_seconds - before.cpu_seconds;
        const auto count = static_cast<double>(took->us.size());
        rounds[target.name].push_back({{"rate", count / took->seconds},
                                       {"p50_us", took->at(0.5)},
                                       {"p90_us", took->at(0.9)},
                                       {"p99_us", took->at(0.99)},
                                       {"p999_us", took->at(0.999)},
                                       {"cpu_us", cpu / count * 1e6},
                                       {"per_cpu_s", count / std::max(cpu, 0.01)},
                                       {"rss_kib", after.rss_kib}});
      }
    }
    show(connections, reconnect, rounds);
    return {};
  }

  static double median(const std::vector<Document>& rounds, const char* key) {
    std::vector<double> all;
    for (const auto& round : rounds) all.push_back(round[key].get<double>());
    std::ranges::sort(all);
    return all[all.size() / 2];
  }

  void show(int connections, bool reconnect,
            const std::map<std::string, std::vector<Document>>& rounds) {
    fmt::print("\n{} connection{}{}\n", connections, connections == 1 ? "" : "s",
               reconnect ? ", a new one for each request" : ", kept alive");
    fmt::print("  {:<20} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>10} {:>8}\n", "", "req/s", "p50 us",
               "p90 us", "p99 us", "p99.9 us", "CPU us", "req/CPU-s", "RSS MiB");
    for (const auto& target : targets_) {
      const auto& r = rounds.at(target.name);
      fmt::print(
          "  {:<20} {:>9.0f} {:>9.0f} {:>9.0f} {:>9.0f} {:>9.0f} {:>9.0f} {:>10.0f} {:>8.1f}\n",
          target.name, median(r, "rate"), median(r, "p50_us"), median(r, "p90_us"),
          median(r, "p99_us"), median(r, "p999_us"), median(r, "cpu_us"), median(r, "per_cpu_s"),
          median(r, "rss_kib") / 1024);
      rows_.push_back({{"who", target.name},
                       {"connections", connections},
                       {"reconnect", reconnect},
                       {"rounds", r}});
    }
  }

  const Options options_;
  const std::string body_;
  std::unique_ptr<harness::Plane> plane_;
  std::filesystem::path dir_;
  std::vector<Target> targets_;  // stopped before the plane
  Document rows_ = Document::array();
};

}  // namespace
}  // namespace karbonetes::bench

int main(int argc, char** argv) {
  using namespace karbonetes;  // NOLINT(google-build-using-namespace): the one place that wires
  ::signal(SIGPIPE, SIG_IGN);
  bench::Options o;
  CLI::App app{"The admission webhook under load"};
  app.add_option("--peer", o.peer, "Program of bench/peers/controller-runtime")
      ->check(CLI::ExistingFile);
  app.add_option("--connections", o.connections, "Numbers, with commas")->delimiter(',');
  app.add_option("--rounds", o.rounds, "Of each, interleaved")->check(CLI::Range(1, 100));
  app.add_option("--ms", o.ms, "Of each round")->check(CLI::Range(100, 600'000));
  app.add_option("--body", o.body, "AdmissionReview to send")->check(CLI::ExistingFile);
  app.add_option("--out", o.out, "JSON");
  auto* constant = app.add_subcommand("constant", "Serve one answer to everybody");
  constant->add_option("--port", o.port)->required();
  constant->add_option("--answer", o.answer)->required();
  constant->add_option("--certificate", o.certificate)->required();
  constant->add_option("--key", o.key)->required();
  CLI11_PARSE(app, argc, argv);
  if (constant->parsed()) {
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
    return bench::serve_constant(o);
  }
  if (auto done = bench::Run(std::move(o)).all(); !done) {
    fmt::print(stderr, "error: {}\n", done.error().message);
    return 1;
  }
  return 0;
}
