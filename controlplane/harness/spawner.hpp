// fork + exec with the guarantees that process.hpp promises. PR_SET_PDEATHSIG is bound to the
// *thread* that forked, not to its process: a child forked by a worker thread would be killed when
// that worker ends. All forks therefore happen on one thread that lives as long as the process.
// Thread-safe.
#pragma once

#include <sys/types.h>

#include "base/result.hpp"
#include "harness/process.hpp"

namespace karbonetes::harness {

struct StandardStreams {
  int in = -1;  // -1: /dev/null
  int out = -1;
  int err = -1;
};

// Errors: NotFound (exec: ENOENT), Unavailable (anything else), naming the program.
[[nodiscard]] Result<pid_t> spawn_child(const Command& command, const StandardStreams& streams);

}  // namespace karbonetes::harness
