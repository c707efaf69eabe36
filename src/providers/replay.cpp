#include "providers/replay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text_file.hpp"
#include "providers/points.hpp"
#include "providers/secret_file.hpp"

namespace karbonetes::providers {

namespace {

constexpr Millis kPast = std::chrono::hours(24);  // in the recording's time
constexpr Millis kAlone = std::chrono::hours(1);

// Between the world's time and the recording's.
class Tape {
 public:
  Tape(const Recording& recording, const ReplayOptions& options)
      : first_(recording.front().from),
        anchor_(options.shift ? options.start : first_),
        speed_(options.speed) {}

  [[nodiscard]] TimePoint recorded(TimePoint world) const {
    return first_ + scaled(world - anchor_, speed_);
  }
  [[nodiscard]] TimePoint world(TimePoint recorded) const {
    return anchor_ + scaled(recorded - first_, 1 / speed_);
  }

 private:
  static Millis scaled(Millis span, double by) {
    return Millis(std::llround(static_cast<double>(span.count()) * by));
  }

  TimePoint first_, anchor_;
  double speed_;
};

Millis length_of(const Recording& recording) {
  std::vector<TimePoint> starts;
  starts.reserve(recording.size());
  for (const auto& p : recording) starts.push_back(p.from);
  return recording.back().from + usual_step(starts, kAlone) - recording.front().from;
}

class Replay final : public Adapter {
 public:
  explicit Replay(ReplayOptions options) : options_(std::move(options)), file_(options_.file) {}

  Result<Reading> read(const Fetch&, TimePoint now) override {
    if (recording_.empty() || file_.changed()) {
      auto loaded = load();
      if (!loaded) {
        loaded.error().message = fmt::format("{}: {}", options_.file, loaded.error().message);
        return fail(loaded.error());
      }
      recording_ = std::move(*loaded);
    }
    auto reading = replay_at(recording_, options_, now);
    if (!reading)
      reading.error().message = fmt::format("{}: {}", options_.file, reading.error().message);
    return reading;
  }

  bool secrets_changed() const override { return file_.changed(); }

 private:
  Result<Recording> load() {
    file_.remember();
    const auto text = read_text_file(options_.file, kMaxRecordingBytes);
    if (!text) return fail(Errc::InvalidArgument, text.error().message);
    const auto first = text->find_first_not_of(" \t\r\n");
    const bool json =
        first != std::string::npos && ((*text)[first] == '[' || (*text)[first] == '{');
    return json ? parse_recording_json(*text) : parse_recording_csv(*text);
  }

  const ReplayOptions options_;
  WatchedFile file_;
  Recording recording_;
};

}  // namespace

Result<Reading> replay_at(const Recording& recording, const ReplayOptions& options, TimePoint now) {
  const Tape tape(recording, options);
  const Millis length = length_of(recording);
  const TimePoint first = recording.front().from;
  const TimePoint at = tape.recorded(now);
  if (!options.loop && at >= first + length) {
    return fail(Errc::NotFound, fmt::format("the recording ended at {}; write loop: true{}",
                                            format_rfc3339(tape.world(first + length)),
                                            options.shift ? "" : " or shift: true"));
  }
  if (at < first && !options.loop) {
    return fail(Errc::NotFound, fmt::format("the recording begins at {} only; write shift: true",
                                            format_rfc3339(first)));
  }
  const TimePoint from = at - kPast;
  const TimePoint until = at + options.horizon;
  Points points;
  // The rounds of the loop that touch [from, until]; without a loop there is one.
  const auto round_of = [&](TimePoint t) -> std::int64_t {
    if (!options.loop) return 0;
    const auto rounds = (t - first).count() / length.count();
    return (t - first).count() % length.count() < 0 ? rounds - 1 : rounds;
  };
  // Before the shifted start nothing was heard.
  for (auto round = options.shift ? std::max<std::int64_t>(round_of(from), 0) : round_of(from);
       round <= round_of(until) && points.size() < Points::kMax; ++round) {
    const Millis offset = round * length;
    // The step that holds `from` is part of it.
    auto it = std::ranges::upper_bound(recording, from - offset, {}, &RecordedPoint::from);
    if (it != recording.begin()) --it;
    for (; it != recording.end() && it->from + offset <= until; ++it) {
      if (points.size() >= Points::kMax) break;
      const TimePoint start = tape.world(it->from + offset);
      points.add(start, it->grams_per_kwh, start <= now);
    }
  }
  return points.finish(options.kind, now);
}

std::unique_ptr<Adapter> make_replay(ReplayOptions options) {
  return std::make_unique<Replay>(std::move(options));
}

}  // namespace karbonetes::providers
