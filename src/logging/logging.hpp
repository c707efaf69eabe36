// Logs of the programs, on standard error: one JSON object a line in a cluster, plain text on a
// terminal. Call once, before the first line is logged.
#pragma once

#include <string>

namespace karbonetes {

// format: "json" | "text"; level: "debug" | "info" | "warn" | "error".
void set_up_logging(const std::string& format, const std::string& level);

}  // namespace karbonetes
