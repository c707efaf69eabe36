// Child processes: long-lived ones with a log file (Process) and short ones whose output is wanted
// (run). Each child leads a process group of its own (a Ctrl-C at the terminal reaches only us),
// gets SIGKILL from the kernel when we die, whatever the reason, and inherits no descriptor of
// ours. Process is owned by one thread; run() may be called from any.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace karbonetes::harness {

struct Command {
  std::filesystem::path program;                         // a path, not searched in PATH
  std::vector<std::string> args;                         // without argv[0]
  std::vector<std::pair<std::string, std::string>> env;  // added to ours; the same name replaces
};

// How a process ended: `code` of exit(), or the signal that killed it.
struct Exit {
  int code = 0;
  int signal = 0;  // 0: it exited by itself
};
[[nodiscard]] std::string describe(
    const Exit& exit);  // "exited with status 1", "killed by signal 9"

class Process {
 public:
  // Standard output and error are appended to `log`. Errors: NotFound (no such program),
  // Unavailable (fork, log file).
  [[nodiscard]] static Result<Process> spawn(const Command& command,
                                             const std::filesystem::path& log);
  ~Process();  // SIGKILL, when still running
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;

  [[nodiscard]] pid_t pid() const { return pid_; }
  // The exit if it has ended, else nullopt. Never blocks.
  [[nodiscard]] std::optional<Exit> poll();
  // Waits for the end; nullopt when it still runs after `timeout`.
  [[nodiscard]] std::optional<Exit> wait(std::chrono::milliseconds timeout);
  void signal(int number);  // nothing when it has ended
  // SIGTERM, then SIGKILL when it still runs after `grace`.
  Exit stop(std::chrono::milliseconds grace);

 private:
  explicit Process(pid_t pid) : pid_(pid) {}
  pid_t pid_ = -1;
  std::optional<Exit> exit_;
};

struct Completed {
  Exit exit;
  std::string out;
  std::string err;
  [[nodiscard]] bool ok() const { return exit.signal == 0 && exit.code == 0; }
};

// Runs a command to its end with `input` on its standard input. Errors: NotFound, Unavailable,
// Timeout and Cancelled (the child is killed), Invalid (more than 256 MiB of output). A failing
// exit status is not an error here.
[[nodiscard]] Result<Completed> run(const Command& command, std::string_view input,
                                    std::chrono::milliseconds timeout, std::stop_token stop = {});

// The last `lines` lines of a file (at most 16 KiB of it); empty when unreadable.
[[nodiscard]] std::string tail(const std::filesystem::path& file, std::size_t lines);

// When `pid` was started, in clock ticks since boot (/proc/PID/stat): with the pid it names one
// process for good, where a pid alone may have been given to a stranger. nullopt: no such process,
// or a zombie.
[[nodiscard]] std::optional<unsigned long long> start_ticks(pid_t pid);

}  // namespace karbonetes::harness
