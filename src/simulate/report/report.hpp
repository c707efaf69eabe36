// A Study as people and programs read it. Pure; cannot fail.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "simulate/study.hpp"

namespace karbonetes::simulate {

// A table for a terminal; `colour` as the other commands use it.
[[nodiscard]] std::string render_text(const Study& study, bool colour);
[[nodiscard]] std::string render_json(const Study& study);
// One line for each row, header first; RFC 4180.
[[nodiscard]] std::string render_csv(const Study& study);
// One file that needs no other: style and pictures inside, no script, no address.
[[nodiscard]] std::string render_html(const Study& study);
// The pictures of the page as SVG documents of their own, by file name: "intensity-<zone>.svg",
// "saving-by-delay.svg", "waits.svg". Those that the study has data for.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> pictures(const Study& study);

}  // namespace karbonetes::simulate
