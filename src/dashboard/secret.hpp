// Secrets of one run of the dashboard: made from the kernel's randomness, compared in a time that
// does not tell how much of a guess was right. Thread-safe. Errors: Unavailable when the kernel
// gives no randomness.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace karbonetes::dashboard {

// 256 bits in hexadecimal: safe in a URL and in a cookie.
[[nodiscard]] Result<std::string> make_secret();

// An empty `secret` equals nothing.
[[nodiscard]] bool same_secret(std::string_view secret, std::string_view guess);

}  // namespace karbonetes::dashboard
