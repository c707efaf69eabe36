// Points of each zone as a file had them, and their mending into a step function. Pure.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "carbon/intensity.hpp"
#include "simulate/input/local_times.hpp"
#include "simulate/input/trace_file.hpp"

namespace karbonetes::simulate {

struct RawPoint {
  TimePoint at{};
  double grams_per_kwh = 0;
  std::size_t place = 0;  // the line, or the number of the entry, from 1
};

struct RawTrace {
  struct Count {
    std::size_t rows = 0, first = 0;  // first: a place
  };
  std::string zone;
  carbon::KindTag kind = carbon::KindTag::Average;
  std::vector<RawPoint> points;  // in the order of the file
  Count empty;                   // rows without a value
  Count forecast;                // rows whose forecast is taken for the missing actual
  LocalTimes times;
  std::vector<std::string> notes;
};

// A row of CSV or an entry of JSON.
struct RawRow {
  std::string_view zone;  // may be empty
  std::string_view time;
  std::optional<double> value;  // in the file's unit
  std::string_view text;        // the value as written, for errors; empty beside no value: none
  bool forecast = false;        // stands in for the actual
  carbon::KindTag kind = carbon::KindTag::Average;
  std::size_t place = 0;
};

// The rows of a file by zone.
class RawTraces {
 public:
  RawTraces(const TraceOptions& options, LocalTimes times, double grams_per_unit);

  // What is wrong with the row and what to write instead; empty: nothing.
  [[nodiscard]] std::string add(const RawRow& row);
  // By first appearance; empty: there was no row.
  [[nodiscard]] std::vector<RawTrace> take();

 private:
  std::string_view zone_of(const RawRow& row) const;

  std::string zone_, stem_;
  LocalTimes times_;
  double grams_per_unit_;
  std::vector<RawTrace> traces_;
  std::map<std::string, std::size_t, std::less<>> by_zone_;
};

// How a file counts: errors are "FILE:LINE: " or "FILE: entry N: ".
enum class Counted { Lines, Entries };

// Sorts, drops duplicates, fills gaps, and says so in notes. Errors: Parse: fewer than two points,
// a gap above options.longest_gap.
[[nodiscard]] Result<Trace> mend(RawTrace raw, const TraceOptions& options, Counted counted);

[[nodiscard]] Result<std::vector<RawTrace>> read_trace_csv(std::string_view text,
                                                           const TraceOptions& options);
[[nodiscard]] Result<std::vector<RawTrace>> read_trace_json(std::string_view text,
                                                            const TraceOptions& options);

}  // namespace karbonetes::simulate
