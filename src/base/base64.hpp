// Base64 (RFC 4648, section 4), as kubeconfigs and admission answers carry bytes. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace karbonetes {

// White space is skipped, since YAML blocks break long lines; anything else outside the alphabet,
// or wrong padding: nullopt.
[[nodiscard]] std::optional<std::string> base64_decode(std::string_view text);
[[nodiscard]] std::string base64_encode(std::string_view bytes);

}  // namespace karbonetes
