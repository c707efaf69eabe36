#include "cli/signal_text.hpp"

#include <fmt/format.h>

#include "cli/text.hpp"

namespace karbonetes::cli {

std::optional<carbon::Signal> governing(const policy::ResolvedPolicy& policy,
                                        const std::optional<carbon::Signals>& signals,
                                        TimePoint now) {
  const auto* own = policy.green.value == nullptr
                        ? nullptr
                        : std::get_if<carbon::WindowSchedule>(policy.green.value.get());
  if (own == nullptr) {
    if (!signals) return std::nullopt;
    return *carbon::select(*signals, policy.signal_source.value, policy.signal_zone.value).signal;
  }
  carbon::Signal windows = carbon::signal_from(*own, now);
  windows.source = "policy windows";
  return windows;
}

std::string headline(const std::optional<carbon::Signal>& service, TimePoint now) {
  if (!service) {
    return "Signal: known to the controller alone; give --signal-url to ask the signal service";
  }
  std::string text = fmt::format("Signal: {} ({}", carbon::name(carbon::state_at(*service, now)),
                                 printable(service->source, 64));
  if (!service->zone.empty()) text += ", zone " + printable(service->zone, 64);
  text += ")";
  if (const auto intensity = carbon::intensity_at(*service, now))
    text += fmt::format(", {:.0f} gCO2eq/kWh", *intensity);
  if (const auto next = carbon::next_green(*service, now);
      next && carbon::state_at(*service, now) != carbon::GreenState::Green) {
    text += fmt::format("; green next at {} ({})", format_rfc3339(*next), relative(*next, now));
  }
  return text;
}

json::Document signal_json(const std::optional<carbon::Signal>& signal, TimePoint now) {
  if (!signal) return nullptr;
  json::Document out = {{"source", signal->source},
                        {"zone", signal->zone},
                        {"state", carbon::name(carbon::state_at(*signal, now))},
                        {"intensity", nullptr},
                        {"nextGreen", nullptr}};
  if (const auto intensity = carbon::intensity_at(*signal, now)) out["intensity"] = *intensity;
  if (const auto next = carbon::next_green(*signal, now)) out["nextGreen"] = format_rfc3339(*next);
  return out;
}

}  // namespace karbonetes::cli
