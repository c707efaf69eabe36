#include "base/text_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace karbonetes {

Result<std::string> read_text_file(const std::string& path, std::size_t max_bytes) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    return fail(Errc::InvalidArgument, fmt::format("{}: is a folder, a file is needed", path));
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(Errc::NotFound, fmt::format("{}: cannot be opened", path));
  // As much as the file says it has, and more in pieces if it says nothing (a pipe, /proc); one
  // byte more than allowed is enough to know that it is too large.
  constexpr std::size_t kPiece = 1 << 16;
  const auto known = std::filesystem::file_size(path, ignored);
  std::size_t next = ignored || known == 0 ? kPiece : static_cast<std::size_t>(known) + 1;
  std::string text;
  while (in && text.size() <= max_bytes) {
    const std::size_t before = text.size();
    text.resize(std::min(before + next, max_bytes + 1));
    in.read(text.data() + before, static_cast<std::streamsize>(text.size() - before));
    text.resize(before + static_cast<std::size_t>(in.gcount()));
    next = std::max(kPiece, text.size());
  }
  if (in.bad()) return fail(Errc::InvalidArgument, fmt::format("{}: cannot be read", path));
  if (text.size() > max_bytes) {
    return fail(Errc::InvalidArgument, fmt::format("{}: larger than {} bytes", path, max_bytes));
  }
  return text;
}

}  // namespace karbonetes
