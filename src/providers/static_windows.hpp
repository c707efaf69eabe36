// The embedded default: green windows from configuration, no network. Republishes its 8-day outlook
// once a day, and when a window opens or closes, so that on_change fires at the instant.
// Thread-safe; one thread while started. Cannot fail.
#pragma once

#include <memory>
#include <string>

#include "base/clock.hpp"
#include "carbon/windows.hpp"
#include "providers/provider.hpp"
#include "providers/windows_file.hpp"

namespace karbonetes::providers {

// What the configuration says: windows, and zone and intensity where it names them. `name`: what
// the signal calls its source.
[[nodiscard]] std::unique_ptr<Provider> make_static_windows(WindowsFile config, const Clock& clock,
                                                            std::string name = "static");

// Windows alone.
[[nodiscard]] std::unique_ptr<Provider> make_static_windows(carbon::WindowSchedule schedule,
                                                            const Clock& clock);

// Pure: what the provider publishes at `now`. The forecast covers 48 h and is there only with
// intensities.
[[nodiscard]] carbon::Signal static_signal(const WindowsFile& config, TimePoint now);

// Pure: when static_signal has to be computed anew after `now`: the next edge of a window, a day at
// most.
[[nodiscard]] TimePoint static_refresh(const carbon::WindowSchedule& schedule, TimePoint now);

}  // namespace karbonetes::providers
