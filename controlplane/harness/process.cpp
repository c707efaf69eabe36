#include "harness/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <thread>

#include "harness/spawner.hpp"

namespace karbonetes::harness {
namespace {

constexpr auto kPollInterval = std::chrono::milliseconds(5);
constexpr std::size_t kMaxTail = 16u << 10;

Exit to_exit(int status) {
  if (WIFSIGNALED(status)) return {0, WTERMSIG(status)};
  return {WEXITSTATUS(status), 0};
}

}  // namespace

std::string describe(const Exit& exit) {
  if (exit.signal != 0) return fmt::format("killed by signal {}", exit.signal);
  return fmt::format("exited with status {}", exit.code);
}

Result<Process> Process::spawn(const Command& command, const std::filesystem::path& log) {
  const int fd = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) {
    return fail(Errc::Unavailable,
                fmt::format("cannot open log {}: {}", log.string(), strerror(errno)));
  }
  auto pid = spawn_child(command, {.in = -1, .out = fd, .err = fd});
  close(fd);
  if (!pid) return fail(pid.error());
  return Process(*pid);
}

Process::~Process() {
  if (pid_ > 0 && !exit_) stop(std::chrono::milliseconds(0));
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), exit_(std::exchange(other.exit_, std::nullopt)) {}

Process& Process::operator=(Process&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(exit_, other.exit_);
  return *this;
}

std::optional<Exit> Process::poll() {
  if (exit_ || pid_ <= 0) return exit_;
  int status = 0;
  const pid_t got = waitpid(pid_, &status, WNOHANG);
  if (got == pid_) exit_ = to_exit(status);
  if (got < 0 && errno == ECHILD) exit_ = Exit{};  // reaped by someone else: gone all the same
  return exit_;
}

std::optional<Exit> Process::wait(std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (!poll()) {
    if (std::chrono::steady_clock::now() >= deadline) return std::nullopt;
    std::this_thread::sleep_for(kPollInterval);
  }
  return exit_;
}

void Process::signal(int number) {
  if (pid_ > 0 && !poll()) ::kill(pid_, number);
}

Exit Process::stop(std::chrono::milliseconds grace) {
  if (pid_ <= 0) return {};
  if (grace.count() > 0) {
    signal(SIGTERM);
    if (const auto exit = wait(grace)) return *exit;
  }
  signal(SIGKILL);
  while (true) {
    if (const auto exit = wait(std::chrono::seconds(1))) return *exit;
  }
}

std::string tail(const std::filesystem::path& file, std::size_t lines) {
  std::ifstream in(file, std::ios::binary | std::ios::ate);
  if (!in) return {};
  const auto size = static_cast<std::size_t>(in.tellg());
  const std::size_t want = std::min(size, kMaxTail);
  std::string text(want, '\0');
  in.seekg(static_cast<std::streamoff>(size - want));
  in.read(text.data(), static_cast<std::streamsize>(want));
  while (!text.empty() && text.back() == '\n') text.pop_back();
  std::size_t at = text.size();
  for (std::size_t i = 0; i < lines && at != std::string::npos && at > 0; ++i) {
    at = text.rfind('\n', at - 1);
  }
  return at == std::string::npos || at == 0 ? text : text.substr(at + 1);
}

std::optional<unsigned long long> start_ticks(pid_t pid) {
  std::ifstream in(fmt::format("/proc/{}/stat", pid));
  std::string line;
  if (!std::getline(in, line)) return std::nullopt;
  // The second field is the program's name in parentheses and may hold anything, spaces and
  // parentheses included.
  const auto name_end = line.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(line.substr(name_end + 1));
  std::string state;
  fields >> state;
  if (state == "Z" || state == "X") return std::nullopt;
  std::string skipped;
  for (int field = 4; field <= 21; ++field) fields >> skipped;
  unsigned long long ticks = 0;
  if (!(fields >> ticks)) return std::nullopt;
  return ticks;
}

}  // namespace karbonetes::harness
