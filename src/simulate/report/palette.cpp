#include "simulate/report/palette.hpp"

namespace karbonetes::simulate {

std::string_view line_class(Rule rule) {
  switch (rule) {
    case Rule::FirstGreen:
      return "a";
    case Rule::LowestSlot:
      return "b";
    case Rule::LowestWindow:
      return "c";
    case Rule::CarbonTime:
      return "d";
    case Rule::Ecovisor:
      return "e";
    case Rule::FullDelay:
      return "f";
    case Rule::WaitAwhile:
      return "series";
    case Rule::Oracle:
      return "dash";  // often the same as another line, which shows through
    case Rule::Immediate:
      break;
  }
  return "axis";
}

std::string_view bar_class(Rule rule) {
  const std::string_view line = line_class(rule);
  return line.size() == 1 ? line : "muted";  // bars have the six colours alone
}

std::string_view bar_class(std::string_view label) {
  const auto rule = parse_rule(label.substr(0, label.find(',')));
  return rule ? bar_class(*rule) : "muted";
}

}  // namespace karbonetes::simulate
