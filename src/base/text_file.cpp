#include "base/text_file.hpp"

#include <fmt/format.h>

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
  // One byte more than allowed is enough to know that it is too large.
  std::string text(max_bytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) return fail(Errc::InvalidArgument, fmt::format("{}: cannot be read", path));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > max_bytes) {
    return fail(Errc::InvalidArgument, fmt::format("{}: larger than {} bytes", path, max_bytes));
  }
  return text;
}

}  // namespace karbonetes
