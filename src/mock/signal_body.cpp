#include "mock/signal_body.hpp"

#include "mock/stamp.hpp"

namespace karbonetes::mock {

namespace {

using json::Document;

// A fast trace has steps below a second.
std::string instant(TimePoint t, bool in_berlin) {
  if (in_berlin) return stamp_text(t, "Z", true);
  return t == std::chrono::floor<Seconds>(t) ? format_rfc3339(t) : format_rfc3339_micro(t);
}

Document list_of(const std::vector<Slot>& slots, bool in_berlin) {
  auto out = Document::array();
  for (const Slot& slot : slots) {
    out.push_back({{"from", instant(slot.from, in_berlin)},
                   {"intensity", slot.grams ? Document(*slot.grams) : Document(nullptr)}});
  }
  return out;
}

std::vector<Slot> slots_of(const std::vector<Step>& steps) {
  std::vector<Slot> out;
  out.reserve(steps.size());
  for (const Step& step : steps) out.push_back({step.from, step.grams, false});
  return out;
}

}  // namespace

std::string render(const View& view, TimePoint now, const std::optional<Fault>& fault) {
  auto forecast = slots_of(view.forecast);
  if (fault) {
    forecast = fault->kind == FaultKind::Year ? year_of_points(now, view.intensity)
                                              : spoiled(std::move(forecast), fault->kind);
  }
  auto windows = Document::array();
  for (const auto& w : view.green_windows) {
    windows.push_back({{"start", instant(w.start, false)}, {"end", instant(w.end, false)}});
  }
  const Document body = {
      {"source", "karbonetes-signal"},
      {"zone", view.zone},
      {"kind", carbon::name(view.kind)},
      {"green", view.green},
      {"forced", view.forced},
      {"observedAt", format_rfc3339(now)},
      {"intensity", {{"value", view.intensity}, {"unit", "gCO2eq/kWh"}}},
      {"greenWindows", std::move(windows)},
      {"observed", list_of(slots_of(view.observed), false)},
      {"forecast", list_of(forecast, fault && fault->kind == FaultKind::Dst)},
  };
  // The zone may come from a file in any encoding.
  return body.dump(-1, ' ', false, Document::error_handler_t::replace) + "\n";
}

}  // namespace karbonetes::mock
