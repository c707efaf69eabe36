// What doctor.hpp found, for people and for programs.
#include <fmt/format.h>

#include <algorithm>

#include "cli/doctor.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"

namespace karbonetes::cli {

namespace {

Colour colour_of(Level level) {
  switch (level) {
    case Level::Ok:
      return Colour::Green;
    case Level::Skipped:
      return Colour::Dim;
    case Level::Warning:
      return Colour::Yellow;
    case Level::Problem:
      return Colour::Red;
  }
  return Colour::None;
}

}  // namespace

const char* name(Level level) {
  switch (level) {
    case Level::Ok:
      return "ok";
    case Level::Skipped:
      return "skipped";
    case Level::Warning:
      return "warning";
    case Level::Problem:
      return "problem";
  }
  return "problem";
}

bool sound(const std::vector<Finding>& findings) {
  return std::ranges::none_of(findings, [](const Finding& f) { return f.level == Level::Problem; });
}

std::string render_text(const std::vector<Finding>& findings, bool colours) {
  Table table;
  table.header = {"CHECK", "RESULT", "WHAT"};
  for (const auto& each : findings)
    table.rows.push_back({{each.check}, {name(each.level), colour_of(each.level)}, {each.what}});
  std::string out = render(table, colours);
  const auto count = [&](Level level) {
    return std::ranges::count(findings, level, &Finding::level);
  };
  for (const auto& each : findings) {
    if (each.level < Level::Warning || each.advice.empty()) continue;
    out += fmt::format("\n{}: {}", paint(each.check, colour_of(each.level), colours),
                       printable(each.advice));
  }
  const auto problems = count(Level::Problem), warnings = count(Level::Warning);
  out += fmt::format("\n{}{} ok, {} skipped, {} warnings, {} problems\n",
                     problems + warnings > 0 ? "\n" : "", count(Level::Ok), count(Level::Skipped),
                     warnings, problems);
  return out;
}

std::string render_json(const std::vector<Finding>& findings) {
  json::Document out = {{"sound", sound(findings)}, {"checks", json::Document::array()}};
  for (const auto& each : findings)
    out["checks"].push_back({{"check", each.check},
                             {"result", name(each.level)},
                             {"what", each.what},
                             {"advice", each.advice}});
  return out.dump(2, ' ', false, json::Document::error_handler_t::replace) + "\n";
}

}  // namespace karbonetes::cli
