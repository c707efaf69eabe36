// Logs on standard error: one JSON object a line in a cluster, plain text on a terminal.
#pragma once

#include <string>

namespace karbonetes::cmd {

void set_up_logging(const std::string& format, const std::string& level);

}  // namespace karbonetes::cmd
