// plane.json: what a running control plane tells other programs about itself, in its directory.
// Pids are recorded with their start time, so that a pid which was given to a stranger since is
// never taken for ours. Values; the file is replaced whole.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "harness/plane.hpp"
#include "json/document.hpp"

namespace karbonetes::harness {

struct RecordedProcess {
  std::string name;
  pid_t pid = 0;
  unsigned long long start_ticks = 0;
  [[nodiscard]] bool running() const;
};

struct Record {
  RecordedProcess owner;  // the program that holds the plane: ending it ends all
  std::vector<RecordedProcess> parts;
  std::map<std::string, std::uint16_t> ports;
  std::string directory;
  std::string kubeconfig;
  std::string logs;
};

[[nodiscard]] std::filesystem::path record_file(const std::filesystem::path& directory);

[[nodiscard]] Record describe(const Plane& plane);  // the owner is this process
[[nodiscard]] json::Document encode(const Record& record);

// Errors: Unavailable (cannot write).
[[nodiscard]] Status write_record(const Record& record);
// Errors: NotFound (no control plane was started there), Parse.
[[nodiscard]] Result<Record> read_record(const std::filesystem::path& directory);

}  // namespace karbonetes::harness
