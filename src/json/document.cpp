#include "json/document.hpp"

namespace karbonetes::json {

namespace {

constexpr int kMaxDepth = 128;

// Looked at before parsing, so that hostile nesting costs one pass over the text and no memory.
bool too_deep(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kMaxDepth) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

}  // namespace

Result<Document> parse(std::string_view text) {
  if (too_deep(text)) return fail(Errc::Parse, "JSON: nested deeper than 128 levels");
  try {
    return Document::parse(text);
  } catch (const std::exception& e) {
    return fail(Errc::Parse, std::string("JSON: ") + e.what());
  }
}

}  // namespace karbonetes::json
