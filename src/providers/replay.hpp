// A recorded intensity from a file, CSV or JSON, played as it was or shifted to the start of the
// program, compressed in time (an accelerated day for tests) and in a loop. The file is read again
// when it has changed. What lies before now counts as observed, what lies ahead as forecast.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "providers/adapter.hpp"

namespace karbonetes::providers {

struct RecordedPoint {
  TimePoint from;
  double grams_per_kwh = 0;
};
using Recording = std::vector<RecordedPoint>;  // ascending, no two at one instant, not empty

struct ReplayOptions {
  std::string file;
  carbon::KindTag kind = carbon::KindTag::Average;
  bool shift = false;                       // the first instant of the file is played at `start`
  bool loop = false;                        // begin anew at its end
  double speed = 1;                         // >= 1; other than 1 only with shift
  TimePoint start{};                        // of the program
  Millis horizon = std::chrono::hours(24);  // in the recording's time
};

inline constexpr std::size_t kMaxRecordingBytes = 16u << 20;
inline constexpr std::size_t kMaxRecordedPoints = 200'000;

// CSV with a header; the columns are found by name, without regard to case and signs: time
// (datetime, "Datetime (UTC)", timestamp, date, from, start, point_time, unix_seconds) and
// intensity (carbonIntensity, carbon_intensity_..., "Carbon Intensity gCO2eq/kWh (direct)", value,
// rating, co2eq). Times as parse_source_time, or seconds since 1970. Empty and absurd values are
// left out. Errors: Parse, with the line; InvalidArgument: too large.
[[nodiscard]] Result<Recording> parse_recording_csv(std::string_view text);
// An array of objects with such members, bare or as data, history or forecast of an object.
[[nodiscard]] Result<Recording> parse_recording_json(std::string_view text);

// Pure: what is heard at `now`. Errors: NotFound when the recording does not cover now.
[[nodiscard]] Result<Reading> replay_at(const Recording& recording, const ReplayOptions& options,
                                        TimePoint now);

[[nodiscard]] std::unique_ptr<Adapter> make_replay(ReplayOptions options);

}  // namespace karbonetes::providers
