#include "placement/kueue_gate.hpp"

#include "api/v1alpha1/names.hpp"

namespace karbonetes::placement {

namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// Calls fn for each non-empty entry of the list.
template <typename Fn>
void each_gate(std::string_view gates, Fn&& fn) {
  while (!gates.empty()) {
    const auto comma = gates.find(',');
    const auto entry = trim(gates.substr(0, comma));
    if (!entry.empty()) fn(entry);
    if (comma == std::string_view::npos) return;
    gates.remove_prefix(comma + 1);
  }
}

}  // namespace

bool has_gate(std::string_view gates) {
  bool found = false;
  each_gate(gates, [&](std::string_view gate) { found = found || gate == api::kKueueGate; });
  return found;
}

std::string add_gate(std::string_view gates) {
  std::string out(gates);
  if (has_gate(gates)) return out;
  if (!out.empty()) out += ',';
  out += api::kKueueGate;
  return out;
}

std::string remove_gate(std::string_view gates) {
  std::string out;
  each_gate(gates, [&](std::string_view gate) {
    if (gate == api::kKueueGate) return;
    if (!out.empty()) out += ',';
    out += gate;
  });
  return out;
}

}  // namespace karbonetes::placement
