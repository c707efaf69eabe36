#include "placement/gpu_model.hpp"

#include <array>

#include "json/reader.hpp"

namespace karbonetes::placement {

namespace {

constexpr std::size_t kMaxText = 1U << 20;
constexpr std::size_t kLongestLabel = 63;  // of a label's value

struct Hint {
  std::string_view prefix, model;
};

// Instance families of AWS, GCP and Azure that carry one model. Longer prefixes first.
constexpr std::array kFamilies{
    Hint{"g4dn.", "T4"},  Hint{"g5.", "A10G"},   Hint{"p3.", "V100"},   Hint{"p3dn.", "V100"},
    Hint{"p4d.", "A100"}, Hint{"p4de.", "A100"}, Hint{"p2.", "K80"},    Hint{"g3.", "M60"},
    Hint{"g3s.", "M60"},  Hint{"g2.", "K520"},   Hint{"g4ad.", "V520"}, Hint{"a2-", "A100"},
};

// As Karpenter ("t4") and NVIDIA's feature discovery ("Tesla-T4", "NVIDIA-A100-SXM4-40GB") write
// them: whole words, so that "A10G" is not "A10".
constexpr std::array kModels{"T4", "V100", "A100", "A10G", "K80", "M60", "P4", "P100", "K520"};

std::string model_in(std::string_view product) {
  std::string word;
  const auto known = [&]() -> std::string {
    for (const std::string_view model : kModels) {
      if (word == model) return std::string(model);
    }
    word.clear();
    return {};
  };
  for (const char c : product) {
    if (c >= 'a' && c <= 'z') {
      word.push_back(static_cast<char>(c - 'a' + 'A'));
    } else if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) {
      word.push_back(c);
    } else if (auto model = known(); !model.empty()) {
      return model;
    }
  }
  return known();
}

std::string model_of_instance(std::string_view type) {
  for (const Hint& hint : kFamilies) {
    if (type.starts_with(hint.prefix)) return std::string(hint.model);
  }
  return {};
}

}  // namespace

std::string gpu_model_of(std::string_view node_labels) {
  if (node_labels.size() > kMaxText) return {};
  std::string product, karpenter, type;
  json::Reader reader;
  const Status status =
      reader.each(node_labels, [&](std::string_view key, json::Value v) -> Status {
        std::string* const out = key == "nvidia.com/gpu.product"                ? &product
                                 : key == "karpenter.k8s.aws/instance-gpu-name" ? &karpenter
                                 : key == "node.kubernetes.io/instance-type"    ? &type
                                                                                : nullptr;
        if (out == nullptr) return {};
        if (const auto text = v.string()) *out = text->substr(0, kLongestLabel);
        return {};
      });
  if (!status) return {};
  for (const std::string& name : {product, karpenter}) {
    if (auto model = model_in(name); !model.empty()) return model;
  }
  return model_of_instance(type);
}

}  // namespace karbonetes::placement
