// Instants as providers write them. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/time.hpp"

namespace karbonetes::mock {

// "2026-11-24T12:00:00" + suffix (seconds, cut). `in_berlin`: Berlin's wall time and its offset
// instead, so that one hour comes twice in October; UTC with the suffix where the zone is not
// installed.
[[nodiscard]] std::string stamp_text(TimePoint t, std::string_view suffix, bool in_berlin);

// RFC 3339, "2018-01-20T12:00Z", or unix seconds. Errors: InvalidArgument.
[[nodiscard]] Result<TimePoint> parse_instant(std::string_view text);

}  // namespace karbonetes::mock
