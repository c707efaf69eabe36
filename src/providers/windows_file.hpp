// The YAML file that names green windows: read by the static provider and by the mock signal
// service, so that the same file means the same in both. Values; reading is bounded (1 MiB, 1,000
// windows). Failure: InvalidArgument or Parse, naming the line, the field and what to write
// instead; unknown fields are refused, since a typo would otherwise be silent.
//
//   zone: local               # optional name of the grid zone
//   timeZone: Europe/Berlin   # IANA; default UTC
//   windows:
//     - days: [Mon, Tue]      # the day on which it starts; left out: every day
//       start: "22:00"
//       end: "06:00"
//   intensity: {green: 80, other: 420}   # gCO2eq/kWh, optional
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "carbon/windows.hpp"

namespace karbonetes::providers {

// What the grid emits inside and outside of green windows, in gCO2eq/kWh.
struct Intensities {
  double green = 80;
  double other = 420;
};

struct WindowsFile {
  carbon::WindowSchedule schedule;
  std::string zone;                        // empty: not named
  std::optional<Intensities> intensities;  // absent: the file says nothing of intensity
};

[[nodiscard]] Result<WindowsFile> parse_windows(std::string_view yaml);
[[nodiscard]] Result<WindowsFile> load_windows(const std::string& path);

// What holds when no file is given: every day 22:00-06:00 UTC.
[[nodiscard]] WindowsFile default_windows();

}  // namespace karbonetes::providers
