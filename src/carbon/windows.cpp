#include "carbon/windows.hpp"

#include <date/tz.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "carbon/zone.hpp"

namespace karbonetes::carbon {

namespace {

namespace chr = std::chrono;

constexpr std::int32_t kDay = 24 * 60;
constexpr std::int32_t kWeek = 7 * kDay;
constexpr auto kHorizon = chr::days(8);
// 1970-01-05 was a Monday.
constexpr std::int64_t kMondayMinutes = std::int64_t{4} * kDay;

constexpr std::array<std::string_view, 7> kDays{"monday", "tuesday",  "wednesday", "thursday",
                                                "friday", "saturday", "sunday"};

std::int32_t minutes_of(TimeOfDay t) { return (t.hour * 60) + t.minute; }

bool in_day(TimeOfDay t, bool may_be_24) {
  if (may_be_24 && t.hour == 24) return t.minute == 0;
  return t.hour >= 0 && t.hour < 24 && t.minute >= 0 && t.minute < 60;
}

Status check(const GreenWindow& window, std::size_t number) {
  const auto bad = [&](const char* what) {
    return fail(Errc::InvalidArgument, "window " + std::to_string(number) + ": " + what);
  };
  if (!in_day(window.start, false)) {
    return bad("start lies outside the day: write 00:00 to 23:59");
  }
  if (!in_day(window.end, true)) return bad("end lies outside the day: write 00:00 to 24:00");
  for (const int day : window.days) {
    if (day < 1 || day > 7) return bad("no such day: write 1 (Monday) to 7 (Sunday)");
  }
  return {};
}

// What the zone says around an instant, and conversions that ask it only near its transitions.
class LocalClock {
 public:
  LocalClock(const date::time_zone* zone, Seconds utc) : zone_(zone) {
    const auto info = zone->get_info(date::sys_seconds(utc));
    offset_ = info.offset;
    // Local times this far from both transitions exist once and have this offset. (Limits of the
    // representation stand in for "no transition": no arithmetic on them.)
    constexpr auto kMargin = chr::hours(48);
    constexpr auto kFar = chr::hours(24 * 366) * 20000;
    const auto begin = std::max<Seconds>(info.begin.time_since_epoch(), -kFar);
    const auto end = std::min<Seconds>(info.end.time_since_epoch(), kFar);
    safe_from_ = begin + kMargin;
    safe_to_ = end - kMargin;
  }

  [[nodiscard]] Seconds offset() const { return offset_; }
  [[nodiscard]] bool stable(Seconds utc) const { return utc >= safe_from_ && utc < safe_to_; }

  // The first instant whose local time is at or after `local`.
  [[nodiscard]] Seconds start(Seconds local) const { return convert(local, true); }
  // The instant up to which local times before `local` last.
  [[nodiscard]] Seconds end(Seconds local) const { return convert(local, false); }

 private:
  [[nodiscard]] Seconds convert(Seconds local, bool first) const {
    if (stable(local - offset_)) return local - offset_;
    const auto info = zone_->get_info(date::local_seconds(local));
    switch (info.result) {
      case date::local_info::nonexistent:
        return info.first.end.time_since_epoch();
      case date::local_info::ambiguous:
        return local - (first ? info.first.offset : info.second.offset);
      default:
        return local - info.first.offset;
    }
  }

  const date::time_zone* zone_;
  Seconds offset_{0};
  Seconds safe_from_{0};
  Seconds safe_to_{0};
};

bool all_letters(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower, [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

}  // namespace

// Yields merged intervals in order, starting with the first that ends after `from`.
class WindowSchedule::Walk {
 public:
  Walk(const WindowSchedule& schedule, TimePoint from)
      : spans_(schedule.week_),
        from_(from),
        clock_(schedule.zone_, chr::floor<Seconds>(from).time_since_epoch()) {
    const Seconds utc = chr::floor<Seconds>(from).time_since_epoch();
    // Near a transition a window of an earlier local time may still be open: a day more covers
    // every zone's jump.
    const Seconds back = clock_.stable(utc) ? Seconds(0) : chr::hours(24);
    const auto local = chr::floor<chr::minutes>(utc + clock_.offset() - back).count();
    const auto since_monday = local - kMondayMinutes;
    week_ = since_monday >= 0 ? since_monday / kWeek : ((since_monday + 1) / kWeek) - 1;
    const auto in_week = static_cast<std::int32_t>(since_monday - (week_ * kWeek));
    // The last span that starts at or before this minute; before the first of this week it is last
    // week's last.
    const auto after = std::ranges::upper_bound(spans_, in_week, {}, &Span::start);
    index_ = static_cast<std::size_t>(after - spans_.begin());
    step_back();
    back_to_start();
    ahead_ = raw();
  }

  Interval next() {
    for (;;) {
      Interval out = ahead_;
      ahead_ = raw();
      // Spans are apart in wall time, yet may meet where a local hour exists twice.
      while (ahead_.start <= out.end) {
        out.end = std::max(out.end, ahead_.end);
        ahead_ = raw();
      }
      if (out.start < out.end && out.end > from_) return out;
    }
  }

 private:
  Interval raw() {
    const Interval out = span_at(week_, index_);
    if (++index_ == spans_.size()) {
      index_ = 0;
      ++week_;
    }
    return out;
  }
  [[nodiscard]] Interval span_at(std::int64_t week, std::size_t index) const {
    const Span& span = spans_[index];
    const std::int64_t monday = kMondayMinutes + (week * kWeek);
    return {TimePoint(clock_.start(chr::minutes(monday + span.start))),
            TimePoint(clock_.end(chr::minutes(monday + span.end)))};
  }
  void step_back() {
    if (index_ == 0) {
      index_ = spans_.size();
      --week_;
    }
    --index_;
  }
  // An open span may have begun in an hour that existed twice, where it met the one before it: the
  // interval began there.
  void back_to_start() {
    for (std::size_t i = 0; i < spans_.size(); ++i) {
      const TimePoint start = span_at(week_, index_).start;
      step_back();
      if (span_at(week_, index_).end < start) {
        (void)raw();
        return;
      }
    }
  }

  const std::vector<Span>& spans_;
  TimePoint from_;
  LocalClock clock_;
  std::int64_t week_ = 0;
  std::size_t index_ = 0;
  Interval ahead_{};
};

Result<WindowSchedule> WindowSchedule::make(std::vector<GreenWindow> windows,
                                            std::string time_zone) {
  auto zone = find_zone(time_zone);
  if (!zone) return fail(std::move(zone.error()));

  WindowSchedule out;
  std::vector<Span> spans;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    if (Status ok = check(windows[i], i + 1); !ok) return fail(std::move(ok.error()));
    const std::int32_t start = minutes_of(windows[i].start);
    std::int32_t length = minutes_of(windows[i].end) - start;
    if (length <= 0) length += kDay;
    for (int day = 1; day <= 7; ++day) {
      const auto& days = windows[i].days;
      if (!days.empty() && std::ranges::find(days, day) == days.end()) continue;
      const std::int32_t at = ((day - 1) * kDay) + start;
      spans.push_back({at, at + length});
    }
  }
  std::ranges::sort(spans, [](const Span& a, const Span& b) { return a.start < b.start; });
  for (const Span& span : spans) {
    if (!out.week_.empty() && span.start <= out.week_.back().end) {
      out.week_.back().end = std::max(out.week_.back().end, span.end);
    } else {
      out.week_.push_back(span);
    }
  }
  // Across the end of the week: what starts within the last span's overhang belongs to it.
  while (out.week_.size() > 1 && out.week_.back().end - kWeek >= out.week_.front().start) {
    out.week_.back().end = std::max(out.week_.back().end, out.week_.front().end + kWeek);
    out.week_.erase(out.week_.begin());
  }
  out.always_ = !out.week_.empty() && out.week_.back().end - out.week_.back().start >= kWeek;
  out.windows_ = std::move(windows);
  out.time_zone_ = std::move(time_zone);
  out.zone_ = *zone;
  return out;
}

bool WindowSchedule::green_at(TimePoint t) const {
  const auto interval = current_or_next(t);
  return interval && interval->start <= t;
}

std::optional<Interval> WindowSchedule::current_or_next(TimePoint t) const {
  if (week_.empty()) return std::nullopt;
  if (always_) return Interval{t, t + kHorizon};
  const Interval next = Walk(*this, t).next();
  if (next.start >= t + kHorizon) return std::nullopt;
  return next;
}

std::vector<Interval> WindowSchedule::between(TimePoint from, TimePoint to) const {
  if (week_.empty() || from >= to) return {};
  if (always_) return {{from, to}};
  std::vector<Interval> out;
  Walk walk(*this, from);
  for (Interval next = walk.next(); next.start < to; next = walk.next()) {
    out.push_back({std::max(next.start, from), std::min(next.end, to)});
  }
  return out;
}

Result<TimeOfDay> parse_time_of_day(std::string_view text) {
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  if (text.size() == 5 && digit(0) && digit(1) && text[2] == ':' && digit(3) && digit(4)) {
    const TimeOfDay time{((text[0] - '0') * 10) + (text[1] - '0'),
                         ((text[3] - '0') * 10) + (text[4] - '0')};
    if (in_day(time, true)) return time;
  }
  return fail(Errc::InvalidArgument,
              in_quotes(text) + " is not a time of day: write HH:MM, e.g. \"22:00\"");
}

Result<int> parse_day(std::string_view text) {
  for (std::size_t i = 0; i < kDays.size(); ++i) {
    if (all_letters(text, kDays[i]) || all_letters(text, kDays[i].substr(0, 3))) {
      return static_cast<int>(i) + 1;
    }
  }
  return fail(Errc::InvalidArgument,
              in_quotes(text) + " is not a day: write Mon, Tue, Wed, Thu, Fri, Sat or Sun");
}

}  // namespace karbonetes::carbon
