#include "base/quantity.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "base/text.hpp"

namespace karbonetes {

namespace {

constexpr std::size_t kLongest = 64;
constexpr int kLargestExponent = 999;  // far beyond what a double holds: the rest is capped anyway
constexpr double kLargest = static_cast<double>(std::numeric_limits<std::int64_t>::max());

struct Scale {
  int decimal = 0;  // power of 10
  int binary = 0;   // power of 2
};

struct Suffix {
  std::string_view text;
  Scale scale;
};

constexpr std::array kSuffixes{
    Suffix{"", {}},        Suffix{"n", {-9, 0}},  Suffix{"u", {-6, 0}},  Suffix{"m", {-3, 0}},
    Suffix{"k", {3, 0}},   Suffix{"M", {6, 0}},   Suffix{"G", {9, 0}},   Suffix{"T", {12, 0}},
    Suffix{"P", {15, 0}},  Suffix{"E", {18, 0}},  Suffix{"Ki", {0, 10}}, Suffix{"Mi", {0, 20}},
    Suffix{"Gi", {0, 30}}, Suffix{"Ti", {0, 40}}, Suffix{"Pi", {0, 50}}, Suffix{"Ei", {0, 60}},
};

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

// "e3", "E-3": what follows the number is a decimal exponent. "E" alone is exa.
std::optional<int> exponent_of(std::string_view suffix) {
  if (suffix.size() < 2 || (suffix.front() != 'e' && suffix.front() != 'E')) return std::nullopt;
  suffix.remove_prefix(1);
  const bool negative = suffix.front() == '-';
  if (negative || suffix.front() == '+') suffix.remove_prefix(1);
  if (suffix.empty() || !std::ranges::all_of(suffix, is_digit)) return std::nullopt;
  int value = 0;
  for (const char c : suffix) value = std::min((value * 10) + (c - '0'), kLargestExponent);
  return negative ? -value : value;
}

std::optional<Scale> scale_of(std::string_view suffix) {
  const auto* const found = std::ranges::find(kSuffixes, suffix, &Suffix::text);
  if (found != kSuffixes.end()) return found->scale;
  if (const auto exponent = exponent_of(suffix)) return Scale{*exponent, 0};
  return std::nullopt;
}

// The digits and the power of ten are read as one decimal number, so that "0.1" and "100m" are the
// same double. `digits` holds digits and at most one point.
double value_of(std::string_view digits, Scale scale) {
  const std::string text = std::string(digits) + "e" + std::to_string(scale.decimal);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) {
    // Which of the two ends it ran off: no non-zero digit means zero, whatever the exponent.
    const bool zero = digits.find_first_of("123456789") == std::string_view::npos;
    return zero || scale.decimal < 0 ? 0 : kLargest;
  }
  return std::min(std::ldexp(value, scale.binary), kLargest);
}

}  // namespace

Result<double> parse_quantity(std::string_view text) {
  const auto unreadable = [&] {
    return fail(
        Errc::InvalidArgument,
        in_quotes(text) +
            " is not a quantity: write a number with an optional suffix (m, k, M, G, T, Ki, "
            R"(Mi, Gi, Ti) and no spaces, e.g. "500m", "2" or "1.5Gi")");
  };
  if (text.size() > kLongest) return unreadable();
  std::string_view rest = text;
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);

  std::size_t end = 0, digits = 0, points = 0;
  for (; end < rest.size() && (is_digit(rest[end]) || rest[end] == '.'); ++end) {
    if (rest[end] == '.') {
      ++points;
    } else {
      ++digits;
    }
  }
  const auto scale = scale_of(rest.substr(end));
  if (digits == 0 || points > 1 || !scale) return unreadable();
  const double value = value_of(rest.substr(0, end), *scale);
  if (negative && value > 0) {
    return fail(Errc::InvalidArgument,
                in_quotes(text) + R"( is negative: write a quantity of zero or more, e.g. "500m")");
  }
  return value;
}

}  // namespace karbonetes
