#include "dashboard/event.hpp"

namespace karbonetes::dashboard {

namespace {

std::string_view first_line(std::string_view text) {
  return text.substr(0, text.find_first_of(std::string_view("\r\n\0", 3)));
}

}  // namespace

std::string event_bytes(std::string_view id, std::string_view name, std::string_view data) {
  std::string out;
  out.reserve(data.size() + id.size() + name.size() + 32);
  out += "id: ";
  out += first_line(id);
  out += "\nevent: ";
  out += first_line(name);
  out += '\n';
  for (;;) {
    // A lone CR ends a line there, too.
    const auto end = data.find_first_of("\r\n");
    out += "data: ";
    out += data.substr(0, end);
    out += '\n';
    if (end == std::string_view::npos) break;
    data.remove_prefix(data.substr(end).starts_with("\r\n") ? end + 2 : end + 1);
  }
  out += '\n';
  return out;
}

std::string retry_bytes(int milliseconds) {
  return "retry: " + std::to_string(milliseconds) + "\n\n";
}

std::string heartbeat_bytes() { return ":\n\n"; }

}  // namespace karbonetes::dashboard
