#include "scale/list_reader.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <string_view>

#include "scale/usage.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX leaves it to the program

namespace karbonetes::bench {

namespace {

constexpr std::string_view kEnd = "k8s.io/initial-events-end";
constexpr const char* kCurl = "/usr/bin/curl";

// A child whose standard output we read.
class Child {
 public:
  explicit Child(std::vector<std::string> args) {
    std::array<int, 2> pipe{};
    if (pipe2(pipe.data(), O_CLOEXEC) != 0) return;
    posix_spawn_file_actions_t actions{};
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
    std::vector<char*> argv;
    for (auto& arg : args) argv.push_back(arg.data());
    argv.push_back(nullptr);
    if (posix_spawn(&pid_, kCurl, &actions, nullptr, argv.data(), environ) != 0) pid_ = -1;
    posix_spawn_file_actions_destroy(&actions);
    close(pipe[1]);
    out_ = pipe[0];
  }
  ~Child() {
    if (out_ >= 0) close(out_);
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] ssize_t read(char* to, std::size_t size) const { return ::read(out_, to, size); }

 private:
  pid_t pid_ = -1;
  int out_ = -1;
};

}  // namespace

Result<ListRead> read_list(const harness::Plane& plane) {
  const auto url = fmt::format(
      "https://127.0.0.1:{}/apis/batch/v1/jobs?watch=1&sendInitialEvents=true&"
      "resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=600",
      plane.ports().apiserver);
  const auto began = std::chrono::steady_clock::now();
  const Child curl({kCurl, "-sS", "--no-buffer", "--http1.1", "--cacert",
                    plane.layout().pki("ca.crt").string(), "--cert",
                    plane.layout().pki("bench.crt").string(), "--key",
                    plane.layout().pki("bench.key").string(), url});
  ListRead out;
  std::string tail;
  std::vector<char> buffer(256 << 10);
  for (;;) {
    const auto got = curl.read(buffer.data(), buffer.size());
    if (got <= 0)
      return fail(Errc::Unavailable, fmt::format("curl ended after {} bytes", out.bytes));
    out.bytes += got;
    // The mark may lie across two reads.
    const std::string_view now(buffer.data(), static_cast<std::size_t>(got));
    const bool small = now.size() < 4096;
    tail.append(small ? now : now.substr(now.size() - 4096));
    if (tail.size() > 8192) tail.erase(0, tail.size() - 8192);
    if (tail.find(kEnd) != std::string::npos) break;
  }
  out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  out.cpu_seconds = usage_of(curl.pid()).cpu_seconds;
  return out;
}

}  // namespace karbonetes::bench
