// YAML as a JSON document: what kubectl prints with -o yaml. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "json/document.hpp"

namespace karbonetes::json {

// One entry for each YAML document of the text, empty ones left out. Plain scalars follow YAML's
// core schema (null, true/false, integers, floats); quoted ones are strings. Errors: Parse:
// "line N: ...": syntax, a key that is not a string or comes twice, nesting deeper than 128, more
// than 10,000,000 nodes (aliases counted each time they are used), tags of its own.
[[nodiscard]] Result<std::vector<Document>> parse_yaml(std::string_view text);

}  // namespace karbonetes::json
