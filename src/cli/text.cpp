#include "cli/text.hpp"

#include <fmt/format.h>

#include <array>

namespace karbonetes::cli {

namespace {

struct CodePoint {
  char32_t value = 0;
  std::size_t bytes = 0;  // 0: not valid UTF-8 here
};

CodePoint decode(std::string_view s) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t n = lead >= 0xf0 && lead <= 0xf4  ? 4
                        : lead >= 0xe0 && lead < 0xf0 ? 3
                        : lead >= 0xc2 && lead < 0xe0 ? 2
                                                      : 0;
  if (n == 0 || s.size() < n) return {};
  char32_t value = lead & (0xffU >> (n + 1));
  for (std::size_t i = 1; i < n; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    value = (value << 6) | (byte(i) & 0x3fU);
  }
  static constexpr std::array<char32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
  if (value < kSmallest[n] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return {};
  return {value, n};
}

bool harmful(char32_t c) {
  return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0xad || c == 0x61c ||
         (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
         (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) ||
         (c >= 0xe0000 && c <= 0xe007f);
}

}  // namespace

std::string printable(std::string_view text, std::size_t most) {
  std::string out;
  for (std::size_t count = 0; !text.empty(); ++count) {
    if (count == most) return out + "...";
    const CodePoint c = decode(text);
    const std::size_t bytes = c.bytes == 0 ? 1 : c.bytes;
    if (c.value == '\n' || c.value == '\t' || c.value == '\r') {
      out += ' ';
    } else if (c.bytes == 0 || harmful(c.value)) {
      out += '?';
    } else {
      out += text.substr(0, bytes);
    }
    text.remove_prefix(bytes);
  }
  return out;
}

std::size_t width(std::string_view text) {
  std::size_t n = 0;
  for (const char c : text) n += (static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1 : 0;
  return n;
}

std::string human_duration(Millis d) {
  const auto seconds = std::chrono::duration_cast<Seconds>(d < Millis(0) ? -d : d).count();
  struct Unit {
    long long size;
    char name;
  };
  static constexpr std::array<Unit, 4> kUnits = {{{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}}};
  for (std::size_t i = 0; i < kUnits.size(); ++i) {
    const long long large = seconds / kUnits[i].size;
    if (large == 0) continue;
    std::string out = fmt::format("{}{}", large, kUnits[i].name);
    if (i + 1 < kUnits.size()) {
      const long long rest = seconds % kUnits[i].size / kUnits[i + 1].size;
      if (rest > 0) out += fmt::format("{}{}", rest, kUnits[i + 1].name);
    }
    return out;
  }
  return "0s";
}

std::string relative(TimePoint t, TimePoint now) {
  const Millis distance = t - now;
  if (distance > Millis(-1000) && distance < Millis(1000)) return "now";
  return distance > Millis(0) ? "in " + human_duration(distance)
                              : human_duration(distance) + " ago";
}

}  // namespace karbonetes::cli
