// Runs a program to its end and takes its standard output: for credential plugins. Blocks its
// thread. The program gets no input and may not outlive `timeout`: then its process group is
// killed. Its standard error is ours, as kubectl does it. Thread-safe. Failure: NotFound (no such
// program), Timeout, Invalid (more than 1 MiB of output), Unavailable (exit status). The output is
// never part of an error: it may be a secret.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/time.hpp"

namespace karbonetes::kube {

struct Process {
  std::string command;  // looked up in PATH unless it has a slash
  std::vector<std::string> arguments;
  std::vector<std::pair<std::string, std::string>>
      environment;  // added to ours; replaces a variable of the same name
  Millis timeout{30'000};
};

inline constexpr std::size_t kMaxProcessOutput = 1u << 20;

[[nodiscard]] Result<std::string> run(const Process& process);

}  // namespace karbonetes::kube
