#include "plan/sentences.hpp"

#include <cmath>

namespace karbonetes::plan::sentences {

std::string source(const std::string& name) {
  return "source " + (name.empty() ? std::string("none") : name);
}

std::string state(const Outlook& outlook) {
  std::string out;
  switch (outlook.state) {
    case carbon::GreenState::Green:
      out = "green now";
      break;
    case carbon::GreenState::NotGreen:
      out = "not green now";
      break;
    case carbon::GreenState::Unknown:
      out = outlook.why_unknown.empty()
                ? "the carbon signal is unknown"
                : "whether it is green is unknown, because " + outlook.why_unknown;
      break;
  }
  return out + " (" + source(outlook.source) + ")";
}

std::string pool(const Decision& decision) {
  if (decision.pool == Pool::Green)
    return decision.strict ? "to the green pool only" : "to the green pool";
  return decision.pool == Pool::Fallback ? "to the fallback pool" : "where its author put it";
}

std::string percent(double part) {
  if (part < 0.005) return part > 0 ? "less than 1 %" : "nothing";
  return "about " + std::to_string(std::lround(part * 100)) + " %";
}

std::string degraded(api::Strategy strategy, const Decision& decision) {
  if (decision.degraded.empty()) return {};
  return "; " + std::string(api::name(strategy)) + " is not followed: " + decision.degraded;
}

std::string at_the_latest(TimePoint deadline) {
  return "released at " + format_rfc3339(deadline) + " at the latest";
}

}  // namespace karbonetes::plan::sentences
