// The commands of karbonetes-plane. Each returns the process's exit status.
#pragma once

#include <filesystem>

#include "harness/options.hpp"

namespace karbonetes::harness {

// ~/.local/state/karbonetes/plane, as XDG says; empty when there is no home.
[[nodiscard]] std::filesystem::path default_directory();

// Starts a plane in options.directory. Attached: runs until SIGINT or SIGTERM. Detached: returns
// when it is ready.
[[nodiscard]] int up(Options options, bool detached);
// Ends the plane in `directory` and waits until it is gone; fine when none runs.
[[nodiscard]] int down(const std::filesystem::path& directory);
// 0 when all parts run, else 1.
[[nodiscard]] int status(const std::filesystem::path& directory, bool as_json);

}  // namespace karbonetes::harness
