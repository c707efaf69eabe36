// Our entry in Kueue's admission gate, the annotation kueue.x-k8s.io/admission-gated-by: a
// comma-separated list of gate names, where others may have theirs. Kueue admits a Job only when
// the list is empty. Pure.
#pragma once

#include <string>
#include <string_view>

namespace karbonetes::placement {

[[nodiscard]] bool has_gate(std::string_view gates);
[[nodiscard]] std::string add_gate(std::string_view gates);     // unchanged when already there
[[nodiscard]] std::string remove_gate(std::string_view gates);  // "" when ours was the only one

}  // namespace karbonetes::placement
