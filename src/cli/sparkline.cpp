#include "cli/sparkline.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace karbonetes::cli {

namespace {

constexpr std::array kBlocks{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr std::array kAscii{"_", ".", "-", "~", "=", "+", "*", "#"};

}  // namespace

std::optional<Spark> sparkline(const carbon::Forecast& forecast, TimePoint from, TimePoint until,
                               int columns, bool utf8) {
  if (columns <= 0 || until <= from) return std::nullopt;
  std::vector<std::optional<double>> means;
  Spark out{{}, std::numeric_limits<double>::max(), std::numeric_limits<double>::lowest()};
  for (int i = 0; i < columns; ++i) {
    const TimePoint begin = from + (until - from) * i / columns;
    const TimePoint end = from + (until - from) * (i + 1) / columns;
    const TimePoint known_from = std::max(begin, forecast.begin());
    const TimePoint known_until = std::min(end, forecast.end());
    if (known_until <= known_from) {
      means.emplace_back();
      continue;
    }
    const double mean = forecast.mean_over(known_from, known_until - known_from);
    out.low = std::min(out.low, mean);
    out.high = std::max(out.high, mean);
    means.emplace_back(mean);
  }
  if (out.low > out.high) return std::nullopt;
  const auto& glyphs = utf8 ? kBlocks : kAscii;
  for (const auto& mean : means) {
    if (!mean) {
      out.line += ' ';
      continue;
    }
    const double part = out.high > out.low ? (*mean - out.low) / (out.high - out.low) : 0.5;
    const auto level =
        static_cast<std::size_t>(std::clamp(std::floor(part * static_cast<double>(glyphs.size())),
                                            0.0, static_cast<double>(glyphs.size() - 1)));
    out.line += glyphs[level];
  }
  return out;
}

}  // namespace karbonetes::cli
