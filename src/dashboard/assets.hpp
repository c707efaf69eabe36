// The page's files, put into the program when it was compiled (cmake/KarbonetesEmbed.cmake).
// Immutable; views live as long as the program.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace karbonetes::dashboard {

struct Asset {
  std::string_view name;  // "app.css"
  std::string_view bytes;
};

// Of src/dashboard/page, by name.
[[nodiscard]] std::span<const Asset> assets();

[[nodiscard]] std::optional<std::string_view> asset(std::string_view name);
// By the ending of the name.
[[nodiscard]] std::string_view content_type(std::string_view name);

}  // namespace karbonetes::dashboard
