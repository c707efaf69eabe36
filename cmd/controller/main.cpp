// karbonetes-controller: webhook and reconciler in one process. See docs/architecture.md.
#include <malloc.h>
#include <signal.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <stop_token>
#include <thread>

#include "base/steady_wall_clock.hpp"
#include "logging/logging.hpp"
#include "manager.hpp"
#include "metrics/process.hpp"
#include "options.hpp"
#include "release_all.hpp"

namespace karbonetes::cmd {
namespace {

Status manage(Options options, metrics::Registry& registry, SteadyWallClock& clock,
              std::stop_token stop) {
  auto manager = Manager::make(std::move(options), registry, clock);
  if (!manager) return fail(manager.error());
  return (*manager)->run(std::move(stop));
}

}  // namespace
}  // namespace karbonetes::cmd

int main(int argc, char** argv) {
  using namespace karbonetes;  // NOLINT(google-build-using-namespace): the one place that wires
  // Many short-lived threads' worth of malloc arenas would cost more memory than the Jobs that are
  // kept.
  mallopt(M_ARENA_MAX, 2);

  // Blocked before any thread starts, so that only the waiter below gets them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::signal(SIGPIPE, SIG_IGN);

  auto parsed = cmd::parse_options(argc, argv, "karbonetes-controller " KARBONETES_VERSION);
  if (!parsed.options) return parsed.exit_code;
  set_up_logging(parsed.options->log_format, parsed.options->log_level);

  SteadyWallClock clock;
  metrics::Registry registry;
  metrics::expose_process(registry);
  registry
      .gauge("karbonetes_build_info", "1, with the version as label",
             {{"version", KARBONETES_VERSION}})
      .set(1);
  std::stop_source stop;
  std::thread waiter([&] {
    int signal = 0;
    sigwait(&signals, &signal);
    stop.request_stop();
  });
  const auto status =
      parsed.options->release_all
          ? cmd::release_all(*parsed.options, registry, clock, stop.get_token())
          : cmd::manage(std::move(*parsed.options), registry, clock, stop.get_token());
  if (!stop.stop_requested()) pthread_kill(waiter.native_handle(), SIGTERM);
  waiter.join();
  if (!status) {
    std::fprintf(stderr, "error: %s\n", status.error().message.c_str());
    return 1;
  }
  return 0;
}
