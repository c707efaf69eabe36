#include "cli/signal_text.hpp"

#include <fmt/format.h>

#include "cli/text.hpp"
#include "plan/outlook.hpp"

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
    return "Signal: not known here: the controller has not published it, or it may not be read";
  }
  const auto outlook = plan::outlook_at(nullptr, *service, now);
  std::string text =
      fmt::format("Signal: {} ({}", carbon::name(outlook.state), printable(service->source, 64));
  if (!service->zone.empty()) text += ", zone " + printable(service->zone, 64);
  text += ")";
  if (const auto intensity = carbon::intensity_at(*service, now))
    text += fmt::format(", {:.0f} gCO2eq/kWh", *intensity);
  if (outlook.next_green && outlook.state != carbon::GreenState::Green) {
    text += fmt::format("; green next at {} ({})", format_rfc3339(*outlook.next_green),
                        relative(*outlook.next_green, now));
  }
  return text;
}

json::Document signal_json(const std::optional<carbon::Signal>& signal, TimePoint now) {
  if (!signal) return nullptr;
  const auto outlook = plan::outlook_at(nullptr, *signal, now);
  json::Document out = {{"source", signal->source},
                        {"zone", signal->zone},
                        {"state", carbon::name(outlook.state)},
                        {"intensity", nullptr},
                        {"nextGreen", nullptr}};
  if (const auto intensity = carbon::intensity_at(*signal, now)) out["intensity"] = *intensity;
  if (outlook.next_green) out["nextGreen"] = format_rfc3339(*outlook.next_green);
  return out;
}

}  // namespace karbonetes::cli
