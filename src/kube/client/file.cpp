#include "kube/client/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace karbonetes::kube {

namespace {

tl::unexpected<Error> system_failure() {
  const int number = errno;
  return fail(number == ENOENT || number == ENOTDIR ? Errc::NotFound : Errc::InvalidArgument,
              "cannot be read: " + std::generic_category().message(number));
}

struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
};

}  // namespace

Result<std::string> read_file(const std::string& path, std::size_t max_bytes) {
  // Not blocking, so that a path to a pipe nobody writes to is an error instead of a hang.
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (file.number < 0) return system_failure();
  struct stat info{};
  if (::fstat(file.number, &info) != 0) return system_failure();
  if (S_ISDIR(info.st_mode)) return fail(Errc::InvalidArgument, "cannot be read: it is a folder");
  std::string text;
  char chunk[16 << 10];
  for (;;) {
    const ssize_t got = ::read(file.number, chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_failure();
    if (got == 0) return text;
    text.append(chunk, static_cast<std::size_t>(got));
    if (text.size() > max_bytes) {
      return fail(Errc::InvalidArgument, "is larger than " + std::to_string(max_bytes) + " bytes");
    }
  }
}

}  // namespace karbonetes::kube
