// The pictures of a study, each as an SVG document; empty when the study has no data for it. Pure;
// what is not finite is not drawn.
#pragma once

#include <string>

#include "simulate/study.hpp"

namespace karbonetes::simulate {

inline constexpr double kPictureWidth = 900;
// Room beside the plot.
inline constexpr double kPictureLeft = 60;
inline constexpr double kPictureRight = 20;
inline constexpr double kPlotWidth = kPictureWidth - kPictureLeft - kPictureRight;

// Intensity over time; below, how many Jobs start in each bucket, for each of timeline.starts.
[[nodiscard]] std::string picture_intensity(const Timeline& timeline);
// Saved percent by maxDelay, a panel for each zone: from the suggestions, else from the rows.
[[nodiscard]] std::string picture_saving(const Study& study);
// The part of the Jobs that wait no longer than so many hours: the rules beside the best row.
[[nodiscard]] std::string picture_waits(const Study& study);
// Differences with their intervals. Only on the page.
[[nodiscard]] std::string picture_comparisons(const Study& study);

}  // namespace karbonetes::simulate
