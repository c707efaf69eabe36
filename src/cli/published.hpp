// The carbon signals as the controller published them, from the ConfigMap in its namespace. Pure
// but for the fetch. What cannot be read is told in `notes`: every command works without.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "carbon/signals.hpp"
#include "cli/cluster.hpp"

namespace karbonetes::cli {

// The decoded data of a ConfigMap by name. Errors: as the fetch; Parse.
[[nodiscard]] Result<std::map<std::string, std::string>> config_map_data(const std::string& body);

// nullopt, with a note: not published yet, or not readable for this user.
[[nodiscard]] std::optional<carbon::Signals> published_signals(const Fetch& fetch,
                                                               std::string_view system_namespace,
                                                               TimePoint now,
                                                               std::vector<std::string>& notes);

}  // namespace karbonetes::cli
