// Cold-path JSON: a document model for configuration, patches being built and tests' oracles. The
// only folder that names nlohmann is this one; parse() turns its throw into a Result.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "base/result.hpp"

namespace karbonetes::json {

using Document = nlohmann::ordered_json;

// Errors: Parse, with byte position. Nesting deeper than 128 and objects of more than 2,000
// members are refused.
[[nodiscard]] Result<Document> parse(std::string_view text);

}  // namespace karbonetes::json
