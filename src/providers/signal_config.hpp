// The configuration of carbon sources as values, read from YAML. Strict: unknown fields are
// refused, since a typo would otherwise be silent. Bounded (1 MiB, 32 sources). Failure:
// InvalidArgument or Parse, naming line, field and what to write instead. Holds paths of secrets,
// never secrets.
//
//   sources:                        # the first is the default
//     - name: uk                    # 1-63 of a-z 0-9 -
//       type: gb-carbon-intensity
//       zone: GB                    # a label of yours that groups sources
//       refresh: 5m                 # see docs/signals.md for all fields
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "carbon/intensity.hpp"
#include "providers/windows_file.hpp"

namespace karbonetes::providers {

enum class SourceType {
  GbCarbonIntensity,
  StaticWindows,
  KarbonetesSignal,
  Replay,
  Prometheus,
  ElectricityMaps,
  WattTime,
  EnergyCharts,
  CarbonAwareSdk,
};
[[nodiscard]] const char* name(SourceType type);  // "gb-carbon-intensity"

struct SourceConfig {
  std::string name;
  SourceType type = SourceType::StaticWindows;
  std::string zone;                     // our label; may be empty
  std::optional<carbon::KindTag> kind;  // absent: windows, or a service that may send either

  std::string url;                    // base URL; empty: the provider's official one
  std::string location;               // as the provider calls it: zone, region, country, location
  int region = 0;                     // gb-carbon-intensity: 1..17, 0: none
  std::string postcode;               // gb-carbon-intensity
  std::string query, forecast_query;  // prometheus
  std::string ca_file, token_file, username_file, password_file;

  WindowsFile windows;  // static-windows

  std::string file;  // replay
  bool shift = false, loop = false;
  double speed = 1;

  Millis refresh{0};
  Millis stale_after{0};
  Millis unknown_after{0};
  Millis horizon = std::chrono::hours(24);
};

inline constexpr std::size_t kMaxSources = 32;

[[nodiscard]] Result<std::vector<SourceConfig>> parse_signal_config(std::string_view yaml);
// Paths in it are taken as they are written. Errors also: NotFound.
[[nodiscard]] Result<std::vector<SourceConfig>> load_signal_config(const std::string& path);

// Fills in refresh, stale_after, unknown_after where they are zero, for a source made in code.
void fill_times(SourceConfig& config);

}  // namespace karbonetes::providers
