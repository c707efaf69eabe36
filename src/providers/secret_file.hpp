// A secret in a file, as a mounted Kubernetes Secret is: read again when the file has changed, so
// that rotation needs no restart. Not thread-safe. Errors: NotFound, InvalidArgument (empty, not
// one line, larger than 16 KiB), naming the path and never the content.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace karbonetes::providers {

// Whether a file is another one (time, size or inode) than it was. An empty path never changes.
class WatchedFile {
 public:
  explicit WatchedFile(std::string path) : path_(std::move(path)) {}
  [[nodiscard]] const std::string& path() const { return path_; }
  void remember() { seen_ = stamp(); }
  [[nodiscard]] bool changed() const { return !path_.empty() && stamp() != seen_; }

 private:
  struct Stamp {
    std::int64_t seconds = -1, nanoseconds = 0;
    std::uint64_t inode = 0, size = 0;
    bool operator==(const Stamp&) const = default;
  };
  [[nodiscard]] Stamp stamp() const;

  std::string path_;
  Stamp seen_;
};

class SecretFile {
 public:
  explicit SecretFile(std::string path) : file_(std::move(path)) {}

  // Its content without white space around it. Cheap when nothing has changed.
  [[nodiscard]] Result<std::string> read();
  [[nodiscard]] bool changed() const { return file_.changed(); }  // since read()
  [[nodiscard]] const std::string& path() const { return file_.path(); }
  // No path: nothing is to be sent.
  [[nodiscard]] bool given() const { return !path().empty(); }

 private:
  WatchedFile file_;
  std::string secret_;
};

}  // namespace karbonetes::providers
