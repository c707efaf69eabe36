// The real helm, as a person would call it, against a Plane. Its own files are kept below one
// folder. Errors carry helm's words. Owned by one thread, except where said.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "harness/plane.hpp"

namespace karbonetes::envtest {

class Helm {
 public:
  // Finds the program by scripts/go-tool.sh, which builds it when it is not there yet.
  [[nodiscard]] static Result<Helm> make(const harness::Plane& plane, std::filesystem::path dir);
  // Standard output. Any thread.
  [[nodiscard]] Result<std::string> call(
      std::vector<std::string> args,
      std::chrono::milliseconds timeout = std::chrono::minutes(3)) const;

 private:
  Helm() = default;
  std::filesystem::path program_, dir_, kubeconfig_;
};

}  // namespace karbonetes::envtest
