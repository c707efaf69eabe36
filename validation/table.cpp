#include "table.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace karbonetes::validation {

std::string render(const std::vector<Section>& sections) {
  std::string out;
  for (const Section& section : sections) {
    std::size_t widest = 4;
    for (const Line& line : section.lines) widest = std::max(widest, line.what.size());
    out += fmt::format("{}\n  {:<{}}  {:>14}  {:>14}  {:>14}\n", section.title, "", widest, "paper",
                       "ours", "without quirks");
    for (const Line& line : section.lines) {
      out += fmt::format("  {:<{}}  {:>14}  {:>14}  {:>14}  {}{}{}\n", line.what, widest,
                         line.paper, line.ours, line.clean, line.agrees ? "ok" : "DIFFERS",
                         line.remark.empty() ? "" : ": ", line.remark);
    }
    out += "\n";
  }
  return out;
}

bool all_agree(const std::vector<Section>& sections) {
  return std::ranges::all_of(sections, [](const Section& section) {
    return std::ranges::all_of(section.lines, &Line::agrees);
  });
}

}  // namespace karbonetes::validation
