// Which columns of a CSV file are time, intensity, zone and kind, in what unit. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "carbon/intensity.hpp"
#include "csv/table.hpp"
#include "simulate/input/trace_file.hpp"

namespace karbonetes::simulate {

struct TraceColumns {
  std::size_t time = 0, value = 0;
  std::optional<std::size_t> forecast;  // where `value` is empty: NESO's beside its actual
  std::optional<std::size_t> zone, kind;
  carbon::KindTag otherwise = carbon::KindTag::Average;  // where no column says the kind
  double grams_per_unit = 1;
  bool utc = false;  // the header says so: options.time_zone is not for this file
};

// `units`: the cells of a line of units below the header, as Energy-Charts writes one; may be
// empty. Errors: Parse, at the table's current line.
[[nodiscard]] Result<TraceColumns> trace_columns(const csv::Table& table,
                                                 std::span<const std::string_view> units,
                                                 const TraceOptions& options);

}  // namespace karbonetes::simulate
