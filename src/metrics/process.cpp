#include "metrics/process.hpp"

#include <unistd.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>

namespace karbonetes::metrics {

namespace {

struct Usage {
  double cpu_seconds = 0, resident_bytes = 0, start_seconds = 0;
};

// When the machine started, Unix time.
std::optional<double> boot_time() {
  std::ifstream in("/proc/stat");
  for (std::string key; in >> key;) {
    double value = 0;
    if (key == "btime" && in >> value) return value;
    std::getline(in, key);
  }
  return std::nullopt;
}

// proc(5): fields 14, 15, 22 and 24 of /proc/self/stat, counted behind the program's name, which
// may hold anything.
std::optional<Usage> usage() {
  std::ifstream in("/proc/self/stat");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(name_end + 1));
  std::string field;
  double user = 0, system = 0, start = 0, pages = 0;
  for (int number = 3; fields >> field; ++number) {
    if (number == 14) user = std::stod(field);
    if (number == 15) system = std::stod(field);
    if (number == 22) start = std::stod(field);
    if (number == 24) {
      pages = std::stod(field);
      break;
    }
  }
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  const auto boot = boot_time();
  return Usage{(user + system) / ticks, pages * static_cast<double>(sysconf(_SC_PAGESIZE)),
               boot ? *boot + start / ticks : 0};
}

}  // namespace

void expose_process(Registry& registry) {
  auto cpu = registry.counter("process_cpu_seconds_total", "User and system CPU time", {});
  auto memory = registry.gauge("process_resident_memory_bytes", "Resident memory", {});
  auto files = registry.gauge("process_open_fds", "Open file descriptors", {});
  auto start = registry.gauge("process_start_time_seconds", "Start of the process, Unix time", {});
  registry.before_scrape([cpu, memory, files, start]() mutable {
    if (const auto now = usage()) {
      if (now->cpu_seconds > cpu.value()) cpu.increment(now->cpu_seconds - cpu.value());
      memory.set(now->resident_bytes);
      if (now->start_seconds > 0) start.set(now->start_seconds);
    }
    std::error_code error;
    std::ptrdiff_t open = 0;
    for (std::filesystem::directory_iterator it("/proc/self/fd", error), end; !error && it != end;
         it.increment(error))
      ++open;
    if (!error && open > 0) files.set(static_cast<double>(open - 1));  // one is this look
  });
}

}  // namespace karbonetes::metrics
