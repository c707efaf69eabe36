#include "metrics/process.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <sstream>

namespace karbonetes::metrics {
namespace {

double value_of(const std::string& text, const std::string& name) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(name + " ")) return std::stod(line.substr(name.size()));
  }
  return -1;
}

TEST(Process, TellsOfThisProcess) {
  Registry registry;
  expose_process(registry);
  const auto before = registry.expose();
  EXPECT_GT(value_of(before, "process_resident_memory_bytes"), 1e6);
  EXPECT_GE(value_of(before, "process_open_fds"), 3);
  const auto now =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  const double started = value_of(before, "process_start_time_seconds");
  EXPECT_LE(started, now + 2);
  EXPECT_GT(started, now - 3600);

  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  double used = value_of(before, "process_cpu_seconds_total");
  const double first = used;
  while (used <= first && std::chrono::steady_clock::now() < end)
    used = value_of(registry.expose(), "process_cpu_seconds_total");
  EXPECT_GT(used, first) << "asking costs time";
}

}  // namespace
}  // namespace karbonetes::metrics
