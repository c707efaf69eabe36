// The embedded default: green windows from configuration, no network. Republishes its 8-day outlook once a day.
#pragma once

#include <memory>

#include "base/clock.hpp"
#include "carbon/windows.hpp"
#include "providers/provider.hpp"

namespace karbonetes::providers {

[[nodiscard]] std::unique_ptr<Provider> make_static_windows(carbon::WindowSchedule schedule, const Clock& clock);

}  // namespace karbonetes::providers
