// Where the commands take carbon signals from: what the controller published, or a signal service
// that
// --signal-url names. Failing to get them is a note, not an error.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "carbon/signals.hpp"
#include "commands.hpp"

namespace karbonetes::cmd {

[[nodiscard]] std::optional<carbon::Signals> known_signals(const Context& context,
                                                           std::vector<std::string>& notes);

}  // namespace karbonetes::cmd
