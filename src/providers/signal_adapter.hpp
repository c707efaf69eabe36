// karbonetes-signal as an Adapter: one plain request, for a probe. The running program long-polls
// it instead, see signal_service.hpp.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "providers/adapter.hpp"

namespace karbonetes::providers {

[[nodiscard]] std::unique_ptr<Adapter> make_signal_adapter(std::string zone,
                                                           std::optional<carbon::KindTag> kind);

}  // namespace karbonetes::providers
