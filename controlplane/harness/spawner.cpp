#include "harness/spawner.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <thread>

namespace karbonetes::harness {
namespace {

class SpawnerThread {
 public:
  // Never destroyed: its thread must outlive every child. A process that was forked inherits the
  // object and not the thread, so each process has one of its own.
  static SpawnerThread& instance() {
    static std::mutex guard;
    static SpawnerThread* self = nullptr;
    const std::lock_guard lock(guard);
    if (self == nullptr || self->owner_ != getpid()) self = new SpawnerThread;
    return *self;
  }

  Result<pid_t> call(std::function<Result<pid_t>()> work) {
    std::packaged_task<Result<pid_t>()> task(std::move(work));
    auto answer = task.get_future();
    {
      const std::lock_guard lock(mutex_);
      queue_.push_back(std::move(task));
    }
    ready_.notify_one();
    return answer.get();
  }

 private:
  SpawnerThread() {
    std::thread([this] { loop(); }).detach();
  }

  [[noreturn]] void loop() {
    while (true) {
      std::unique_lock lock(mutex_);
      ready_.wait(lock, [this] { return !queue_.empty(); });
      auto task = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      task();
    }
  }

  const pid_t owner_ = getpid();
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::packaged_task<Result<pid_t>()>> queue_;
};

std::vector<std::string> merged_environment(
    const std::vector<std::pair<std::string, std::string>>& extra) {
  std::vector<std::string> merged;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::string_view name = text.substr(0, text.find('='));
    bool replaced = false;
    for (const auto& [key, value] : extra) replaced = replaced || key == name;
    if (!replaced) merged.emplace_back(text);
  }
  for (const auto& [key, value] : extra) merged.push_back(key + "=" + value);
  return merged;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> out;
  out.reserve(strings.size() + 1);
  for (auto& text : strings) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

// Between fork and exec: async-signal-safe calls only. `report` is closed by a successful exec and
// carries errno otherwise.
[[noreturn]] void become(const char* program, char* const* argv, char* const* envp,
                         const StandardStreams& streams, int null_fd, int report, pid_t parent) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);  // the parent died before prctl took effect

  struct sigaction by_default{};
  by_default.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number) sigaction(number, &by_default, nullptr);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);

  // Moved out of the way first, so that a dup2 below never overwrites what a later one needs.
  const auto high = [](int fd) { return fcntl(fd, F_DUPFD, 3); };
  const int in = high(streams.in < 0 ? null_fd : streams.in);
  const int out = high(streams.out < 0 ? null_fd : streams.out);
  const int err = high(streams.err < 0 ? null_fd : streams.err);
  report = fcntl(report, F_DUPFD_CLOEXEC, 3);
  dup2(in, 0);
  dup2(out, 1);
  dup2(err, 2);
  close_range(3, static_cast<unsigned>(report) - 1, 0);
  close_range(static_cast<unsigned>(report) + 1, ~0U, 0);
  execve(program, argv, envp);
  const int error = errno;
  [[maybe_unused]] const auto written = write(report, &error, sizeof error);
  _exit(127);
}

Result<pid_t> fork_and_exec(const Command& command, const StandardStreams& streams) {
  std::vector<std::string> args{command.program.string()};
  args.insert(args.end(), command.args.begin(), command.args.end());
  auto env = merged_environment(command.env);
  const auto argv = pointers(args);
  const auto envp = pointers(env);
  const std::string program = command.program.string();

  int report[2];
  if (pipe2(report, O_CLOEXEC) != 0) {
    return fail(Errc::Unavailable,
                fmt::format("cannot start {}: pipe: {}", program, strerror(errno)));
  }
  const int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) {
    become(program.c_str(), argv.data(), envp.data(), streams, null_fd, report[1], parent);
  }
  const int fork_error = errno;
  close(report[1]);
  close(null_fd);
  if (pid < 0) {
    close(report[0]);
    return fail(Errc::Unavailable,
                fmt::format("cannot start {}: fork: {}", program, strerror(fork_error)));
  }
  int exec_error = 0;
  ssize_t got = 0;
  do {
    got = read(report[0], &exec_error, sizeof exec_error);
  } while (got < 0 && errno == EINTR);
  close(report[0]);
  if (got == 0) return pid;
  waitpid(pid, nullptr, 0);
  return fail(exec_error == ENOENT ? Errc::NotFound : Errc::Unavailable,
              fmt::format("cannot start {}: {}", program, strerror(exec_error)));
}

}  // namespace

Result<pid_t> spawn_child(const Command& command, const StandardStreams& streams) {
  return SpawnerThread::instance().call([&] { return fork_and_exec(command, streams); });
}

}  // namespace karbonetes::harness
