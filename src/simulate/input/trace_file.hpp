// Carbon traces from files: exports of Electricity Maps (portal and API), NESO / the GB carbon
// intensity API, Energy-Charts, WattTime (historical MOER), and any table with a time and an
// intensity column. Several zones may lie in one file. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "carbon/intensity.hpp"
#include "simulate/trace.hpp"

namespace karbonetes::simulate {

struct TraceOptions {
  std::string file;    // how errors and notes name it
  std::string zone;    // wins over the file's own; where neither names one: the file's stem
  std::string column;  // of the intensity, when the header leaves a choice; empty: the first known
  std::string time_zone = "UTC";               // IANA; of times that are written without an offset
  Millis longest_gap = std::chrono::hours(3);  // what is missing for longer is an error
};

inline constexpr std::size_t kMaxTraceBytes = 512u << 20;
inline constexpr std::size_t kMaxTracePoints = 5'000'000;  // of one zone

// CSV, or JSON (32 MiB) when the text begins with '{' or '['. Ordered by zone's first appearance,
// never empty. Other units than gCO2eq/kWh that the column or meta.units names are converted, with
// a note (1 lb/MWh = 0.45359237 gCO2eq/kWh); WattTime's is lb/MWh and marginal. A time column
// "(UTC)" is in UTC whatever options.time_zone says. Rows may come in any order. Mended, with a
// note each that counts them and mostly names the first line: duplicates (the first holds; a note
// tells whether values differed), missing steps (the value before holds on, no longer than
// longest_gap), empty cells (as missing; a forecast beside an actual stands in), steps of mixed
// length (each holds until the next), local times of a daylight saving change (skipped hour: none
// missing; hour that comes twice: in the order of the file, oldest or newest first). The last point
// holds as long as the commonest step. Errors: "FILE:LINE: ...", of JSON's values "FILE: entry N:
// ...", saying what to write instead.
[[nodiscard]] Result<std::vector<Trace>> read_traces(std::string_view text,
                                                     const TraceOptions& options);

}  // namespace karbonetes::simulate
