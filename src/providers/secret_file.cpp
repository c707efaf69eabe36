#include "providers/secret_file.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/text_file.hpp"

namespace karbonetes::providers {

namespace {
constexpr std::size_t kMaxBytes = 16u << 10;
}

WatchedFile::Stamp WatchedFile::stamp() const {
  struct stat status{};
  if (path_.empty() || ::stat(path_.c_str(), &status) != 0) return {};
  return {status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ino,
          static_cast<std::uint64_t>(status.st_size)};
}

Result<std::string> SecretFile::read() {
  if (!file_.changed() && !secret_.empty()) return secret_;
  file_.remember();  // before reading: a write in between is seen at the next call
  secret_.clear();
  auto text = read_text_file(path(), kMaxBytes);
  if (!text)
    return fail(Errc::InvalidArgument, text.error().message + "; the secret belongs there");
  constexpr const char* kWhite = " \t\r\n";
  const auto first = text->find_first_not_of(kWhite);
  if (first == std::string::npos) {
    return fail(Errc::InvalidArgument,
                fmt::format("{}: is empty; write the secret into it", path()));
  }
  std::string secret = text->substr(first, text->find_last_not_of(kWhite) - first + 1);
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::ranges::any_of(secret, control)) {
    return fail(Errc::InvalidArgument,
                fmt::format("{}: must hold the secret alone, on one line", path()));
  }
  secret_ = std::move(secret);
  return secret_;
}

}  // namespace karbonetes::providers
