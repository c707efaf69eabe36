#include "placement/placement.hpp"

#include <string_view>

#include "api/v1alpha1/names.hpp"
#include "placement/json_patch.hpp"

namespace karbonetes::placement {

namespace {

using json::Document;

constexpr std::string_view kTemplateSpec = "/spec/template/spec";
constexpr int kPreferredWeight = 100;

Result<Document> parse_or(const std::string& text, Document fallback, std::string_view what) {
  if (text.empty()) return fallback;
  auto document = json::parse(text);
  if (!document)
    return fail(document.error().code, std::string(what) + ": " + document.error().message);
  if (document->type() != fallback.type()) {
    return fail(Errc::Parse, std::string(what) + ": not a JSON " + fallback.type_name());
  }
  return document;
}

// The member as an array, or an empty array when it is absent, null or something else.
Document array_at(const Document& object, const char* key) {
  if (!object.is_object()) return Document::array();
  const auto it = object.find(key);
  return it != object.end() && it->is_array() ? *it : Document::array();
}

// The member as text, or "" when it is absent or not a string.
std::string text_at(const Document& object, const char* key) {
  if (!object.is_object()) return {};
  const auto it = object.find(key);
  return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}

Document pool_requirement(const char* op, std::string_view pool) {
  return Document{{"key", api::kNodePool}, {"operator", op}, {"values", Document::array({pool})}};
}

bool names_node_pool(const Document& term) {
  for (const auto& expression : array_at(term, "matchExpressions")) {
    if (text_at(expression, "key") == api::kNodePool) return true;
  }
  return false;
}

// A term without any expression matches no node; adding ours would make it match.
bool matches_nothing(const Document& term) {
  return array_at(term, "matchExpressions").empty() && array_at(term, "matchFields").empty();
}

Document required_terms(const Document& affinity) {
  if (!affinity.contains("nodeAffinity") || !affinity["nodeAffinity"].is_object())
    return Document::array();
  const auto& node = affinity["nodeAffinity"];
  const auto it = node.find("requiredDuringSchedulingIgnoredDuringExecution");
  return it == node.end() ? Document::array() : array_at(*it, "nodeSelectorTerms");
}

// Each of `pools` AND-ed with each of the user's terms, pools outermost: Karpenter tries terms in
// order.
Document cross(const std::vector<Document>& pools, const Document& user_terms) {
  Document terms = Document::array();
  for (const auto& pool : pools) {
    if (user_terms.empty()) {
      terms.push_back({{"matchExpressions", Document::array({pool})}});
      continue;
    }
    for (Document term : user_terms) {
      if (matches_nothing(term)) continue;
      Document expressions = array_at(term, "matchExpressions");
      expressions.push_back(pool);
      term["matchExpressions"] = std::move(expressions);
      terms.push_back(std::move(term));
    }
  }
  return terms;
}

bool tolerates(const Document& tolerations, std::string_view taint_key) {
  for (const auto& toleration : tolerations) {
    const std::string key = text_at(toleration, "key");
    const bool exists = text_at(toleration, "operator") == "Exists";
    const bool every_effect = text_at(toleration, "effect").empty();
    if (exists && every_effect && (key.empty() || key == taint_key)) return true;
  }
  return false;
}

void append_do_not_disrupt(Document& patch, const PodTemplate& pod) {
  const auto annotations = pod.annotations.empty()
                               ? Document::object()
                               : json::parse(pod.annotations).value_or(Document::object());
  if (annotations.contains(api::kDoNotDisrupt)) return;  // the author's word stands
  const std::string metadata = "/spec/template/metadata";
  if (!pod.has_metadata) {
    add_op(patch, metadata, {{"annotations", {{api::kDoNotDisrupt, "true"}}}});
  } else if (pod.annotations.empty()) {
    add_op(patch, metadata + "/annotations", {{api::kDoNotDisrupt, "true"}});
  } else {
    add_op(patch, metadata + "/annotations/" + pointer_token(api::kDoNotDisrupt), "true");
  }
}

Status append_toleration(Document& patch, const PodTemplate& pod, const std::string& taint_key) {
  auto tolerations = parse_or(pod.tolerations, Document::array(), "tolerations");
  if (!tolerations) return fail(tolerations.error());
  if (taint_key.empty() || tolerates(*tolerations, taint_key)) return {};
  const Document toleration{{"key", taint_key}, {"operator", "Exists"}};
  const std::string path = std::string(kTemplateSpec) + "/tolerations";
  if (pod.tolerations.empty()) {
    add_op(patch, path, Document::array({toleration}));
  } else {
    add_op(patch, path + "/-", toleration);
  }
  return {};
}

std::vector<Document> pools_for(const Directives& d) {
  const bool other_fallback =
      !d.fallback_node_pool.empty() && d.fallback_node_pool != d.green_node_pool;
  std::vector<Document> pools;
  if (d.pool == plan::Pool::Green) {
    pools.push_back(pool_requirement("In", d.green_node_pool));
    if (d.strict) return pools;
    // NotIn matches nodes without the label as well, so that a cluster half on Karpenter has a
    // fallback too.
    pools.push_back(other_fallback ? pool_requirement("In", d.fallback_node_pool)
                                   : pool_requirement("NotIn", d.green_node_pool));
  } else if (d.pool == plan::Pool::Fallback && other_fallback) {
    pools.push_back(pool_requirement("In", d.fallback_node_pool));
  }
  return pools;
}

}  // namespace

Directives directives_for(const plan::Decision& decision, const policy::ResolvedPolicy& policy) {
  Directives d;
  d.pool = decision.pool;
  d.strict = decision.strict;
  d.green_node_pool = policy.green_node_pool.value;
  d.fallback_node_pool = policy.fallback_node_pool.value;
  d.green_taint_key = policy.green_taint_key.value;
  d.do_not_disrupt = policy.do_not_disrupt.value;
  return d;
}

bool pins_node_pool(const PodTemplate& pod) {
  const auto selector = json::parse(pod.node_selector);
  if (selector && selector->is_object() && selector->contains(api::kNodePool)) return true;
  const auto affinity = json::parse(pod.affinity);
  if (!affinity || !affinity->is_object()) return false;
  for (const auto& term : required_terms(*affinity)) {
    if (names_node_pool(term)) return true;
  }
  return false;
}

Status append_placement(Document& patch, const PodTemplate& pod, const Directives& d) {
  if (d.pool == plan::Pool::Untouched) return {};
  if (d.do_not_disrupt) append_do_not_disrupt(patch, pod);
  auto affinity = parse_or(pod.affinity, Document::object(), "affinity");
  if (!affinity) return fail(affinity.error());
  if (pins_node_pool(pod)) return {};
  if (d.pool == plan::Pool::Green) {
    if (auto status = append_toleration(patch, pod, d.green_taint_key); !status) return status;
  }
  const auto pools = pools_for(d);
  if (pools.empty()) return {};
  const auto user_terms = required_terms(*affinity);
  auto terms = cross(pools, user_terms);
  if (terms.empty()) return {};  // the author's terms match no node at all: theirs to mend
  auto& node = (*affinity)["nodeAffinity"];
  if (!node.is_object()) node = Document::object();
  node["requiredDuringSchedulingIgnoredDuringExecution"] = {
      {"nodeSelectorTerms", std::move(terms)}};
  if (d.pool == plan::Pool::Green && !d.strict) {
    auto preferred = array_at(node, "preferredDuringSchedulingIgnoredDuringExecution");
    preferred.push_back(
        {{"weight", kPreferredWeight},
         {"preference",
          {{"matchExpressions", Document::array({pool_requirement("In", d.green_node_pool)})}}}});
    node["preferredDuringSchedulingIgnoredDuringExecution"] = std::move(preferred);
  }
  add_op(patch, std::string(kTemplateSpec) + "/affinity", std::move(*affinity));
  return {};
}

}  // namespace karbonetes::placement
