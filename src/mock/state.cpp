#include "mock/state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "json/document.hpp"
#include "providers/outlook.hpp"

namespace karbonetes::mock {

namespace {

using std::chrono::hours;

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

}  // namespace

SignalState::SignalState(providers::WindowsFile config)
    : schedule_(std::move(config.schedule)),
      zone_(config.zone.empty() ? "local" : std::move(config.zone)),
      intensities_(config.intensities.value_or(providers::Intensities{})) {}

bool SignalState::forced_at(TimePoint now) const {
  return force_ && (!force_->until || now < *force_->until);
}

View SignalState::at(TimePoint now) const {
  View view;
  view.zone = zone_;
  view.forced = forced_at(now);
  view.green = view.forced ? force_->green : schedule_.green_at(now);
  view.intensity = view.green ? intensities_.green : intensities_.other;

  const TimePoint behind = std::chrono::floor<std::chrono::days>(now) - hours(24);
  auto windows = schedule_.between(behind, horizon(now));
  std::erase_if(windows, [&](const auto& w) { return w.end <= now; });

  // What is forced holds in the forecast until it ends; after it the windows do.
  auto expected = windows;
  if (view.forced) {
    const TimePoint until = force_->until.value_or(now + kHorizon);
    std::erase_if(expected, [&](const auto& w) { return w.end <= until; });
    for (auto& w : expected) w.start = std::max(w.start, until);
    if (force_->green) expected.insert(expected.begin(), {now, until});
  } else {
    view.green_windows = std::move(windows);
    expected = view.green_windows;
  }
  view.forecast = providers::intensity_outlook(expected, intensities_, now, now + kHorizon);

  std::string identity = fmt::format("{}|{}|{}|{}|{}", zone_, intensities_.green,
                                     intensities_.other, view.green, view.forced);
  for (const auto& w : view.green_windows) {
    identity +=
        fmt::format("|{}-{}", w.start.time_since_epoch().count(), w.end.time_since_epoch().count());
  }
  view.etag = fmt::format("\"{:016x}\"", hash(identity));
  return view;
}

TimePoint SignalState::next_change(TimePoint now) const {
  // The horizon moves on the hour.
  TimePoint next = std::chrono::floor<hours>(now) + hours(1);
  if (forced_at(now)) {
    if (force_->until) next = std::min(next, *force_->until);
  } else if (const auto window = schedule_.current_or_next(now)) {
    next = std::min(next, window->start > now ? window->start : window->end);
  }
  return next;
}

std::string render(const View& view, TimePoint now) {
  json::Document body = {
      {"source", "karbonetes-signal"},
      {"zone", view.zone},
      {"green", view.green},
      {"forced", view.forced},
      {"observedAt", format_rfc3339(now)},
      {"intensity", {{"value", view.intensity}, {"unit", "gCO2eq/kWh"}}},
      {"greenWindows", json::Document::array()},
      {"forecast", json::Document::array()},
  };
  for (const auto& w : view.green_windows) {
    body["greenWindows"].push_back(
        {{"start", format_rfc3339(w.start)}, {"end", format_rfc3339(w.end)}});
  }
  for (const auto& p : view.forecast) {
    body["forecast"].push_back({{"from", format_rfc3339(p.from)}, {"intensity", p.value.grams_per_kwh}});
  }
  // The zone may come from a file in any encoding.
  return body.dump(-1, ' ', false, json::Document::error_handler_t::replace) + "\n";
}

}  // namespace karbonetes::mock
