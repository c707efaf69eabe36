#include "kube/model/event.hpp"

#include "json/document.hpp"

namespace karbonetes::kube {

namespace {

// Limits of the API's validation (pkg/apis/core/validation/events.go).
constexpr std::size_t kMaxNote = 1024;
constexpr std::size_t kMaxShort = 128;

std::string dump(const json::Document& document) {
  return document.dump(-1, ' ', false, json::Document::error_handler_t::replace);
}

json::Document series_of(int count, TimePoint last_observed) {
  return {{"count", count}, {"lastObservedTime", format_rfc3339_micro(last_observed)}};
}

}  // namespace

std::string cut_utf8(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return std::string(text);
  std::size_t end = limit;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return std::string(text.substr(0, end));
}

std::string encode_event(const Event& event) {
  const ObjectReference& about = event.regarding;
  json::Document regarding = {{"apiVersion", about.api_version}, {"kind", about.kind}};
  if (!about.ns.empty()) regarding["namespace"] = about.ns;
  if (!about.name.empty()) regarding["name"] = about.name;
  if (!about.uid.empty()) regarding["uid"] = about.uid;
  json::Document document = {
      {"apiVersion", "events.k8s.io/v1"},
      {"kind", "Event"},
      {"metadata",
       {{"name", event.name}, {"namespace", event.ns.empty() ? std::string("default") : event.ns}}},
      {"eventTime", format_rfc3339_micro(event.event_time)},
      {"reportingController", event.controller},
      {"reportingInstance", cut_utf8(event.instance, kMaxShort)},
      {"action", cut_utf8(event.action, kMaxShort)},
      {"reason", cut_utf8(event.reason, kMaxShort)},
      {"regarding", std::move(regarding)},
      {"note", cut_utf8(event.note, kMaxNote)},
      {"type", event.warning ? "Warning" : "Normal"}};
  if (event.series_count > 1) document["series"] = series_of(event.series_count, event.series_last);
  return dump(document);
}

std::string encode_series_patch(int count, TimePoint last_observed) {
  return dump({{"series", series_of(count, last_observed)}});
}

}  // namespace karbonetes::kube
