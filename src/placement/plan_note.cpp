#include "placement/plan_note.hpp"

#include "json/document.hpp"

namespace karbonetes::placement {

namespace {

using json::Document;

constexpr std::size_t kMaxText = 4096;
constexpr std::size_t kMaxField = 512;

std::string text_in(const Document& object, const char* key) {
  const auto it = object.find(key);
  if (it == object.end() || !it->is_string()) return {};
  const auto& text = it->get_ref<const std::string&>();
  return text.size() <= kMaxField ? text : std::string();
}

}  // namespace

std::string encode_note(const PlanNote& note) {
  Document out = {{"policy", note.policy}};
  if (note.generation > 0) out["generation"] = note.generation;
  const auto put = [&](const char* key, const std::string& text) {
    if (!text.empty()) out[key] = text;
  };
  put("strategy", note.strategy);
  put("signal", note.signal);
  put("source", note.source);
  put("zone", note.zone);
  if (note.start) out["start"] = format_rfc3339(*note.start);
  if (note.duration) out["duration"] = format_duration(*note.duration);
  return out.dump(-1, ' ', false, Document::error_handler_t::replace);
}

std::optional<PlanNote> decode_note(std::string_view text) {
  if (text.size() > kMaxText) return std::nullopt;
  const auto root = json::parse(text);
  if (!root || !root->is_object()) return std::nullopt;
  PlanNote note;
  note.policy = text_in(*root, "policy");
  if (note.policy.empty()) return std::nullopt;
  if (const auto it = root->find("generation"); it != root->end() && it->is_number_integer())
    note.generation = it->get<std::int64_t>();
  note.strategy = text_in(*root, "strategy");
  note.signal = text_in(*root, "signal");
  note.source = text_in(*root, "source");
  note.zone = text_in(*root, "zone");
  if (const auto start = parse_rfc3339(text_in(*root, "start"))) note.start = *start;
  if (const auto duration = parse_duration(text_in(*root, "duration"))) note.duration = *duration;
  return note;
}

}  // namespace karbonetes::placement
