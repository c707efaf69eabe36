// Words for a POSIX shell. Pure.
#pragma once

#include <string>

namespace karbonetes::envtest {

// 'it'\''s one word'
[[nodiscard]] inline std::string shell_quoted(const std::string& word) {
  std::string out = "'";
  for (const char c : word) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

}  // namespace karbonetes::envtest
