// Time zones by IANA name, from the system's database (tzdata). The one place where the date
// library may throw: a zone that find_zone returned has been read completely, and its conversions
// do not fail. Thread-safe; zones live as long as the process.
#pragma once

#include <string_view>

#include "base/result.hpp"

namespace date {
class time_zone;
}

namespace karbonetes::carbon {

// "Europe/Berlin", "UTC". Errors: InvalidArgument for a name that the database does not have (the
// message says what to write), Internal when there is no database.
[[nodiscard]] Result<const date::time_zone*> find_zone(std::string_view name);

}  // namespace karbonetes::carbon
