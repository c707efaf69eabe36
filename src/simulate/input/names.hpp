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
  constexpr char kDelete = 0x7f;
  return text.size() <= kLongestName &&
         std::ranges::none_of(text, [](char c) { return (c >= '\0' && c < ' ') || c == kDelete; });
}

}  // namespace karbonetes::simulate
