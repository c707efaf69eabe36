#include "base/time_text.hpp"

#include <fmt/format.h>

#include <cmath>

#include "base/text.hpp"

namespace karbonetes {

namespace {

constexpr std::size_t kLongest = 64;
constexpr std::size_t kDate = 10;     // "2026-11-24"
constexpr std::size_t kMinutes = 16;  // "2026-11-24T22:03"
constexpr double kYear10000 = 253'402'300'800;

// The text as RFC 3339 wants it, as far as the differences are the known ones.
std::string normalized(std::string_view text) {
  std::string out(text);
  if (out.ends_with(" UTC")) out.resize(out.size() - 4);
  if (out.size() == kDate) return out + "T00:00:00Z";
  if (out.size() < kMinutes) return out;
  if (out[kDate] == ' ') out[kDate] = 'T';
  if (out.size() == kMinutes || out[kMinutes] != ':') out.insert(kMinutes, ":00");
  const auto offset = out.find_first_of("Zz+-", kMinutes);
  if (offset == std::string::npos) return out + 'Z';
  if (out.size() - offset == 5 && out.find(':', offset) == std::string::npos) {
    out.insert(offset + 3, ":");
  }
  return out;
}

}  // namespace

Result<TimePoint> parse_source_time(std::string_view text) {
  if (text.size() <= kLongest) {
    if (const auto t = parse_rfc3339(normalized(text))) return *t;
  }
  return fail(Errc::Parse,
              fmt::format("{} is not an instant such as 2026-11-24T22:00:00Z", in_quotes(text)));
}

std::optional<TimePoint> from_epoch_seconds(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0 || seconds >= kYear10000) return std::nullopt;
  return TimePoint(Millis(std::llround(seconds * 1000)));
}

std::string epoch_text(TimePoint t) {
  return std::to_string(std::chrono::floor<Seconds>(t).time_since_epoch().count());
}

}  // namespace karbonetes
