#include "base/time_text.hpp"

#include <fmt/format.h>

#include <array>
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

// "2026-11-24T22:03:51Z", with a space for T and without the Z, too: what a file may hold a million
// times. nullopt: something else, which is looked at with more patience.
std::optional<TimePoint> usual_form(std::string_view text) {
  constexpr std::string_view kForm = "0000-00-00T00:00:00";
  if (text.ends_with('Z')) text.remove_suffix(1);
  if (text.size() != kForm.size()) return std::nullopt;
  std::array<int, 6> fields{};
  std::size_t field = 0;
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    const char c = text[i];
    if (kForm[i] != '0') {
      if (c != kForm[i] && !(kForm[i] == 'T' && c == ' ')) return std::nullopt;
      ++field;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    fields[field] = fields[field] * 10 + (c - '0');
  }
  using namespace std::chrono;
  const year_month_day date{year{fields[0]}, month{static_cast<unsigned>(fields[1])},
                            day{static_cast<unsigned>(fields[2])}};
  if (!date.ok() || fields[3] > 23 || fields[4] > 59 || fields[5] > 59) return std::nullopt;
  return TimePoint(sys_days(date)) + hours(fields[3]) + minutes(fields[4]) + seconds(fields[5]);
}

}  // namespace

Result<TimePoint> parse_source_time(std::string_view text) {
  if (const auto usual = usual_form(text)) return *usual;
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
