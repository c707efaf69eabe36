// The target of a request taken apart: its path, and the values of its query. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace karbonetes::dashboard {

[[nodiscard]] std::string_view path_of(std::string_view target);

// The first value of `key`, percent-decoded ("+" is a space); nullopt: absent, or not decodable.
[[nodiscard]] std::optional<std::string> query_value(std::string_view target, std::string_view key);

}  // namespace karbonetes::dashboard
