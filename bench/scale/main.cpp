// bench_scale: so many waiting Jobs on a real API server, and what they cost Karbonetes and its
// peers. Prints a table, writes JSON. See docs/performance.md for the figures and how to read them.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <fstream>

#include "base/clock.hpp"
#include "kube/client/config.hpp"
#include "kube/client/paths.hpp"
#include "scale/measure.hpp"

namespace karbonetes::bench {
namespace {

struct Options {
  std::vector<int> jobs{1000, 10'000, 100'000};
  std::string peer, out = "scale.json",
                    model = KARBONETES_SOURCE_DIR "/tests/data/admission-review.json";
  int peer_release_up_to = 10'000;
  int idle = 30, raw_jobs = 2000;
};

double median(const json::Document& values) {
  auto all = values.get<std::vector<double>>();
  std::ranges::sort(all);
  return all[all.size() / 2];
}

void print_row(const json::Document& f) {
  const auto number = [&](const char* key, const char* format) {
    return f.contains(key) ? fmt::format(fmt::runtime(format), f[key].get<double>()) : "-";
  };
  const double ceiling =
      f.contains("raw_rates")
          ? (f["raw_rates"][0].get<double>() + f["raw_rates"][1].get<double>()) / 2
          : 0;
  fmt::print(
      "{:>7} {:<28} {:>8.1f} {:>8.1f} {:>7.2f} {:>6.2f} {:>7.2f} {:>6.2f} {:>6} {:>8} {:>8} {:>6} "
      "{:>7}\n",
      f["jobs"].get<int>(), f["contender"].get<std::string>(), f["rss_kib"].get<double>() / 1024,
      f["peak_rss_kib"].get<double>() / 1024, median(f["list_read_s"]),
      median(f["list_read_cpu_s"]), median(f["sync_s"]), median(f["sync_cpu_s"]),
      number("idle_cpu_percent", "{:.2f}"), number("release_rate", "{:.0f}"),
      ceiling > 0 ? fmt::format("{:.0f}", ceiling) : "-",
      number("release_cpu_ms_per_job", "{:.2f}"), number("release_first_ms", "{:.0f}"));
}

void print_head() {
  fmt::print("{:>7} {:<28} {:>8} {:>8} {:>7} {:>6} {:>7} {:>6} {:>6} {:>8} {:>8} {:>6} {:>7}\n",
             "Jobs", "who", "RSS MiB", "peak", "read s", "CPU s", "sync s", "CPU s", "idle %",
             "rel/s", "raw/s", "ms/Job", "1st ms");
}

class Run {
 public:
  explicit Run(Options options) : options_(std::move(options)) {}

  Status all() {
    for (const int jobs : options_.jobs) {
      if (auto s = one_size(jobs); !s) return s;
    }
    print_head();
    for (const auto& row : results_) print_row(row);
    fmt::print("written to {}\n", options_.out);
    return {};
  }

 private:
  // A control plane of its own for each size: etcd remembers what was.
  Status one_size(int jobs) {
    harness::Options o;
    o.controllers = o.kwok = o.karpenter = false;
    o.durable = true;
    o.etcd_args = {"--quota-backend-bytes=8589934592"};
    o.apiserver_args = {"--audit-policy-file=" KARBONETES_SOURCE_DIR "/bench/scale/audit.yaml"};
    o.progress = [](std::string_view line) { fmt::print(stderr, "{}\n", line); };
    auto plane = harness::Plane::start(o);
    if (!plane) return fail(plane.error());
    const auto& kubectl = (*plane)->kubectl();
    if (auto s = kubectl.apply_file(KARBONETES_SOURCE_DIR "/config/crd/bases"); !s) return s;
    for (const char* ns : {kNamespace, "karbonetes-system"}) {
      if (auto s = kubectl.call({"create", "namespace", ns}); !s) return fail(s.error());
    }
    const auto config = kube::load_kubeconfig((*plane)->kubeconfig().string(), "", clock_);
    if (!config) return fail(config.error());
    std::ofstream((*plane)->layout().pki("bench.crt")) << config->tls.certificate_pem;
    std::ofstream((*plane)->layout().pki("bench.key")) << config->tls.private_key_pem;
    auto client = kube::Client::make(*config, "bench-raw", clock_, metrics_);
    if (!client) return fail(client.error());
    auto fleet = Fleet::make(**client, options_.model);
    if (!fleet) return fail(fleet.error());

    std::vector<std::unique_ptr<Contender>> contenders;
    if (!options_.peer.empty()) {
      contenders.push_back(make_go_peer(**plane, options_.peer, "default"));
      contenders.push_back(make_go_peer(**plane, options_.peer, "stripped"));
    }
    contenders.push_back(make_karbonetes(**plane, {"--release-per-minute", "0"}));
    bool waiting = false;
    int round = 0;
    for (auto& contender : contenders) {
      if (!waiting) {
        auto took = fleet->create(fmt::format("job-{}", round++), jobs, true);
        if (!took) return fail(took.error());
        fmt::print(stderr, "{} Jobs of {} bytes created in {:.0f} s\n", jobs, fleet->stored_bytes(),
                   *took);
      }
      Plan plan;
      plan.jobs = jobs;
      plan.idle = std::chrono::seconds(options_.idle);
      plan.raw_jobs = std::min(options_.raw_jobs, jobs);
      const bool last = contender == contenders.back();
      plan.release = last || jobs <= options_.peer_release_up_to;
      auto figures = measure(**plane, *contender, *fleet, plan);
      if (!figures)
        return fail(figures.error().code, contender->name() + ": " + figures.error().message);
      (*figures)["stored_bytes_per_job"] = fleet->stored_bytes();
      results_.push_back(std::move(*figures));
      std::ofstream(options_.out) << results_.dump(2) << '\n';  // what comes later may fail
      waiting = !plan.release;
      if (plan.release && !last) {
        if (auto s = fleet->remove_all(); !s) return s;
      }
    }
    return {};
  }

  const Options options_;
  const SystemClock clock_;
  metrics::Registry metrics_;
  json::Document results_ = json::Document::array();
};

}  // namespace
}  // namespace karbonetes::bench

int main(int argc, char** argv) {
  using namespace karbonetes;  // NOLINT(google-build-using-namespace): the one place that wires
  bench::Options options;
  CLI::App app{"Waiting Jobs at scale, on a real API server"};
  app.add_option("--jobs", options.jobs, "Sizes, with commas")
      ->delimiter(',')
      ->check(CLI::Range(1, 1'000'000));
  app.add_option("--peer", options.peer, "Program of bench/peers/controller-runtime")
      ->check(CLI::ExistingFile);
  app.add_option("--peer-release-up-to", options.peer_release_up_to,
                 "Larger fleets are released by Karbonetes alone");
  app.add_option("--idle", options.idle, "Seconds of the idle measurement")
      ->check(CLI::Range(1, 3600));
  app.add_option("--raw-jobs", options.raw_jobs,
                 "Jobs that the raw client releases, before and after");
  app.add_option("--out", options.out, "JSON");
  CLI11_PARSE(app, argc, argv);
  spdlog::set_level(spdlog::level::warn);
  if (auto done = bench::Run(std::move(options)).all(); !done) {
    fmt::print(stderr, "error: {}\n", done.error().message);
    return 1;
  }
  return 0;
}
