// Instants as sources write them. Pure. Errors: Parse, naming the text (cut) and what is read.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.hpp"

namespace karbonetes {

// RFC 3339, and what is common beside it: no seconds ("2018-01-20T12:00Z"), no offset (UTC is
// meant), an offset without colon, a space instead of T, " UTC" at the end, a date alone (midnight
// UTC).
[[nodiscard]] Result<TimePoint> parse_source_time(std::string_view text);

// Seconds since 1970-01-01 UTC; nullopt outside of the years 1970..9999.
[[nodiscard]] std::optional<TimePoint> from_epoch_seconds(double seconds);

// Whole seconds since 1970 in decimal, as Prometheus takes them.
[[nodiscard]] std::string epoch_text(TimePoint t);

}  // namespace karbonetes
