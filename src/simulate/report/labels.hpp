// What tells the scenarios of one study from each other: parts that all have in common are said
// once, not in each row. Values; immutable.
#pragma once

#include <string>
#include <vector>

#include "simulate/study.hpp"

namespace karbonetes::simulate {

class Labels {
 public:
  explicit Labels(const Study& study);

  // Beside rule and maxDelay; empty when nothing differs: "error 5 % horizon, seed 2".
  [[nodiscard]] std::string variant(const Scenario& scenario) const;
  // "lowest-window, 8h, error 5 % horizon"
  [[nodiscard]] std::string label(const Scenario& scenario) const;
  // "green 64 vCPU"; empty when nothing beside rule and maxDelay is the same for all.
  [[nodiscard]] std::string common() const;

 private:
  std::vector<std::string> common_;
  bool seeds_ = false;  // more than one
};

}  // namespace karbonetes::simulate
