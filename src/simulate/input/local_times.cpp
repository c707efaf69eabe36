#include "simulate/input/local_times.hpp"

#include <date/tz.h>

#include "base/text.hpp"
#include "base/time_text.hpp"
#include "csv/table.hpp"

namespace karbonetes::simulate {

namespace {

constexpr double kMilliseconds = 1e11;  // later than year 5138 in seconds: it is milliseconds

bool has_offset(std::string_view text) {
  constexpr std::size_t kDate = 10;
  return text.size() > kDate && (text.ends_with('Z') || text.ends_with("UTC") ||
                                 text.find_first_of("+-", kDate) != std::string_view::npos);
}

}  // namespace

Result<LocalTimes> LocalTimes::of(const std::string& time_zone) {
  LocalTimes out;
  if (time_zone.empty() || time_zone == "UTC") return out;
  try {
    out.zone_ = date::locate_zone(time_zone);
  } catch (const std::exception&) {
    return fail(Errc::InvalidArgument, "there is no time zone " + in_quotes(time_zone) +
                                           "; write an IANA name such as Europe/Berlin");
  }
  return out;
}

std::optional<TimePoint> LocalTimes::read(std::string_view text) {
  if (const auto seconds = csv::number(text))
    return from_epoch_seconds(*seconds > kMilliseconds ? *seconds / 1000 : *seconds);
  const auto parsed = parse_source_time(text);
  if (!parsed) return std::nullopt;
  if (zone_ == nullptr || has_offset(text)) return *parsed;
  const auto* zone = static_cast<const date::time_zone*>(zone_);
  const date::local_time<Millis> local(parsed->time_since_epoch());
  const date::local_info info = zone->get_info(local);
  TimePoint out(local.time_since_epoch() - info.first.offset);
  if (info.result == date::local_info::ambiguous) {
    ++doubled_;
    const TimePoint later(local.time_since_epoch() - info.second.offset);
    if (later < last_) newest_first_ = true;  // neither occurrence would go forward
    if (out > last_) newest_first_ = false;
    if (newest_first_ ? later < last_ : out <= last_) out = later;
  } else if (last_ != TimePoint::min() && out != last_) {
    newest_first_ = out < last_;
  }
  if (info.result == date::local_info::nonexistent) ++skipped_;
  last_ = out;
  return out;
}

}  // namespace karbonetes::simulate
