// Names that a file gives to zones, namespaces and Jobs: they end up in tables, pages and errors.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace karbonetes::simulate {

inline constexpr std::size_t kLongestName = 253;  // bytes, as Kubernetes has it
inline constexpr std::string_view kReadableName =
    "at most 253 bytes of text, without line ends and control characters";

[[nodiscard]] inline bool readable_name(std::string_view text) {
  // A char is signed on amd64 and unsigned on arm64; the bytes of UTF-8 must pass on both.
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  return text.size() <= kLongestName && std::ranges::none_of(text, control);
}

}  // namespace karbonetes::simulate
