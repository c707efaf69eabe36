// Which GPU a pod lands on, as far as its node selector tells. Pure; cannot fail.
#pragma once

#include <string>
#include <string_view>

namespace karbonetes::placement {

// From a node selector or node labels (raw JSON object): nvidia.com/gpu.product, then
// karpenter.k8s.aws/instance-gpu-name, then the family of node.kubernetes.io/instance-type. As in
// ledger::EnergyModel::gpus ("T4"); "" when nothing says it, or when it is not JSON.
[[nodiscard]] std::string gpu_model_of(std::string_view node_labels);

}  // namespace karbonetes::placement
