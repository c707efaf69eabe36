// Two readers of one Job: simdjson's path, which the controller uses, against the document model
// (nlohmann). What the first takes in, the second must see too. For the fuzz target `job` and the
// unit tests.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/document.hpp"
#include "kube/model/job.hpp"

namespace karbonetes::fuzz {

// Of several members of one name one reader takes the first and the other the last: no API server
// sends such objects, and there is nothing to compare.
inline bool has_twins(std::string_view text) {
  std::vector<std::map<std::string, int>> open;
  bool twins = false;
  [[maybe_unused]] const auto parsed_whole = json::Document::parse(
      text.begin(), text.end(),
      [&](int, json::Document::parse_event_t event, json::Document& parsed) {
        if (event == json::Document::parse_event_t::object_start) open.emplace_back();
        if (event == json::Document::parse_event_t::object_end && !open.empty()) open.pop_back();
        if (event == json::Document::parse_event_t::key && !open.empty())
          twins = ++open.back()[parsed.get<std::string>()] > 1 || twins;
        return true;
      },
      /*allow_exceptions=*/false);
  return twins;
}

// What `object` and `view`, of the same text, say differently; empty: nothing.
inline std::string disagreement(const json::Document& object, const kube::JobView& view) {
  static const json::Document kEmpty = json::Document::object();
  const auto child = [](const json::Document& of, const char* key) -> const json::Document& {
    const auto it = of.find(key);
    return it != of.end() && it->is_object() ? *it : kEmpty;
  };
  const auto text_at = [](const json::Document& of, const char* key) {
    const auto it = of.find(key);
    return it != of.end() && it->is_string() ? it->get<std::string>() : std::string();
  };
  const auto& metadata = child(object, "metadata");
  if (text_at(metadata, "name") != view.name) return "name";
  if (text_at(metadata, "uid") != view.uid) return "uid";
  if (text_at(metadata, "resourceVersion") != view.resource_version) return "resourceVersion";
  for (const auto& [key, pairs] :
       {std::pair{"labels", &view.labels}, std::pair{"annotations", &view.annotations}}) {
    std::map<std::string, std::string> ours, theirs;
    for (const auto& [name, value] : *pairs) ours[std::string(name)] = std::string(value);
    for (const auto& [name, value] : child(metadata, key).items()) {
      if (value.is_string()) theirs[name] = value.get<std::string>();
    }
    if (ours != theirs) return key;
  }
  const auto& spec = child(object, "spec");
  const auto suspend = spec.find("suspend");
  const bool suspended = suspend != spec.end() && suspend->is_boolean() && suspend->get<bool>();
  return suspended == view.suspend ? "" : "suspend";
}

}  // namespace karbonetes::fuzz
