// What a process uses, read from /proc. Values; an ended process answers with zeros.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace karbonetes::bench {

struct Usage {
  double cpu_seconds = 0;  // user and system, of all threads; steps of 10 ms
  std::int64_t rss_kib = 0, peak_kib = 0;
};

[[nodiscard]] Usage usage_of(pid_t pid);

}  // namespace karbonetes::bench
