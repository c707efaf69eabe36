// A step function as one line of text: eight heights of blocks, or ASCII where the terminal has no
// UTF-8. Pure.
#pragma once

#include <optional>
#include <string>

#include "carbon/forecast.hpp"

namespace karbonetes::cli {

struct Spark {
  std::string line;          // one glyph for each column; a blank where the series says nothing
  double low = 0, high = 0;  // gCO2eq/kWh of the lowest and the highest glyph
};

// The means of `columns` equal parts of [from, until). nullopt: the series says nothing there.
[[nodiscard]] std::optional<Spark> sparkline(const carbon::Forecast& forecast, TimePoint from,
                                             TimePoint until, int columns, bool utf8);

}  // namespace karbonetes::cli
