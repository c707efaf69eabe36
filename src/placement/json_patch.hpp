// JSON Patch (RFC 6902) operations, appended to an array being built. Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "json/document.hpp"

namespace karbonetes::placement {

inline void add_op(json::Document& patch, std::string path, json::Document value) {
  patch.push_back({{"op", "add"}, {"path", std::move(path)}, {"value", std::move(value)}});
}
inline void test_op(json::Document& patch, std::string path, json::Document value) {
  patch.push_back({{"op", "test"}, {"path", std::move(path)}, {"value", std::move(value)}});
}
inline void remove_op(json::Document& patch, std::string path) {
  patch.push_back({{"op", "remove"}, {"path", std::move(path)}});
}

// One JSON Pointer token (RFC 6901): "a/b~c" -> "a~1b~0c".
[[nodiscard]] inline std::string pointer_token(std::string_view key) {
  std::string out;
  for (const char c : key) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace karbonetes::placement
