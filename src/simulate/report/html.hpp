// HTML as text: what comes from outside is escaped here. Pure; cannot fail.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace karbonetes::simulate::html {

// Light and dark, screen and paper.
[[nodiscard]] std::string_view style();

// Text from outside, for an element or an attribute.
[[nodiscard]] std::string text(std::string_view words);
[[nodiscard]] std::string heading(std::string_view words);

struct Column {
  std::string title;
  bool left = false;  // words stand left, numbers right
};
// Cells are markup already. A table that is wider than the page scrolls by itself.
[[nodiscard]] std::string table(std::string_view caption, const std::vector<Column>& columns,
                                const std::vector<std::vector<std::string>>& rows);

}  // namespace karbonetes::simulate::html
