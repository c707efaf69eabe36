#include "scale/usage.hpp"

#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

namespace karbonetes::bench {

Usage usage_of(pid_t pid) {
  Usage out;
  const std::string folder = "/proc/" + std::to_string(pid);
  std::string stat;
  std::getline(std::ifstream(folder + "/stat") >> std::ws, stat);
  if (const auto end = stat.rfind(')'); end != std::string::npos) {
    std::istringstream fields(stat.substr(end + 1));
    std::string skipped;
    for (int i = 0; i < 11; ++i) fields >> skipped;  // state .. cmajflt
    double user = 0, system = 0;
    fields >> user >> system;
    out.cpu_seconds = (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
  }
  std::ifstream status(folder + "/status");
  for (std::string word; status >> word;) {
    if (word == "VmRSS:") status >> out.rss_kib;
    if (word == "VmHWM:") status >> out.peak_kib;
  }
  return out;
}

}  // namespace karbonetes::bench
