// Points of one zone as a file had them, and their mending into a step function. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "carbon/intensity.hpp"
#include "simulate/input/trace_file.hpp"

namespace karbonetes::simulate {

struct RawPoint {
  TimePoint at{};
  double grams_per_kwh = 0;
  std::size_t line = 0;  // or number of the entry, from 1
};

struct RawTrace {
  std::string zone;
  carbon::KindTag kind = carbon::KindTag::Average;
  std::vector<RawPoint> points;  // in the order of the file
  std::size_t empty = 0;         // rows without a value
  std::size_t first_empty = 0;   // the line of the first
  std::vector<std::string> notes;
};

// Sorts, drops duplicates, fills gaps, and says so in notes. `where`: "de.csv:", before a line
// number. Errors: Parse: fewer than two points, a gap above options.longest_gap.
[[nodiscard]] Result<Trace> mend(RawTrace raw, const TraceOptions& options, std::string_view where);

// Local times without offset, in the order of a file: of an hour that comes twice the second one is
// taken once time would go back.
class LocalTimes {
 public:
  // Errors: InvalidArgument: no such zone.
  [[nodiscard]] static Result<LocalTimes> of(const std::string& time_zone);

  // Text with an offset, seconds (or milliseconds) since 1970, or local time. nullopt: none of
  // these.
  [[nodiscard]] std::optional<TimePoint> read(std::string_view text);
  [[nodiscard]] std::size_t doubled() const { return doubled_; }  // in an hour that comes twice
  [[nodiscard]] std::size_t skipped() const { return skipped_; }  // in one that does not exist

 private:
  const void* zone_ = nullptr;  // date::time_zone; null: UTC
  TimePoint last_ = TimePoint::min();
  std::size_t doubled_ = 0, skipped_ = 0;
};

// Checks a value: finite, believable, not below zero unless marginal. nullopt: it is not.
[[nodiscard]] bool believable(double grams_per_kwh, carbon::KindTag kind);
inline constexpr std::string_view kBelievable =
    "write gCO2eq/kWh from 0 to 100000 (marginal: from -100000)";

[[nodiscard]] Result<std::vector<RawTrace>> read_trace_csv(std::string_view text,
                                                           const TraceOptions& options);
[[nodiscard]] Result<std::vector<RawTrace>> read_trace_json(std::string_view text,
                                                            const TraceOptions& options);

inline constexpr double kGramsPerKwhOfLbPerMwh = 0.45359237;

}  // namespace karbonetes::simulate
