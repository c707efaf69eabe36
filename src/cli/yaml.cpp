#include "cli/yaml.hpp"

#include <algorithm>
#include <string_view>

namespace karbonetes::cli {

namespace {

using json::Document;

std::string json_text(const Document& value) {
  return value.dump(-1, ' ', false, Document::error_handler_t::replace);
}

bool plain_key(std::string_view key) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (key.empty() || !letter(key[0])) return false;
  // Words that YAML 1.1 reads as a truth value or as nothing.
  for (const char* word : {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}) {
    if (std::ranges::equal(key, std::string_view(word),
                           [](char a, char b) { return (a | 0x20) == b; }))
      return false;
  }
  return std::ranges::all_of(key, [&](char c) {
    return letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.' || c == '/';
  });
}

void write(const Document& value, std::size_t indent, bool in_list, std::string& out);

void write_value(const Document& value, std::size_t indent, std::string& out) {
  if (value.is_structured() && !value.empty()) {
    out += '\n';
    write(value, indent, false, out);
  } else {
    out += ' ' + json_text(value) + '\n';
  }
}

// `in_list`: the first line goes on behind "- ".
void write(const Document& value, std::size_t indent, bool in_list, std::string& out) {
  const std::string space(indent, ' ');
  if (value.is_object() && !value.empty()) {
    bool first = true;
    for (const auto& [key, inner] : value.items()) {
      if (!(first && in_list)) out += space;
      first = false;
      out += (plain_key(key) ? key : json_text(Document(key))) + ':';
      write_value(inner, indent + 2, out);
    }
  } else if (value.is_array() && !value.empty()) {
    bool first = true;
    for (const auto& inner : value) {
      if (!(first && in_list)) out += space;
      first = false;
      out += "- ";
      write(inner, indent + 2, true, out);
    }
  } else {
    out += json_text(value) + '\n';
  }
}

}  // namespace

std::string to_yaml(const Document& document) {
  std::string out;
  write(document, 0, false, out);
  return out;
}

}  // namespace karbonetes::cli
