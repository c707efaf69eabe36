// The manual page, made from the defined command line, so that it cannot say something else.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace karbonetes::cmd {

// roff with the man macros: man(7).
[[nodiscard]] std::string man_page(const CLI::App& app);

}  // namespace karbonetes::cmd
