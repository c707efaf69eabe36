// What is printed: a figure of a paper beside ours, and whether they agree. Values.
#pragma once

#include <string>
#include <vector>

namespace karbonetes::validation {

struct Line {
  std::string what;   // "Germany, +-2 h"
  std::string paper;  // as published
  std::string ours;   // with the paper's quirks
  std::string clean;  // without them; may be empty
  bool agrees = true;
  std::string remark;  // why it is no figure to agree with, or by how much it differs
};

struct Section {
  std::string title;
  std::vector<Line> lines;
};

[[nodiscard]] std::string render(const std::vector<Section>& sections);
[[nodiscard]] bool all_agree(const std::vector<Section>& sections);

}  // namespace karbonetes::validation
