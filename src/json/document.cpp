#include "json/document.hpp"

#include <array>
#include <cstddef>
#include <string>

namespace karbonetes::json {

namespace {

constexpr std::size_t kMaxDepth = 128;
constexpr int kMaxMembers = 2000;

// Looked at before parsing, so that hostile text costs one pass over it and no memory: nesting
// takes stack, and reading an object with many members is quadratic in an ordered document.
const char* too_much(std::string_view text) {
  std::array<int, kMaxDepth + 1> members{};
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kMaxDepth) return "nested deeper than 128 levels";
      members[depth] = 0;
    } else if (c == ']' || c == '}') {
      if (depth > 0) --depth;
    } else if (c == ':' && ++members[depth] > kMaxMembers) {
      return "an object has more than 2000 members";
    }
  }
  return nullptr;
}

}  // namespace

Result<Document> parse(std::string_view text) {
  if (const char* problem = too_much(text))
    return fail(Errc::Parse, std::string("JSON: ") + problem);
  try {
    return Document::parse(text);
  } catch (const std::exception& e) {
    return fail(Errc::Parse, std::string("JSON: ") + e.what());
  }
}

}  // namespace karbonetes::json
