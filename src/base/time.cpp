#include "base/time.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <ranges>

#include "base/text.hpp"

namespace karbonetes {

namespace {

namespace chr = std::chrono;

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Eats text from the front. Each step says whether it matched; nothing is read past the end.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool done() const { return rest_.empty(); }

  bool eat(std::string_view token) {
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }
  std::string_view digits() {
    std::size_t n = 0;
    while (n < rest_.size() && is_digit(rest_[n])) ++n;
    const std::string_view out = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return out;
  }
  // Exactly `width` digits with a value in [low, high].
  bool number(std::size_t width, int low, int high, int& out) {
    if (rest_.size() < width) return false;
    int value = 0;
    for (const char c : rest_.substr(0, width)) {
      if (!is_digit(c)) return false;
      value = value * 10 + (c - '0');
    }
    if (value < low || value > high) return false;
    rest_.remove_prefix(width);
    out = value;
    return true;
  }

 private:
  std::string_view rest_;
};

std::optional<TimePoint> scan_rfc3339(std::string_view text) {
  constexpr std::size_t kLongest = 64;  // 20 characters and a generous fraction
  if (text.size() > kLongest) return std::nullopt;
  Scanner in(text);
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (!in.number(4, 0, 9999, year) || !in.eat("-") || !in.number(2, 1, 12, month) || !in.eat("-") ||
      !in.number(2, 1, 31, day) || !in.eat("T") || !in.number(2, 0, 23, hour) || !in.eat(":") ||
      !in.number(2, 0, 59, minute) || !in.eat(":") || !in.number(2, 0, 59, second)) {
    return std::nullopt;
  }
  const chr::year_month_day date{chr::year(year), chr::month(static_cast<unsigned>(month)),
                                 chr::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;

  Millis fraction{0};
  if (in.eat(".")) {
    const std::string_view digits = in.digits();
    if (digits.empty()) return std::nullopt;
    int scale = 100;
    for (const char c : digits.substr(0, 3)) {
      fraction += Millis((c - '0') * scale);
      scale /= 10;
    }
  }

  chr::minutes offset{0};
  if (!in.eat("Z")) {
    const bool east = in.eat("+");
    if (!east && !in.eat("-")) return std::nullopt;
    int hours = 0, minutes = 0;
    if (!in.number(2, 0, 23, hours) || !in.eat(":") || !in.number(2, 0, 59, minutes)) {
      return std::nullopt;
    }
    offset = chr::hours(hours) + chr::minutes(minutes);
    if (!east) offset = -offset;
  }
  if (!in.done()) return std::nullopt;
  return chr::sys_days(date) + chr::hours(hour) + chr::minutes(minute) + Seconds(second) +
         fraction - offset;
}

void put(std::string& out, std::int64_t value, int width) {
  std::array<char, 20> buffer{};
  int n = 0;
  do {
    buffer[static_cast<std::size_t>(n++)] = static_cast<char>('0' + (value % 10));
    value /= 10;
  } while (value > 0);
  for (int i = n; i < width; ++i) out.push_back('0');
  while (n > 0) out.push_back(buffer[static_cast<std::size_t>(--n)]);
}

// "2026-11-24T22:03:51"
std::string civil_seconds(TimePoint t) {
  const auto day = chr::floor<chr::days>(t);
  const chr::year_month_day date(day);
  const auto in_day = chr::floor<Seconds>(t - day).count();
  std::string out;
  out.reserve(28);
  put(out, int(date.year()), 4);
  out.push_back('-');
  put(out, unsigned(date.month()), 2);
  out.push_back('-');
  put(out, unsigned(date.day()), 2);
  out.push_back('T');
  put(out, in_day / 3600, 2);
  out.push_back(':');
  put(out, in_day / 60 % 60, 2);
  out.push_back(':');
  put(out, in_day % 60, 2);
  return out;
}

// RFC 3339 has four digits for a year: what lies outside is pulled to the nearest instant that can
// be written.
TimePoint writable(TimePoint t) {
  constexpr TimePoint kFirst = chr::sys_days(chr::year(0) / 1 / 1);
  constexpr TimePoint kLast = chr::sys_days(chr::year(10000) / 1 / 1) - Millis(1);
  return std::clamp(t, kFirst, kLast);
}

struct Unit {
  std::string_view name;
  std::int64_t nanos;
};

// "ms" before "m": the first that matches is taken.
constexpr std::array kUnits{
    Unit{"ns", 1},
    Unit{"us", 1'000},
    Unit{"\xC2\xB5s", 1'000},  // U+00B5, micro sign
    Unit{"\xCE\xBCs", 1'000},  // U+03BC, Greek mu
    Unit{"ms", 1'000'000},
    Unit{"s", 1'000'000'000},
    Unit{"m", 60'000'000'000},
    Unit{"h", 3'600'000'000'000},
    Unit{"d", 86'400'000'000'000},
};

constexpr std::int64_t kMostNanos = 3650 * std::int64_t{86'400'000'000'000};

const Unit* scan_unit(Scanner& in) {
  for (const Unit& unit : kUnits) {
    if (in.eat(unit.name)) return &unit;
  }
  return nullptr;
}

// whole.fraction units as nanoseconds, cut; nullopt above kMostNanos.
std::optional<std::int64_t> to_nanos(std::string_view whole, std::string_view fraction,
                                     std::int64_t unit) {
  const std::int64_t most = kMostNanos / unit;
  std::int64_t value = 0;
  for (const char c : whole) {
    if (value > most / 10) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  if (value > most) return std::nullopt;
  // From the last digit to the first, dividing by ten each time: exact without a wider integer, for
  // any number of digits.
  std::int64_t part = 0;
  for (const char c : std::views::reverse(fraction)) {
    part = (part + ((c - '0') * unit)) / 10;
  }
  return (value * unit) + part;
}

}  // namespace

Result<TimePoint> parse_rfc3339(std::string_view text) {
  if (const auto t = scan_rfc3339(text)) return *t;
  return fail(Errc::Parse, in_quotes(text) +
                               R"( is not an RFC 3339 time: write it as "2026-11-24T22:03:51Z" or )"
                               R"("2026-11-24T23:03:51+01:00")");
}

std::string format_rfc3339(TimePoint t) { return civil_seconds(writable(t)) + "Z"; }

std::string format_rfc3339_micro(TimePoint t) {
  t = writable(t);
  std::string out = civil_seconds(t);
  out.push_back('.');
  put(out, (t - chr::floor<Seconds>(t)).count(), 3);
  out += "000Z";
  return out;
}

Result<Millis> parse_duration(std::string_view text) {
  if (text == "0") return Millis(0);
  if (text.starts_with('-')) {
    return fail(Errc::InvalidArgument,
                in_quotes(text) +
                    R"( is negative: write a duration of zero or more, e.g. "8h" or "1h30m")");
  }
  const auto unreadable = [&] {
    return fail(Errc::InvalidArgument, in_quotes(text) +
                                           " is not a duration: write numbers with units (d, h, m, "
                                           R"(s, ms) and no spaces, e.g. "8h", "1h30m" or "45s")");
  };
  if (text.empty() || text.size() > 64) return unreadable();
  Scanner in(text);
  std::int64_t total = 0;
  while (!in.done()) {
    const std::string_view whole = in.digits();
    const std::string_view fraction = in.eat(".") ? in.digits() : std::string_view{};
    if (whole.empty() && fraction.empty()) return unreadable();
    const Unit* unit = scan_unit(in);
    if (unit == nullptr) return unreadable();
    const auto nanos = to_nanos(whole, fraction, unit->nanos);
    if (!nanos || *nanos > kMostNanos - total) {
      return fail(Errc::InvalidArgument,
                  in_quotes(text) + " is too long: write a duration of at most 3650d (87600h)");
    }
    total += *nanos;
  }
  return chr::floor<Millis>(chr::nanoseconds(total));
}

std::string format_duration(Millis d) {
  if (d == Millis(0)) return "0s";
  std::string out;
  if (d < Millis(0)) out.push_back('-');
  // Unsigned, so that the most negative value has a magnitude too.
  auto rest = static_cast<std::uint64_t>(d.count());
  if (d < Millis(0)) rest = 0 - rest;
  const auto unit = [&](std::uint64_t size, std::string_view suffix) {
    if (rest < size) return;
    out += std::to_string(rest / size);
    out += suffix;
    rest %= size;
  };
  unit(3'600'000, "h");
  unit(60'000, "m");
  unit(1'000, "s");
  unit(1, "ms");
  return out;
}

}  // namespace karbonetes
