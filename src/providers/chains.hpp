// Which sources stand in for which. Pure.
#pragma once

#include <vector>

#include "providers/signal_config.hpp"

namespace karbonetes::providers {

// For each source, in the order of the list, the indices of its chain: itself, then the others of
// its zone and kind in list order. Average and marginal numbers never stand in for each other.
// Static windows have no kind: they join the chains of their zone, and without a zone those of
// every zone; a chain that windows head holds windows alone.
[[nodiscard]] std::vector<std::vector<std::size_t>> chains_of(
    const std::vector<SourceConfig>& sources);

}  // namespace karbonetes::providers
