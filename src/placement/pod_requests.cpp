#include "placement/pod_requests.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>

#include "base/quantity.hpp"
#include "base/text.hpp"
#include "json/document.hpp"

namespace karbonetes::placement {

namespace {

using json::Document;

constexpr std::size_t kMaxText = 1U << 20;
constexpr std::size_t kMaxContainers = 1000;
constexpr double kGib = 1024.0 * 1024 * 1024;
constexpr double kMigSlices = 7;  // of an A100 or H100

constexpr std::string_view kCpu = "cpu";
constexpr std::string_view kMemory = "memory";

// By resource name, in base units. Names that do not matter here are left out.
using Resources = std::map<std::string, double, std::less<>>;

bool is_gpu(std::string_view resource) {
  return resource == "nvidia.com/gpu" || resource == "amd.com/gpu" ||
         resource == "gpu.intel.com/i915" || resource == "gpu.intel.com/xe" ||
         resource.starts_with("nvidia.com/mig-");
}

bool matters(std::string_view resource) {
  return resource == kCpu || resource == kMemory || is_gpu(resource);
}

tl::unexpected<Error> wrong(const std::string& field, std::string_view expected) {
  return fail(Errc::Parse, field + ": write " + std::string(expected));
}

Result<Document> read(std::string_view text, const std::string& field, Document::value_t kind) {
  if (text.empty()) return Document(nullptr);
  if (text.size() > kMaxText) return fail(Errc::Parse, field + ": larger than 1 MiB");
  auto document = json::parse(text);
  // The library quotes what it stumbled over, whatever its length.
  if (!document) return fail(Errc::Parse, field + ": " + document.error().message.substr(0, 200));
  if (!document->is_null() && document->type() != kind) {
    return wrong(field, kind == Document::value_t::array ? "an array" : "an object");
  }
  return document;
}

// Null for an absent member.
const Document& member(const Document& object, std::string_view key) {
  static const Document kNull(nullptr);
  if (!object.is_object()) return kNull;
  const auto found = object.find(key);
  return found == object.end() ? kNull : *found;
}

// Adds what `list` has and `into` has not: so limits stand in for missing requests.
Status fill(Resources& into, const Document& list, const std::string& field) {
  if (list.is_null()) return {};
  if (!list.is_object()) return wrong(field, "an object of quantities");
  for (const auto& [resource, quantity] : list.items()) {
    if (!matters(resource)) continue;
    const std::string where = field + "[" + in_quotes(resource) + "]";
    // Before the API server has stored it, "cpu: 2" is a number.
    if (!quantity.is_string() && !quantity.is_number()) return wrong(where, "a quantity");
    const auto value =
        parse_quantity(quantity.is_string() ? quantity.get_ref<const std::string&>()
                                            : quantity.dump());
    if (!value) return fail(value.error().code, where + ": " + value.error().message);
    into.try_emplace(resource, *value);
  }
  return {};
}

Result<Resources> resources_of(const Document& holder, const std::string& field) {
  Resources out;
  const Document& resources = member(holder, "resources");
  if (!resources.is_null() && !resources.is_object()) return wrong(field + ".resources", "an object");
  for (const char* part : {"requests", "limits"}) {
    if (Status s = fill(out, member(resources, part), field + ".resources." + part); !s) {
      return fail(s.error());
    }
  }
  return out;
}

void add(Resources& sum, const Resources& other) {
  for (const auto& [resource, value] : other) sum[resource] += value;
}

void at_least(Resources& most, const Resources& other) {
  for (const auto& [resource, value] : other) most[resource] = std::max(most[resource], value);
}

// Calls fn(resources, container) for each.
template <typename Fn>
Status each_container(std::string_view text, const std::string& field, Fn&& fn) {
  const auto containers = read(text, field, Document::value_t::array);
  if (!containers) return fail(containers.error());
  if (containers->size() > kMaxContainers) return fail(Errc::Parse, field + ": more than 1000");
  std::size_t index = 0;
  for (const Document& container : *containers) {
    const std::string where = field + "[" + std::to_string(index++) + "]";
    if (!container.is_object()) return wrong(where, "an object");
    const auto resources = resources_of(container, where);
    if (!resources) return fail(resources.error());
    fn(*resources, container);
  }
  return {};
}

Result<Resources> containers_together(const PodResourcesText& text) {
  Resources sum, sidecars, init;
  Status status = each_container(text.containers, "containers",
                                 [&](const Resources& r, const Document&) { add(sum, r); });
  if (!status) return fail(status.error());
  status = each_container(
      text.init_containers, "initContainers", [&](const Resources& r, const Document& container) {
        const Document& restart = member(container, "restartPolicy");
        if (restart.is_string() && restart.get_ref<const std::string&>() == "Always") {
          add(sum, r);
          add(sidecars, r);
          at_least(init, sidecars);
        } else {
          Resources during = sidecars;
          add(during, r);
          at_least(init, during);
        }
      });
  if (!status) return fail(status.error());
  at_least(sum, init);
  return sum;
}

// Pod-level requests; a missing one is what the containers need, else the pod's limit.
Status apply_pod_level(Resources& sum, std::string_view text) {
  const auto pod = read(text, "resources", Document::value_t::object);
  if (!pod) return fail(pod.error());
  Resources requests, limits;
  if (Status s = fill(requests, member(*pod, "requests"), "resources.requests"); !s) return s;
  if (Status s = fill(limits, member(*pod, "limits"), "resources.limits"); !s) return s;
  for (const std::string_view resource : {kCpu, kMemory}) {
    const std::string key(resource);
    if (const auto r = requests.find(resource); r != requests.end()) {
      sum[key] = r->second;
    } else if (const auto l = limits.find(resource); l != limits.end()) {
      sum.try_emplace(key, l->second);
    }
  }
  return {};
}

// nvidia.com/mig-3g.20gb -> 3 / 7 of a GPU; a name that says no number is a whole one.
double pieces(std::string_view resource) {
  constexpr std::string_view kMig = "nvidia.com/mig-";
  if (!resource.starts_with(kMig)) return 1;
  resource.remove_prefix(kMig.size());
  int slices = 0;
  const auto [end, error] =
      std::from_chars(resource.data(), resource.data() + resource.size(), slices);
  if (error != std::errc{} || end == resource.data() + resource.size() || *end != 'g') return 1;
  return std::clamp(slices, 1, 7) / kMigSlices;
}

struct Hint {
  std::string_view prefix, model;
};

// Instance families of AWS, GCP and Azure that carry one model. Longer prefixes first.
constexpr std::array kFamilies{
    Hint{"g4dn.", "T4"},          Hint{"g5.", "A10G"},
    Hint{"p3.", "V100"},          Hint{"p3dn.", "V100"},
    Hint{"p4d.", "A100"},         Hint{"p4de.", "A100"},
    Hint{"p2.", "K80"},           Hint{"g3.", "M60"},
    Hint{"g3s.", "M60"},          Hint{"g2.", "K520"},
    Hint{"g4ad.", "V520"},        Hint{"a2-", "A100"},
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
  for (const char c : product.substr(0, 128)) {
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
  const auto labels = read(node_labels, "nodeSelector", Document::value_t::object);
  if (!labels) return {};
  const auto value = [&](std::string_view key) -> std::string_view {
    const Document& v = member(*labels, key);
    return v.is_string() ? std::string_view(v.get_ref<const std::string&>()) : std::string_view{};
  };
  for (const char* key : {"nvidia.com/gpu.product", "karpenter.k8s.aws/instance-gpu-name"}) {
    if (auto model = model_in(value(key)); !model.empty()) return model;
  }
  return model_of_instance(value("node.kubernetes.io/instance-type"));
}

Result<ledger::Requests> requests_of(const PodResourcesText& text) {
  auto sum = containers_together(text);
  if (!sum) return fail(sum.error());
  if (Status s = apply_pod_level(*sum, text.pod_resources); !s) return fail(s.error());
  const auto overhead = read(text.overhead, "overhead", Document::value_t::object);
  if (!overhead) return fail(overhead.error());
  Resources extra;
  if (Status s = fill(extra, *overhead, "overhead"); !s) return fail(s.error());
  add(*sum, extra);

  ledger::Requests out;
  std::optional<std::string> model;
  for (const auto& [resource, value] : *sum) {
    if (resource == kCpu) out.vcpu = value;
    if (resource == kMemory) out.memory_gib = value / kGib;
    if (!is_gpu(resource) || value <= 0) continue;
    if (!model) model = gpu_model_of(text.node_selector);
    const bool sliced = resource.starts_with("nvidia.com/mig-");
    // Of the models in the table only the A100 can be sliced.
    out.gpus[model->empty() && sliced ? "A100" : *model] += value * pieces(resource);
  }
  return out;
}

}  // namespace karbonetes::placement
