#include "kube/client/line_splitter.hpp"

namespace karbonetes::kube {

Result<bool> LineSplitter::feed(std::string_view piece, const OnLine& on_line) {
  while (!piece.empty()) {
    const std::size_t end = piece.find('\n');
    const std::string_view part = piece.substr(0, end);
    if (begun_.size() + part.size() > max_line_) {
      return fail(Errc::Parse, "a line is longer than " + std::to_string(max_line_) + " bytes");
    }
    if (end == std::string_view::npos) {
      begun_ += part;
      return true;
    }
    piece.remove_prefix(end + 1);
    bool more = true;
    if (begun_.empty()) {
      if (!part.empty()) more = on_line(part);
    } else {
      begun_ += part;
      more = on_line(begun_);
      begun_.clear();
    }
    if (!more) return false;
  }
  return true;
}

void LineSplitter::finish(const OnLine& on_line) {
  if (!begun_.empty()) on_line(begun_);
  begun_.clear();
}

}  // namespace karbonetes::kube
