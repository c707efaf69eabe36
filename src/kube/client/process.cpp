#include "kube/client/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <string_view>
#include <system_error>

namespace karbonetes::kube {

namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

struct Descriptor {
  int number = -1;
  Descriptor() = default;
  explicit Descriptor(int n) : number(n) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }
  void close() {
    if (number >= 0) ::close(number);
    number = -1;
  }
};

std::vector<std::string> environment_with(
    const std::vector<std::pair<std::string, std::string>>& added) {
  std::vector<std::string> out;
  for (char** one = environ; *one != nullptr; ++one) {
    const std::string_view entry(*one);
    const std::string_view key = entry.substr(0, entry.find('='));
    if (std::ranges::none_of(added, [&](const auto& pair) { return pair.first == key; }))
      out.emplace_back(entry);
  }
  out.reserve(out.size() + added.size());
  for (const auto& [key, value] : added) out.push_back(key + '=' + value);
  return out;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  out.reserve(texts.size() + 1);
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

// A child of ours. Killed with its group and reaped when it was not waited for.
class Child {
 public:
  explicit Child(pid_t pid)
      : pid_(pid), handle_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (reaped_) return;
    ::kill(-pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  [[nodiscard]] int handle() const { return handle_.number; }
  // Blocks until it has ended; ask only when the handle is readable.
  int wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    reaped_ = true;
    return status;
  }

 private:
  const pid_t pid_;
  Descriptor handle_;
  bool reaped_ = false;
};

Result<pid_t> spawn(const Process& process, int output) {
  std::vector<std::string> arguments{process.command};
  arguments.insert(arguments.end(), process.arguments.begin(), process.arguments.end());
  std::vector<std::string> environment = environment_with(process.environment);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  // A group of its own, so that what it starts can be killed with it; and the signals that we block
  // or ignore as usual.
  sigset_t none;
  sigemptyset(&none);
  sigset_t usual;
  sigemptyset(&usual);
  sigaddset(&usual, SIGPIPE);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &usual);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  pid_t pid = 0;
  const int error = posix_spawnp(&pid, process.command.c_str(), &actions, &attributes,
                                 pointers(arguments).data(), pointers(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    return fail(error == ENOENT ? Errc::NotFound : Errc::Unavailable,
                "cannot be started: " + std::generic_category().message(error) +
                    "; check that it is installed, executable and in PATH");
  }
  return pid;
}

// False: the time is over.
bool wait_readable(int descriptor, SteadyTime deadline) {
  for (;;) {
    const auto left =
        std::chrono::ceil<Millis>(deadline - std::chrono::steady_clock::now()).count();
    if (left <= 0) return false;
    pollfd one{descriptor, POLLIN, 0};
    const int ready = ::poll(&one, 1, static_cast<int>(std::min<Millis::rep>(left, 60'000)));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

}  // namespace

Result<std::string> run(const Process& process) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    return fail(Errc::Unavailable, "cannot be started: no pipe left");
  const Descriptor from_child(ends[0]);
  Descriptor to_us(ends[1]);
  const SteadyTime deadline = std::chrono::steady_clock::now() + process.timeout;
  auto pid = spawn(process, to_us.number);
  if (!pid) return fail(std::move(pid.error()));
  Child child(*pid);
  to_us.close();
  if (child.handle() < 0) return fail(Errc::Unavailable, "cannot be watched: no descriptor left");

  const auto too_slow = [&] {
    return fail(Errc::Timeout,
                "did not end within " + format_duration(process.timeout) + " and was killed");
  };
  std::string output;
  char chunk[16 << 10];
  for (;;) {
    if (!wait_readable(from_child.number, deadline)) return too_slow();
    const ssize_t got = ::read(from_child.number, chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    output.append(chunk, static_cast<std::size_t>(got));
    if (output.size() > kMaxProcessOutput)
      return fail(Errc::Invalid, "wrote more than 1 MiB and was killed");
  }
  if (!wait_readable(child.handle(), deadline)) return too_slow();
  const int status = child.wait();
  if (WIFSIGNALED(status)) {
    return fail(Errc::Unavailable, "was ended by signal " + std::to_string(WTERMSIG(status)));
  }
  if (WEXITSTATUS(status) != 0) {
    return fail(Errc::Unavailable,
                "failed with exit status " + std::to_string(WEXITSTATUS(status)));
  }
  return output;
}

}  // namespace karbonetes::kube
