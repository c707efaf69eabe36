#include "server_time.hpp"

#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>
#include <utility>

namespace karbonetes::cmd {

void follow_server_time(kube::Client& client, SteadyWallClock& clock, metrics::Registry& metrics,
                        std::function<void()> clock_was_set) {
  auto told = std::make_shared<std::atomic<bool>>(false);
  client.on_date(
      [&clock, told, clock_was_set = std::move(clock_was_set)](TimePoint second, Millis took) {
        const bool set = clock.trusted_said(second, took);
        if (set) clock_was_set();
        const auto ahead = clock.machine_ahead();
        const bool off = set || std::chrono::abs(ahead) > SteadyWallClock::kSlew;
        if (off && (set || !told->exchange(true))) {
          told->store(true);
          spdlog::warn(
              "this machine's clock is {:+.1f} s off: the API server's time is used; set the clock",
              std::chrono::duration<double>(ahead).count());
        }
        if (!off && told->exchange(false)) spdlog::info("this machine's clock is right again");
      });
  auto offset = metrics.gauge("karbonetes_clock_offset_seconds",
                              "This machine's clock minus the time that is used, which is the API "
                              "server's where they differ");
  metrics.before_scrape([&clock, offset]() mutable {
    offset.set(std::chrono::duration<double>(clock.machine_ahead()).count());
  });
}

}  // namespace karbonetes::cmd
