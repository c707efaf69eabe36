// Reading members of a JSON object with bounds, for this folder's decoders alone. Errors: Parse,
// naming the field and what to write. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "json/document.hpp"

namespace karbonetes::ledger::fields {

// A JSON object. `what` ("account book") heads each error. Refuses what is larger than `most_bytes`
// and objects with more than 2,000 members, which take quadratic time to read.
[[nodiscard]] Result<json::Document> parse_object(std::string_view text, std::string_view what,
                                                  std::size_t most_bytes);

[[nodiscard]] tl::unexpected<Error> wrong(const std::string& field, std::string_view expected);

// The member, or a null document.
[[nodiscard]] const json::Document& member(const json::Document& object, std::string_view key);

// `out` is left alone when the member is absent or null.
[[nodiscard]] Status read(const json::Document& object, std::string_view key,
                          const std::string& path, double low, double high, double& out);
[[nodiscard]] Status read(const json::Document& object, std::string_view key,
                          const std::string& path, std::int64_t most, std::int64_t& out);
[[nodiscard]] Status read(const json::Document& object, std::string_view key,
                          const std::string& path, bool& out);
[[nodiscard]] Status read(const json::Document& object, std::string_view key,
                          const std::string& path, std::size_t longest, std::string& out);
// Must be there.
[[nodiscard]] Status read(const json::Document& object, std::string_view key,
                          const std::string& path, TimePoint& out);

// One line of valid UTF-8 whatever the strings hold.
[[nodiscard]] std::string compact(const json::Document& document);

// Nearest multiple of 10^-decimals, for what people read.
[[nodiscard]] double rounded(double value, int decimals);

}  // namespace karbonetes::ledger::fields
