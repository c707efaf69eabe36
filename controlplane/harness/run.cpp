// run() of process.hpp: a short command with pipes on its three standard streams.
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "harness/process.hpp"
#include "harness/spawner.hpp"

namespace karbonetes::harness {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxOutput = 256u << 20;
constexpr int kStopCheckMs = 50;  // how soon a stop request is noticed

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() { reset(); }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  [[nodiscard]] int get() const { return fd_; }
  void reset() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }

 private:
  int fd_;
};

// Ends a child that must not go on, and collects it.
void end(pid_t pid) {
  ::kill(pid, SIGKILL);
  while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

// Appends what is readable; false at the end of the stream.
bool drain(const Fd& fd, std::string& into) {
  std::array<char, 64u << 10> chunk;
  const ssize_t got = read(fd.get(), chunk.data(), chunk.size());
  if (got > 0) into.append(chunk.data(), static_cast<std::size_t>(got));
  return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

}  // namespace

Result<Completed> run(const Command& command, std::string_view input,
                      std::chrono::milliseconds timeout, std::stop_token stop) {
  const auto deadline = Clock::now() + timeout;
  const std::string name = command.program.filename().string();
  int in[2], out[2], err[2];
  // Standard input is a socket pair: send() takes MSG_NOSIGNAL, so that a child that never reads
  // cannot kill us.
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in) != 0) {
    return fail(Errc::Unavailable, fmt::format("cannot run {}: {}", name, strerror(errno)));
  }
  Fd in_ours(in[0]), in_theirs(in[1]);
  if (pipe2(out, O_CLOEXEC) != 0) {
    return fail(Errc::Unavailable, fmt::format("cannot run {}: {}", name, strerror(errno)));
  }
  Fd out_ours(out[0]), out_theirs(out[1]);
  if (pipe2(err, O_CLOEXEC) != 0) {
    return fail(Errc::Unavailable, fmt::format("cannot run {}: {}", name, strerror(errno)));
  }
  Fd err_ours(err[0]), err_theirs(err[1]);

  auto pid = spawn_child(command,
                         {.in = in_theirs.get(), .out = out_theirs.get(), .err = err_theirs.get()});
  in_theirs.reset();
  out_theirs.reset();
  err_theirs.reset();
  if (!pid) return fail(pid.error());
  for (const int fd : {in_ours.get(), out_ours.get(), err_ours.get()}) {
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
  }
  if (input.empty()) in_ours.reset();

  Completed done;
  while (out_ours.get() >= 0 || err_ours.get() >= 0) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    if (stop.stop_requested() || left.count() <= 0) {
      end(*pid);
      if (stop.stop_requested()) return fail(Errc::Cancelled, name + " was stopped");
      return fail(Errc::Timeout, fmt::format("{} did not end within {} ms", name, timeout.count()));
    }
    std::array<pollfd, 3> watched{pollfd{in_ours.get(), POLLOUT, 0},
                                  pollfd{out_ours.get(), POLLIN, 0},
                                  pollfd{err_ours.get(), POLLIN, 0}};
    const int wait_ms = std::min(static_cast<int>(left.count()), kStopCheckMs);
    if (::poll(watched.data(), watched.size(), wait_ms) <= 0) continue;
    if (watched[0].revents != 0) {
      const ssize_t sent = send(in_ours.get(), input.data(), input.size(), MSG_NOSIGNAL);
      if (sent > 0) input.remove_prefix(static_cast<std::size_t>(sent));
      if (input.empty() || (sent < 0 && errno != EAGAIN && errno != EINTR)) in_ours.reset();
    }
    if (watched[1].revents != 0 && !drain(out_ours, done.out)) out_ours.reset();
    if (watched[2].revents != 0 && !drain(err_ours, done.err)) err_ours.reset();
    if (done.out.size() + done.err.size() > kMaxOutput) {
      end(*pid);
      return fail(Errc::Invalid, name + " wrote more than 256 MiB");
    }
  }
  int status = 0;
  while (waitpid(*pid, &status, 0) < 0 && errno == EINTR) {
  }
  done.exit = WIFSIGNALED(status) ? Exit{0, WTERMSIG(status)} : Exit{WEXITSTATUS(status), 0};
  return done;
}

}  // namespace karbonetes::harness
