// Members of documents that the API server sent, read without trust: what is missing or of another
// type is empty. For doctor's checks.
#pragma once

#include <string>

#include "json/document.hpp"

namespace karbonetes::cli {

[[nodiscard]] inline const json::Document& object_at(const json::Document& object,
                                                     const char* key) {
  static const json::Document kNone = json::Document::object();
  if (!object.is_object()) return kNone;
  const auto it = object.find(key);
  return it != object.end() && it->is_object() ? *it : kNone;
}

[[nodiscard]] inline const json::Document& array_at(const json::Document& object, const char* key) {
  static const json::Document kNone = json::Document::array();
  if (!object.is_object()) return kNone;
  const auto it = object.find(key);
  return it != object.end() && it->is_array() ? *it : kNone;
}

[[nodiscard]] inline std::string text_at(const json::Document& object, const char* key) {
  if (!object.is_object()) return {};
  const auto it = object.find(key);
  return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}

[[nodiscard]] inline int int_at(const json::Document& object, const char* key, int otherwise) {
  if (!object.is_object()) return otherwise;
  const auto it = object.find(key);
  return it != object.end() && it->is_number_integer() ? it->get<int>() : otherwise;
}

}  // namespace karbonetes::cli
