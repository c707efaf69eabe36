#include "harness/audit.hpp"

#include <fmt/format.h>

#include <fstream>

namespace karbonetes::harness {
namespace {

std::string text_at(const json::Document& object, const char* field) {
  const auto it = object.find(field);
  return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}

const json::Document& object_at(const json::Document& object, const char* field) {
  static const json::Document empty = json::Document::object();
  const auto it = object.find(field);
  return it != object.end() && it->is_object() ? *it : empty;
}

AuditEvent to_event(json::Document line) {
  const auto& reference = object_at(line, "objectRef");
  const auto& status = object_at(line, "responseStatus");
  AuditEvent event;
  event.verb = text_at(line, "verb");
  event.user = text_at(object_at(line, "user"), "username");
  event.user_agent = text_at(line, "userAgent");
  event.group = text_at(reference, "apiGroup");
  event.resource = text_at(reference, "resource");
  event.subresource = text_at(reference, "subresource");
  event.ns = text_at(reference, "namespace");
  event.name = text_at(reference, "name");
  event.uri = text_at(line, "requestURI");
  event.received = text_at(line, "requestReceivedTimestamp");
  if (const auto code = status.find("code"); code != status.end() && code->is_number_integer()) {
    event.code = code->get<int>();
  }
  if (const auto body = line.find("requestObject"); body != line.end()) {
    event.request = std::move(*body);
  }
  return event;
}

}  // namespace

Result<std::vector<AuditEvent>> read_audit_log(const std::filesystem::path& file,
                                               const AuditFilter& filter) {
  std::ifstream in(file);
  if (!in) return fail(Errc::NotFound, "no audit log at " + file.string());
  std::vector<AuditEvent> events;
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    if (in.eof()) break;  // no newline yet: the server is writing it
    if (line.empty()) continue;
    auto document = json::parse(line);
    if (!document || !document->is_object()) {
      return fail(Errc::Parse, fmt::format("{}:{}: not an audit event", file.string(), number));
    }
    if (text_at(*document, "stage") != "ResponseComplete") continue;
    auto event = to_event(std::move(*document));
    if (!filter || filter(event)) events.push_back(std::move(event));
  }
  return events;
}

}  // namespace karbonetes::harness
