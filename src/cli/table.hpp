// A table of text as kubectl prints them: columns as wide as their widest cell, three spaces
// between, no trailing space. Cells are made printable here, so that no caller can forget it. Pure.
#pragma once

#include <string>
#include <vector>

namespace karbonetes::cli {

enum class Colour { None, Green, Yellow, Red, Dim };

struct Cell {
  std::string text;  // empty is shown as "-"
  Colour colour = Colour::None;
};

struct Table {
  std::vector<std::string> header;
  std::vector<std::vector<Cell>> rows;  // each as long as the header
};

// Ends with a newline. `colours`: ANSI sequences around coloured cells; never else.
[[nodiscard]] std::string render(const Table& table, bool colours);

// `text`, which must be printable, in that colour.
[[nodiscard]] std::string paint(const std::string& text, Colour colour, bool colours);

}  // namespace karbonetes::cli
