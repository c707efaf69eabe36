// A small file from the disk as text: bounded, so that a wrong path (a device, a log) cannot fill
// the memory. Errors: NotFound, InvalidArgument (too large, unreadable), each naming the path and
// never the content.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.hpp"

namespace karbonetes {

[[nodiscard]] Result<std::string> read_text_file(const std::string& path, std::size_t max_bytes);

}  // namespace karbonetes
