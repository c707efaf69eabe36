// A folder that vanishes with the test, and environment variables that are put back.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

namespace karbonetes::test {

class TempDir {
 public:
  TempDir() {
    std::string pattern = testing::TempDir() + "karbonetes-XXXXXX";
    path_ = mkdtemp(pattern.data());
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir() { std::filesystem::remove_all(path_); }

  [[nodiscard]] std::string path(const std::string& name = "") const { return path_ + '/' + name; }
  std::string write(const std::string& name, const std::string& text,
                    bool executable = false) const {
    std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
    // Written aside and renamed, as the kubelet does it: a reader never sees half a file.
    std::ofstream(path(name) + ".new") << text;
    if (executable) {
      std::filesystem::permissions(path(name) + ".new", std::filesystem::perms::owner_all);
    }
    std::filesystem::rename(path(name) + ".new", path(name));
    return path(name);
  }

 private:
  std::string path_;
};

class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old;
    value.empty() ? unsetenv(name) : setenv(name, value.c_str(), 1);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() { old_ ? setenv(name_, old_->c_str(), 1) : unsetenv(name_); }

 private:
  const char* name_;
  std::optional<std::string> old_;
};

}  // namespace karbonetes::test
