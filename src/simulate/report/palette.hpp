// A rule has one colour in all pictures of a study. Classes of src/svg's style sheet. Pure.
#pragma once

#include <string_view>

#include "simulate/scenario.hpp"

namespace karbonetes::simulate {

[[nodiscard]] std::string_view line_class(Rule rule);
[[nodiscard]] std::string_view bar_class(Rule rule);
// Of a label that begins with the rule's name, as describe() writes it.
[[nodiscard]] std::string_view bar_class(std::string_view label);

}  // namespace karbonetes::simulate
