// A grid in accelerated time: a trace of carbon intensity whose hours last some seconds, served by
// karbonetes-signal processes in the shapes of real providers. What the processes serve as observed
// is the trace; their forecasts err and are revised. Owned by one suite; not thread-safe. The
// processes are stopped by the destructor.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "harness/process.hpp"

namespace karbonetes::envtest {

class Grid {
 public:
  // `hours` gCO2eq/kWh, each lasting `hour` (whole seconds) from `start` on.
  Grid(std::filesystem::path dir, TimePoint start, Millis hour, std::vector<double> hours);
  ~Grid();
  Grid(const Grid&) = delete;
  Grid& operator=(const Grid&) = delete;

  // A process by name; it keeps its port over restarts. `scale` multiplies the trace; `kind` is
  // "average" or "marginal".
  [[nodiscard]] Status start(const std::string& name, double scale = 1,
                             const std::string& kind = "average",
                             std::vector<std::string> extra_args = {});
  void kill(const std::string& name);  // SIGKILL
  [[nodiscard]] std::string url(const std::string& name) const;

  // gCO2eq/kWh x ms over [from, to), of the trace itself.
  [[nodiscard]] double integral(TimePoint from, TimePoint to) const;
  [[nodiscard]] TimePoint start_time() const { return start_; }
  [[nodiscard]] Millis hour() const { return hour_; }

 private:
  const std::filesystem::path dir_;
  const TimePoint start_;
  const Millis hour_;
  const std::vector<double> hours_;
  std::map<std::string, std::uint16_t> ports_;
  std::map<std::string, harness::Process> processes_;
};

}  // namespace karbonetes::envtest
