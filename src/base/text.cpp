#include "base/text.hpp"

namespace karbonetes {

std::string in_quotes(std::string_view text) {
  constexpr std::size_t kMost = 64;
  const bool cut = text.size() > kMost;
  std::string out = "\"";
  for (const char c : text.substr(0, kMost)) {
    const bool plain = c >= ' ' && c <= '~' && c != '"' && c != '\\';
    out.push_back(plain ? c : '?');
  }
  if (cut) out += "...";
  out.push_back('"');
  return out;
}

std::string one_line(std::string sentence) {
  for (char& c : sentence) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return sentence;
}

}  // namespace karbonetes
