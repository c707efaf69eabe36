#include "cli/table.hpp"

#include <algorithm>

#include "cli/text.hpp"

namespace karbonetes::cli {

namespace {

constexpr std::size_t kGap = 3;

const char* sequence(Colour colour) {
  switch (colour) {
    case Colour::Green:
      return "\x1b[32m";
    case Colour::Yellow:
      return "\x1b[33m";
    case Colour::Red:
      return "\x1b[31m";
    case Colour::Dim:
      return "\x1b[2m";
    case Colour::None:
      break;
  }
  return "";
}

std::string shown(const Cell& cell) { return cell.text.empty() ? "-" : printable(cell.text); }

}  // namespace

std::string paint(const std::string& text, Colour colour, bool colours) {
  if (!colours || colour == Colour::None) return text;
  return sequence(colour) + text + "\x1b[0m";
}

std::string render(const Table& table, bool colours) {
  std::vector<std::vector<Cell>> lines;
  lines.reserve(table.rows.size() + 1);
  auto& header = lines.emplace_back();
  for (const auto& title : table.header) header.push_back({title, Colour::None});
  lines.insert(lines.end(), table.rows.begin(), table.rows.end());

  std::vector<std::size_t> widths(table.header.size(), 0);
  for (auto& line : lines) {
    for (std::size_t i = 0; i < line.size() && i < widths.size(); ++i) {
      line[i].text = shown(line[i]);
      widths[i] = std::max(widths[i], width(line[i].text));
    }
  }
  std::string out;
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size() && i < widths.size(); ++i) {
      out += paint(line[i].text, line[i].colour, colours);
      if (i + 1 < line.size()) out.append(widths[i] - width(line[i].text) + kGap, ' ');
    }
    out += '\n';
  }
  return out;
}

}  // namespace karbonetes::cli
