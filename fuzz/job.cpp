// A Job as the API server may hold it. What simdjson's path takes in, the document model (nlohmann)
// must agree with: the same name, labels, annotations and suspend.
#include <map>

#include "json/document.hpp"
#include "placement/job_facts.hpp"
#include "target.hpp"

using namespace karbonetes;  // NOLINT(google-build-using-namespace): a target is one function

namespace {

std::string at(const json::Document& object, const char* key) {
  const auto it = object.find(key);
  return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}

void compare(const json::Document& object, const kube::JobView& view) {
  static const json::Document kEmpty = json::Document::object();
  const auto child = [](const json::Document& of, const char* key) -> const json::Document& {
    const auto it = of.find(key);
    return it != of.end() && it->is_object() ? *it : kEmpty;
  };
  const auto& metadata = child(object, "metadata");
  fuzz::check(at(metadata, "name") == view.name, "both readers see one name");
  fuzz::check(at(metadata, "uid") == view.uid, "both readers see one uid");
  fuzz::check(at(metadata, "resourceVersion") == view.resource_version, "one resourceVersion");
  for (const auto& [key, pairs] :
       {std::pair{"labels", &view.labels}, std::pair{"annotations", &view.annotations}}) {
    std::map<std::string, std::string> ours, theirs;
    for (const auto& [name, value] : *pairs) ours[std::string(name)] = std::string(value);
    for (const auto& [name, value] : child(metadata, key).items()) {
      if (value.is_string()) theirs[name] = value.get<std::string>();
    }
    fuzz::check(ours == theirs, key);
  }
  const auto& spec = child(object, "spec");
  const auto suspend = spec.find("suspend");
  fuzz::check(
      (suspend != spec.end() && suspend->is_boolean() && suspend->get<bool>()) == view.suspend,
      "both readers see one suspend");
}

// Of several members of one name one reader takes the first and the other the last: no API server
// sends such objects, and there is nothing to compare.
bool has_twins(std::string_view text) {
  std::vector<std::map<std::string, int>> open;
  bool twins = false;
  (void)json::Document::parse(
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

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text(data, size);
  json::Reader reader;
  const std::string wrapped = "{\"object\":" + std::string(text) + "}";
  bool seen = false;
  const auto status = reader.each(wrapped, [&](std::string_view key, json::Value value) -> Status {
    if (key != "object") return {};
    const auto job = kube::decode_job(value);
    fuzz::check_result(job);
    if (!job) return fail(job.error());
    std::vector<std::string> ignored;
    auto facts = placement::facts_of(*job, &ignored);
    placement::abridge(facts);
    fuzz::check(facts.pod.annotations.size() <= placement::kMaxKept, "what is kept is bounded");
    const auto document = json::parse(wrapped);
    if (document && !seen && document->size() == 1 && !has_twins(wrapped))
      compare((*document)["object"], *job);
    seen = true;
    return {};
  });
  if (!status) fuzz::check_error(status.error());
  return 0;
}
