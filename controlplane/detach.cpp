#include "detach.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <iostream>

namespace karbonetes::harness {
namespace {

// A message is one byte of kind ('p' progress, 'r' ready, 'f' failed), four of length, and the
// text.
bool read_exactly(int fd, char* into, std::size_t size) {
  while (size > 0) {
    const ssize_t got = read(fd, into, size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    into += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

int listen_to(int fd) {
  char kind = 0;
  std::uint32_t size = 0;
  while (read_exactly(fd, &kind, 1) &&
         read_exactly(fd, reinterpret_cast<char*>(&size), sizeof size)) {
    std::string text(size, '\0');
    if (!read_exactly(fd, text.data(), size)) break;
    if (kind == 'p') std::cerr << text << std::endl;
    if (kind == 'f') {
      std::cerr << "error: " << text << std::endl;
      return 1;
    }
    if (kind == 'r') {
      std::cout << "ready\n" << text << std::endl;
      return 0;
    }
  }
  std::cerr << "error: the control plane's daemon died while starting\n";
  return 1;
}

}  // namespace

void Herald::send(char kind, std::string_view text) const {
  if (fd_ < 0) return;
  std::string message(1, kind);
  const auto size = static_cast<std::uint32_t>(text.size());
  message.append(reinterpret_cast<const char*>(&size), sizeof size);
  message.append(text);
  for (std::string_view rest = message; !rest.empty();) {
    const ssize_t sent = write(fd_, rest.data(), rest.size());
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return;  // abandoned() tells
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void Herald::progress(std::string_view line) const {
  std::cerr << line << std::endl;
  send('p', line);
}

void Herald::ready(std::string_view kubeconfig) {
  std::cout << "ready\n" << kubeconfig << std::endl;
  send('r', kubeconfig);
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

void Herald::failed(std::string_view message) {
  std::cerr << "error: " << message << std::endl;
  send('f', message);
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

bool Herald::abandoned() const {
  if (fd_ < 0) return false;
  pollfd watched{fd_, 0, 0};
  return poll(&watched, 1, 0) > 0 && (watched.revents & POLLERR) != 0;
}

int detach(const std::filesystem::path& log, const std::function<int(Herald&)>& work) {
  int line[2];
  if (pipe2(line, O_CLOEXEC) != 0) {
    std::cerr << "error: pipe: " << strerror(errno) << '\n';
    return 1;
  }
  const int log_fd = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (log_fd < 0) {
    std::cerr << "error: cannot open " << log << ": " << strerror(errno) << '\n';
    return 1;
  }
  const pid_t pid = fork();
  if (pid < 0) {
    std::cerr << "error: fork: " << strerror(errno) << '\n';
    return 1;
  }
  if (pid > 0) {
    close(line[1]);
    close(log_fd);
    return listen_to(line[0]);
  }
  close(line[0]);
  setsid();
  signal(SIGPIPE, SIG_IGN);
  const int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
  dup2(null_fd, 0);
  dup2(log_fd, 1);
  dup2(log_fd, 2);
  Herald herald(line[1]);
  return work(herald);
}

}  // namespace karbonetes::harness
