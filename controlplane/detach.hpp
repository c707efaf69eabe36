// Turns `up` into a daemon: the caller's process stays to show the progress and returns when the
// daemon says that it is ready; the daemon lives on in a session of its own.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace karbonetes::harness {

// The daemon's line to the program that started it. Without one (foreground) it prints to standard
// error.
class Herald {
 public:
  Herald() = default;
  explicit Herald(int fd) : fd_(fd) {}
  void progress(std::string_view line) const;
  void ready(std::string_view kubeconfig);  // closes the line
  void failed(std::string_view message);    // closes the line
  // The one who waits for us is gone (Ctrl-C): give up.
  [[nodiscard]] bool abandoned() const;

 private:
  void send(char kind, std::string_view text) const;
  int fd_ = -1;
};

// Forks; must be called before any thread exists. In the daemon runs `work` (its streams go to
// `log`) and exits with what it returns. In the caller shows what the herald says and returns the
// exit status for it.
[[nodiscard]] int detach(const std::filesystem::path& log, const std::function<int(Herald&)>& work);

}  // namespace karbonetes::harness
