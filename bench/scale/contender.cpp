#include "scale/contender.hpp"

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <functional>
#include <iterator>
#include <thread>

#include "harness/loopback_http.hpp"
#include "harness/ports.hpp"

namespace karbonetes::bench {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Steady = std::chrono::steady_clock;

constexpr auto kSyncTimeout = std::chrono::minutes(10);

std::filesystem::path program(const char* name) {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / name;
}

std::string local(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

bool answers(std::uint16_t port, const char* path) {
  const auto answer = harness::loopback_request(port, path, "", seconds(2));
  return answer && answer->status == 200;
}

// Seconds until `done` holds. Asked every 2 ms: what we look at is not us.
Result<double> wait_for(harness::Process& process, const std::filesystem::path& log,
                        const std::function<bool()>& done) {
  const auto began = Steady::now();
  while (!done()) {
    if (process.poll()) return fail(Errc::Unavailable, "it ended:\n" + harness::tail(log, 20));
    if (Steady::now() - began > kSyncTimeout) return fail(Errc::Timeout, "not synced in time");
    std::this_thread::sleep_for(milliseconds(2));
  }
  return std::chrono::duration<double>(Steady::now() - began).count();
}

class Base : public Contender {
 public:
  Base(const harness::Plane& plane, std::string its_name)
      : plane_(plane), name_(std::move(its_name)), log_(plane.layout().root / (name_ + ".log")) {}

  const std::string& name() const override { return name_; }
  void stop(int signal) override {
    if (!process_) return;
    process_->signal(signal);
    if (!process_->wait(seconds(20))) process_->signal(SIGKILL);
    process_.reset();
  }
  Usage usage() const override { return process_ ? usage_of(process_->pid()) : Usage{}; }

 protected:
  Result<double> spawn(const std::filesystem::path& file, std::vector<std::string> args,
                       const std::function<bool()>& synced) {
    std::filesystem::remove(log_);
    auto process = harness::Process::spawn({file, std::move(args), {}}, log_);
    if (!process) return fail(process.error());
    process_.emplace(std::move(*process));
    return wait_for(*process_, log_, synced);
  }

  const harness::Plane& plane_;
  const std::string name_;
  const std::filesystem::path log_;
  std::optional<harness::Process> process_;
};

class Karbonetes final : public Base {
 public:
  Karbonetes(const harness::Plane& plane, std::vector<std::string> args)
      : Base(plane, "karbonetes"), args_(std::move(args)) {}

  Result<double> start() override {
    if (auto s = start_signal(); !s) return fail(s.error());
    const auto ports = harness::free_ports(1);
    if (!ports) return fail(ports.error());
    const auto health = ports->front();
    std::vector<std::string> args{"--kubeconfig",     plane_.kubeconfig().string(),
                                  "--metrics-listen", local(health),
                                  "--signal-url",     "http://" + local(*signal_port_)};
    args.insert(args.end(), args_.begin(), args_.end());
    return spawn(program("karbonetes-controller"), std::move(args),
                 [health] { return answers(health, "/readyz"); });
  }
  Status set_green(bool green) override {
    auto done = harness::run(
        {"/usr/bin/curl",
         {"-sSf", "-X", "PUT", "-H", "Content-Type: application/json", "-d",
          fmt::format("{{\"green\":{}}}", green), "http://" + local(*signal_port_) + "/v1/signal"},
         {}},
        "", seconds(10));
    if (!done) return fail(done.error());
    return done->ok() ? Status{} : fail(Errc::Unavailable, done->err);
  }
  std::string user_agent() const override { return "karbonetes-controller/"; }

 private:
  Status start_signal() {
    if (signal_) return {};
    const auto ports = harness::free_ports(1);
    if (!ports) return fail(ports.error());
    signal_port_ = ports->front();
    const auto log = plane_.layout().root / "signal.log";
    auto process = harness::Process::spawn(
        {program("karbonetes-signal"), {"--listen", local(*signal_port_)}, {}}, log);
    if (!process) return fail(process.error());
    signal_.emplace(std::move(*process));
    auto up = wait_for(*signal_, log, [&] { return answers(*signal_port_, "/readyz"); });
    if (!up) return fail(up.error());
    return set_green(false);
  }

  const std::vector<std::string> args_;
  std::optional<harness::Process> signal_;
  std::optional<std::uint16_t> signal_port_;
};

class GoPeer final : public Base {
 public:
  GoPeer(const harness::Plane& plane, std::filesystem::path file, const std::string& cache)
      : Base(plane, "controller-runtime-" + cache), file_(std::move(file)), cache_(cache) {}

  Result<double> start() override {
    if (auto s = set_green(false); !s) return fail(s.error());
    return spawn(
        file_,
        {"--kubeconfig=" + plane_.kubeconfig().string(), "--mode=controller", "--cache=" + cache_,
         "--green-file=" + green_file().string(), "--max-concurrent-reconciles=16"},
        [this] {
          std::ifstream in(log_);
          const std::string text{std::istreambuf_iterator<char>(in), {}};
          return text.find("synced ") != std::string::npos;
        });
  }
  Status set_green(bool green) override {
    // By renaming, so that it is never read half written.
    const auto next = green_file().string() + ".next";
    std::ofstream(next) << (green ? "true\n" : "false\n");
    std::filesystem::rename(next, green_file());
    return {};
  }
  std::string user_agent() const override { return file_.filename().string() + "/"; }

 private:
  [[nodiscard]] std::filesystem::path green_file() const {
    return plane_.layout().root / (name_ + ".green");
  }
  const std::filesystem::path file_;
  const std::string cache_;
};

}  // namespace

std::unique_ptr<Contender> make_karbonetes(const harness::Plane& plane,
                                           std::vector<std::string> args) {
  return std::make_unique<Karbonetes>(plane, std::move(args));
}

std::unique_ptr<Contender> make_go_peer(const harness::Plane& plane, std::filesystem::path file,
                                        const std::string& cache) {
  return std::make_unique<GoPeer>(plane, std::move(file), cache);
}

}  // namespace karbonetes::bench
