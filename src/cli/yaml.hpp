// A JSON document as block YAML, for people who read it so. Strings are quoted as JSON quotes them
// wherever plain text would mean something else, so that nothing changes on the way back. Pure.
#pragma once

#include <string>

#include "json/document.hpp"

namespace karbonetes::cli {

[[nodiscard]] std::string to_yaml(const json::Document& document);

}  // namespace karbonetes::cli
