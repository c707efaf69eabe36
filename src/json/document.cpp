#include "json/document.hpp"

namespace karbonetes::json {

namespace {
constexpr int kMaxDepth = 128;
}

Result<Document> parse(std::string_view text) {
  try {
    bool too_deep = false;
    auto document = Document::parse(text, [&](int depth, Document::parse_event_t, Document&) {
      if (depth > kMaxDepth) too_deep = true;
      return true;
    });
    if (too_deep) return fail(Errc::Parse, "JSON: nested deeper than 128 levels");
    return document;
  } catch (const std::exception& e) {
    return fail(Errc::Parse, std::string("JSON: ") + e.what());
  }
}

}  // namespace karbonetes::json
