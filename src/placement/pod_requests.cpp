#include "placement/pod_requests.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/quantity.hpp"
#include "base/text.hpp"
#include "json/reader.hpp"
#include "placement/gpu_model.hpp"

namespace karbonetes::placement {

namespace {

using json::Kind;
using json::Value;

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

// Calls fn(value) with the value that `text` is; nothing when it is empty.
template <typename Fn>
Status with_value(std::string_view text, const std::string& field, Fn&& fn) {
  if (text.empty()) return {};
  if (text.size() > kMaxText) return fail(Errc::Parse, field + ": larger than 1 MiB");
  json::Reader reader;
  bool read = false;
  Status status =
      reader.each("{\"v\":" + std::string(text) + "}", [&](std::string_view, Value v) -> Status {
        if (read) return fail(Errc::Parse, "JSON: there is text after the end of the value");
        read = true;
        return fn(v);
      });
  // What fn found already names its field.
  if (status || !status.error().message.starts_with("JSON:")) return status;
  return fail(Errc::Parse, field + ": " + status.error().message);
}

// False for null. Error: Parse when it is of another kind.
Result<bool> is(Value& value, Kind kind, const std::string& field) {
  const auto found = value.kind();
  if (!found) return fail(found.error());
  if (*found == Kind::Null && value.is_null()) return false;
  if (*found == kind) return true;
  return wrong(field, kind == Kind::Array ? "an array" : "an object");
}

template <typename Fn>
Status each_member(Value value, const std::string& field, Fn&& fn) {
  const auto here = is(value, Kind::Object, field);
  if (!here) return fail(here.error());
  return *here ? value.each(std::forward<Fn>(fn)) : Status{};
}

// A Quantity is a string; before the API server has stored it, `cpu: 2` is a number.
Result<double> quantity_of(Value value, const std::string& field) {
  const auto kind = value.kind();
  if (!kind) return fail(kind.error());
  if (*kind != Kind::String && *kind != Kind::Number) return wrong(field, "a quantity");
  const auto text = *kind == Kind::String ? value.string() : value.raw();
  if (!text) return fail(text.error());
  auto quantity = parse_quantity(*text);
  if (!quantity) return fail(quantity.error().code, field + ": " + quantity.error().message);
  return quantity;
}

Status read_list(Value list, const std::string& field, Resources& out) {
  return each_member(list, field, [&](std::string_view resource, Value v) -> Status {
    if (!matters(resource)) return {};
    const std::string name(resource);
    const auto quantity = quantity_of(v, field + "[" + in_quotes(name) + "]");
    if (!quantity) return fail(quantity.error());
    out.insert_or_assign(name, *quantity);
    return {};
  });
}

struct Spec {
  Resources requests, limits;

  // A missing request is the limit.
  [[nodiscard]] Resources effective() const {
    Resources out = requests;
    out.insert(limits.begin(), limits.end());
    return out;
  }
};

Status read_resources(Value resources, const std::string& field, Spec& out) {
  return each_member(resources, field, [&](std::string_view part, Value v) -> Status {
    if (part == "requests") return read_list(v, field + ".requests", out.requests);
    if (part == "limits") return read_list(v, field + ".limits", out.limits);
    return {};
  });
}

struct Container {
  Resources needs;
  bool sidecar = false;
};

Result<Container> read_container(Value value, const std::string& field) {
  Spec spec;
  Container out;
  const auto here = is(value, Kind::Object, field);
  if (!here) return fail(here.error());
  if (!*here) return wrong(field, "an object");
  const Status status = value.each([&](std::string_view key, Value v) -> Status {
    if (key == "resources") return read_resources(v, field + ".resources", spec);
    if (key == "restartPolicy") {
      const auto policy = v.string();
      out.sidecar = policy && *policy == "Always";
    }
    return {};
  });
  if (!status) return fail(status.error());
  out.needs = spec.effective();
  return out;
}

template <typename Fn>
Status each_container(std::string_view text, const std::string& field, Fn&& fn) {
  return with_value(text, field, [&](Value containers) -> Status {
    const auto here = is(containers, Kind::Array, field);
    if (!here) return fail(here.error());
    if (!*here) return {};
    std::size_t index = 0;
    return containers.each_element([&](Value v) -> Status {
      if (index == kMaxContainers) return wrong(field, "at most 1000");
      const auto container = read_container(v, field + "[" + std::to_string(index++) + "]");
      if (!container) return fail(container.error());
      fn(*container);
      return {};
    });
  });
}

void add(Resources& sum, const Resources& other) {
  for (const auto& [resource, value] : other) sum[resource] += value;
}

void at_least(Resources& most, const Resources& other) {
  for (const auto& [resource, value] : other) most[resource] = std::max(most[resource], value);
}

Result<Resources> containers_together(const PodResourcesText& text) {
  Resources sum, sidecars, init;
  Status status =
      each_container(text.containers, "containers", [&](const Container& c) { add(sum, c.needs); });
  if (!status) return fail(status.error());
  status = each_container(text.init_containers, "initContainers", [&](const Container& c) {
    if (c.sidecar) {
      add(sum, c.needs);
      add(sidecars, c.needs);
      at_least(init, sidecars);
    } else {
      Resources during = sidecars;
      add(during, c.needs);
      at_least(init, during);
    }
  });
  if (!status) return fail(status.error());
  at_least(sum, init);
  return sum;
}

// Pod-level requests; a missing one is what the containers need, else the pod's limit.
Status apply_pod_level(Resources& sum, std::string_view text) {
  Spec pod;
  Status status =
      with_value(text, "resources", [&](Value v) { return read_resources(v, "resources", pod); });
  if (!status) return status;
  for (const std::string_view resource : {kCpu, kMemory}) {
    const std::string key(resource);
    if (const auto r = pod.requests.find(resource); r != pod.requests.end()) {
      sum[key] = r->second;
    } else if (const auto l = pod.limits.find(resource); l != pod.limits.end()) {
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

}  // namespace

Result<ledger::Requests> requests_of(const PodResourcesText& text) {
  auto sum = containers_together(text);
  if (!sum) return fail(sum.error());
  if (Status s = apply_pod_level(*sum, text.pod_resources); !s) return fail(s.error());
  Resources overhead;
  const Status status = with_value(text.overhead, "overhead",
                                   [&](Value v) { return read_list(v, "overhead", overhead); });
  if (!status) return fail(status.error());
  add(*sum, overhead);

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
