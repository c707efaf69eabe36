#include "mock/state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "providers/outlook.hpp"

namespace karbonetes::mock {

namespace {

using carbon::Interval;
using std::chrono::hours;

constexpr Millis kFarthest = hours(9 * 24);
constexpr std::size_t kMaxPast = 1'000;

// FNV-1a, 64 bit: an ETag needs no secret, only a different answer for a different text.
std::uint64_t hash(std::string_view text) {
  std::uint64_t h = 14695981039346656037ULL;
  for (const char c : text) {
    h ^= static_cast<unsigned char>(c);
    h *= 1099511628211ULL;
  }
  return h;
}

TimePoint horizon(TimePoint now) { return std::chrono::floor<hours>(now) + kHorizon; }

Millis real_time(Millis trace_time, double speed) {
  return Millis(static_cast<Millis::rep>(static_cast<double>(trace_time.count()) / speed));
}

// `green` (sorted, disjoint) with `over` made green or not.
std::vector<Interval> overlaid(const std::vector<Interval>& green, Interval over, bool is_green) {
  std::vector<Interval> out;
  if (over.start >= over.end) return green;
  for (const Interval& w : green) {
    if (w.start < over.start) out.push_back({w.start, std::min(w.end, over.start)});
    if (w.end > over.end) out.push_back({std::max(w.start, over.end), w.end});
  }
  if (is_green) out.push_back(over);
  std::ranges::sort(out, {}, &Interval::start);
  return out;
}

std::vector<Interval> at_or_below(const Steps& steps, double grams) {
  std::vector<Interval> out;
  for (std::size_t i = 0; i < steps.points.size(); ++i) {
    if (steps.points[i].grams > grams) continue;
    const TimePoint begin = steps.points[i].from;
    const TimePoint end = i + 1 < steps.points.size() ? steps.points[i + 1].from : steps.end;
    if (!out.empty() && out.back().end == begin) {
      out.back().end = end;
    } else {
      out.push_back({begin, end});
    }
  }
  return out;
}

std::string etag_of(const View& view, std::string identity) {
  identity += fmt::format("|{}|{}", view.green, view.forced);
  for (const auto& w : view.green_windows) {
    identity +=
        fmt::format("|{}-{}", w.start.time_since_epoch().count(), w.end.time_since_epoch().count());
  }
  return fmt::format("\"{:016x}\"", hash(identity));
}

}  // namespace

SignalState::SignalState(providers::WindowsFile config, std::optional<Timeline> timeline)
    : schedule_(std::move(config.schedule)),
      zone_(config.zone.empty() ? "local" : std::move(config.zone)),
      intensities_(config.intensities.value_or(providers::Intensities{})),
      timeline_(std::move(timeline)) {}

bool SignalState::forced_at(TimePoint now) const {
  return force_ && (!force_->until || now < *force_->until);
}

void SignalState::remember(TimePoint now) {
  if (!force_) return;
  const TimePoint until = std::min(now, force_->until.value_or(now));
  if (until > forced_since_) past_.push_back({{forced_since_, until}, force_->green});
  std::erase_if(past_, [&](const Past& p) { return p.interval.end <= now - kFarthest; });
  if (past_.size() > kMaxPast) past_.erase(past_.begin());
}

void SignalState::force(Force force, TimePoint now) {
  remember(now);
  force_ = force;
  forced_since_ = now;
}

void SignalState::automatic(TimePoint now) {
  remember(now);
  force_.reset();
}

std::vector<Interval> SignalState::green_over(TimePoint now, TimePoint from, TimePoint to) const {
  auto green = schedule_.between(from, to);
  for (const Past& past : past_) green = overlaid(green, past.interval, past.green);
  if (force_) {
    const TimePoint until = force_->until.value_or(std::max(to, now + kHorizon));
    green = overlaid(green, {forced_since_, until}, force_->green);
  }
  std::erase_if(green, [&](const Interval& w) { return w.end <= from || w.start >= to; });
  return green;
}

carbon::KindTag SignalState::kind() const {
  return timeline_ ? timeline_->kind() : carbon::KindTag::Average;
}

double SignalState::intensity(TimePoint now) const {
  if (timeline_) return timeline_->at(now);
  const bool green = forced_at(now) ? force_->green : schedule_.green_at(now);
  return green ? intensities_.green : intensities_.other;
}

Steps SignalState::steps(TimePoint now, TimePoint from, TimePoint to) const {
  from = std::clamp(from, now - kFarthest, now + kFarthest);
  to = std::clamp(to, now - kFarthest, now + kFarthest);
  if (timeline_) return timeline_->stretch(now, from, to).steps;
  Steps out;
  out.end = to;
  for (const auto& p :
       providers::intensity_outlook(green_over(now, from, to), intensities_, from, to))
    out.points.push_back({p.from, p.value.grams_per_kwh});
  return out;
}

View SignalState::at(TimePoint now) const { return timeline_ ? trace_view(now) : window_view(now); }

View SignalState::window_view(TimePoint now) const {
  View view;
  view.zone = zone_;
  view.forced = forced_at(now);
  view.green = view.forced ? force_->green : schedule_.green_at(now);
  view.intensity = intensity(now);
  if (!view.forced) {
    const TimePoint behind = std::chrono::floor<std::chrono::days>(now) - hours(24);
    view.green_windows = schedule_.between(behind, horizon(now));
    std::erase_if(view.green_windows, [&](const auto& w) { return w.end <= now; });
  }
  view.observed = steps(now, now - kLookback, now).points;
  view.forecast = steps(now, now, now + kHorizon).points;
  view.etag = etag_of(view, fmt::format("{}|{}|{}", zone_, intensities_.green, intensities_.other));
  return view;
}

View SignalState::trace_view(TimePoint now) const {
  View view;
  view.zone = zone_;
  view.kind = timeline_->kind();
  view.intensity = timeline_->at(now);
  view.forced = forced_at(now);
  view.green = view.forced ? force_->green : view.intensity <= timeline_->green_below();
  const Stretch ahead = timeline_->stretch(now, now, now + real_time(kHorizon, timeline_->speed()));
  if (!view.forced) view.green_windows = at_or_below(ahead.steps, timeline_->green_below());
  view.observed =
      timeline_->stretch(now, now - real_time(kLookback, timeline_->speed()), now).steps.points;
  std::erase_if(view.observed, [&](const Step& s) { return s.from >= now; });
  view.forecast = ahead.steps.points;
  // What holds at now has begun before it.
  if (!view.forecast.empty())
    view.forecast.front().from = std::max(view.forecast.front().from, now);
  view.etag = etag_of(view, fmt::format("{}|trace|{}", zone_, ahead.step));
  return view;
}

TimePoint SignalState::next_change(TimePoint now) const {
  // The horizon moves on the hour.
  TimePoint next = std::chrono::floor<hours>(now) + hours(1);
  const bool forced = forced_at(now);
  if (forced && force_->until) next = std::min(next, *force_->until);
  if (timeline_) {
    if (const auto step = timeline_->next_step(now)) next = std::min(next, *step);
  } else if (!forced) {
    if (const auto window = schedule_.current_or_next(now)) {
      next = std::min(next, window->start > now ? window->start : window->end);
    }
  }
  return next;
}

}  // namespace karbonetes::mock
