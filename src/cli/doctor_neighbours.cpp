// The checks of doctor.hpp that look at what Karbonetes works with: Karpenter and Kueue.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "cli/doctor.hpp"
#include "cli/doctor_finding.hpp"
#include "cli/doctor_json.hpp"
#include "cli/text.hpp"

namespace karbonetes::cli {

namespace {

using json::Document;

// The containers of a Deployment whose image is called so: registry/path/NAME:tag or NAME/...
const Document* container_of(const Document& deployments, std::string_view image_part,
                             std::string* where) {
  for (const auto& deployment : array_at(deployments, "items")) {
    const auto& pod = object_at(object_at(object_at(deployment, "spec"), "template"), "spec");
    for (const auto& container : array_at(pod, "containers")) {
      if (text_at(container, "image").find(image_part) == std::string::npos) continue;
      const auto& metadata = object_at(deployment, "metadata");
      *where = printable(text_at(metadata, "namespace") + "/" + text_at(metadata, "name"), 130);
      return &container;
    }
  }
  return nullptr;
}

// Taints of a pool that our green placement does not tolerate.
std::string other_taints(const Document& pool, const std::string& green_key) {
  std::string out;
  const auto& spec = object_at(object_at(object_at(pool, "spec"), "template"), "spec");
  for (const auto& taint : array_at(spec, "taints")) {
    const auto key = text_at(taint, "key");
    if (key == green_key || text_at(taint, "effect") == "PreferNoSchedule") continue;
    out += (out.empty() ? "" : ", ") + printable(key, 100);
  }
  return out;
}

}  // namespace

Finding check_node_pools(const Fetched& node_pools, const policy::PolicySet& policies,
                         std::string_view system_namespace) {
  constexpr const char* kCheck = "node-pools";
  constexpr const char* kAdvice = "config/samples has a NodePool for each role; docs/karpenter.md";
  if (!node_pools) {
    if (node_pools.error().code == Errc::NotFound)
      return finding(kCheck, Level::Skipped,
                     "there are no NodePools here: Karpenter is not installed");
    if (node_pools.error().code == Errc::Forbidden)
      return finding(kCheck, Level::Skipped, "you may not read the NodePools");
    return finding(kCheck, Level::Problem,
                   "the NodePools cannot be read: " + printable(node_pools.error().message),
                   kAdvice);
  }
  std::map<std::string, const Document*> pools;
  for (const auto& pool : array_at(*node_pools, "items"))
    pools[text_at(object_at(pool, "metadata"), "name")] = &pool;
  // What the built-in defaults say counts, too: they hold where no policy does.
  std::vector<policy::ResolvedPolicy> asked{policy::resolve({}, "", {}, system_namespace)};
  for (const auto& [key, each] : policies.by_key) {
    policy::Overrides overrides;
    overrides.policy = each->name;
    asked.push_back(policy::resolve(policies, each->namespace_, overrides, system_namespace));
  }
  std::set<std::string> missing, tainted;
  for (const auto& each : asked) {
    const auto& green = each.green_node_pool.value;
    const auto& fallback = each.fallback_node_pool.value;
    const auto who = each.policy ? "policy " + printable(each.policy_key, 130)
                                 : std::string("the built-in defaults");
    if (!pools.contains(green)) missing.insert("\"" + printable(green, 64) + "\" (" + who + ")");
    if (!fallback.empty() && !pools.contains(fallback))
      missing.insert("\"" + printable(fallback, 64) + "\" (" + who + ")");
    if (const auto it = pools.find(green); it != pools.end()) {
      if (const auto others = other_taints(*it->second, each.green_taint_key.value);
          !others.empty())
        tainted.insert("\"" + printable(green, 64) + "\": " + others);
    }
  }
  const auto join = [](const std::set<std::string>& all) {
    std::string out;
    for (const auto& each : all) out += (out.empty() ? "" : ", ") + each;
    return out;
  };
  if (!missing.empty())
    return finding(kCheck, Level::Problem, "there is no NodePool " + join(missing), kAdvice);
  if (!tainted.empty())
    return finding(kCheck, Level::Warning,
                   "taints that Jobs do not get a toleration for keep them off " + join(tainted),
                   "greenTaintKey of the policy, or tolerations of the Jobs' own");
  return finding(kCheck, Level::Ok,
                 fmt::format("{}, all that policies name are there", pools.size()));
}

Finding check_karpenter(const Fetched& deployments) {
  constexpr const char* kCheck = "karpenter";
  if (!deployments)
    return finding(kCheck, Level::Skipped, "you may not read Deployments of all namespaces");
  std::string where;
  const auto* container = container_of(*deployments, "karpenter", &where);
  if (container == nullptr)
    return finding(kCheck, Level::Skipped,
                   "no Deployment of Karpenter is to be seen; it may run elsewhere");
  for (const auto& variable : array_at(*container, "env")) {
    if (text_at(variable, "name") != "PREFERENCE_POLICY") continue;
    const auto value = text_at(variable, "value");
    if (value == "Ignore")
      return finding(kCheck, Level::Ok,
                     where +
                         ": PREFERENCE_POLICY=Ignore; the ordered required terms that Jobs get "
                         "hold all the same");
    return finding(kCheck, Level::Ok, where + ": PREFERENCE_POLICY=" + printable(value, 40));
  }
  return finding(kCheck, Level::Ok, where + ": preferences are respected");
}

Finding check_kueue(const Fetched& deployments) {
  constexpr const char* kCheck = "kueue";
  if (!deployments)
    return finding(kCheck, Level::Skipped, "you may not read Deployments of all namespaces");
  std::string where;
  const auto* container = container_of(*deployments, "kueue", &where);
  if (container == nullptr) return finding(kCheck, Level::Skipped, "Kueue is not installed");
  const auto image = text_at(*container, "image");
  const auto at = image.rfind(":v0.");
  int minor = -1;
  if (at != std::string::npos) {
    minor = 0;
    for (std::size_t i = at + 4;
         i < image.size() && image[i] >= '0' && image[i] <= '9' && minor < 1000; ++i)
      minor = minor * 10 + (image[i] - '0');
  }
  if (minor >= 0 && minor < 17)
    return finding(
        kCheck, Level::Warning,
        where + " is older than 0.17: queued Jobs cannot be held, and run when Kueue admits them",
        "docs/kueue.md");
  if (minor >= 17 && minor < 19)
    return finding(kCheck, Level::Warning,
                   where + ": admission gates are behind a feature gate before 0.19",
                   "docs/kueue.md");
  return finding(kCheck, Level::Ok, where + ": queued Jobs are held by an admission gate");
}

}  // namespace karbonetes::cli
