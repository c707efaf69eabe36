#include "mock/stamp.hpp"

#include <date/tz.h>
#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "base/text.hpp"
#include "carbon/zone.hpp"

namespace karbonetes::mock {

namespace {

constexpr double kMaxUnixSeconds = 253'402'300'799;  // the end of year 9999

}  // namespace

std::string stamp_text(TimePoint t, std::string_view suffix, bool in_berlin) {
  std::string zone(suffix);
  if (in_berlin) {
    if (const auto berlin = carbon::find_zone("Europe/Berlin")) {
      const auto offset = (*berlin)->get_info(std::chrono::floor<Seconds>(t)).offset;
      t += offset;
      zone =
          fmt::format("{:+03d}:00", std::chrono::duration_cast<std::chrono::hours>(offset).count());
    }
  }
  std::string text = format_rfc3339(t);
  text.pop_back();
  return text + zone;
}

Result<TimePoint> parse_instant(std::string_view text) {
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error == std::errc() && end == text.data() + text.size() && seconds >= 0 &&
      seconds <= kMaxUnixSeconds) {
    return TimePoint(Millis(std::llround(seconds * 1000)));
  }
  if (const auto t = parse_rfc3339(text)) return *t;
  if (text.size() == 17 && text.back() == 'Z') {
    if (const auto t = parse_rfc3339(std::string(text.substr(0, 16)) + ":00Z")) return *t;
  }
  return fail(Errc::InvalidArgument,
              fmt::format("{} is not an instant; write 2018-01-20T12:00Z", in_quotes(text)));
}

}  // namespace karbonetes::mock
