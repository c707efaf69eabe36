// Base64 (RFC 4648, padded). Pure.
#pragma once

#include <string>
#include <string_view>

namespace karbonetes::webhook {

[[nodiscard]] std::string base64(std::string_view bytes);

}  // namespace karbonetes::webhook
