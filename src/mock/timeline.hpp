// A trace laid over real time: where it begins, how fast it runs, whether it starts over; and a
// forecast of it that errs as forecasts do. Pure: time is an argument. Immutable, thread-safe.
// Errors: InvalidArgument, naming the flag.
#pragma once

#include <cstdint>
#include <optional>

#include "mock/trace.hpp"

namespace karbonetes::mock {

enum class TraceStart {
  Now,      // the trace's first instant is the program's start
  Recorded  // instants are as recorded; with a speed, time runs faster from the program's start on
};

struct TimelineOptions {
  TraceStart start = TraceStart::Now;
  double speed = 1;           // trace time per real time, 1 to 86,400
  bool loop = false;          // after the end it starts over (and before the start it has been)
  double forecast_error = 0;  // relative error of a forecast far ahead, standard deviation, 0 to 1
  std::uint64_t seed = 0;
};

// One answer, for a stretch of real time. `steps` is empty where the trace says nothing.
struct Stretch {
  Steps steps;
  std::int64_t step = 0;  // number of the step that holds `now`: changes exactly when it does
};

class Timeline {
 public:
  [[nodiscard]] static Result<Timeline> make(Trace trace, TimelineOptions options,
                                             TimePoint program_start);

  // Steps that overlap [from, to), at most kMaxSteps to either side of now. Until `now` (the step
  // that holds it included) they are the trace's; after it they carry the forecast's error. The
  // error of a step is an AR(1) walk from the step that holds now, whose innovations belong to the
  // step that is forecast and not to the forecast: as `now` comes nearer the forecast is revised
  // and its error shrinks to nothing.
  [[nodiscard]] Stretch stretch(TimePoint now, TimePoint from, TimePoint to) const;
  static constexpr std::int64_t kMaxSteps = 5'000;

  // What the trace says at t; its first value before it, its last after it.
  [[nodiscard]] double at(TimePoint t) const;
  // When the step that holds `now` ends; nullopt beyond the end.
  [[nodiscard]] std::optional<TimePoint> next_step(TimePoint now) const;
  // The trace's 30th percentile, gCO2eq/kWh: green is at or below it.
  [[nodiscard]] double green_below() const { return green_below_; }
  [[nodiscard]] carbon::KindTag kind() const { return trace_.kind; }
  [[nodiscard]] double speed() const { return options_.speed; }

 private:
  Timeline(Trace trace, TimelineOptions options, TimePoint program_start);
  [[nodiscard]] TimePoint real(std::int64_t step) const;
  [[nodiscard]] double grams(std::int64_t step) const;
  [[nodiscard]] std::int64_t step_at(TimePoint t) const;  // -1: before the start, without loop
  [[nodiscard]] std::int64_t last_step() const;
  [[nodiscard]] TimePoint end() const;  // without loop
  [[nodiscard]] double innovation(std::int64_t step) const;

  Trace trace_;
  TimelineOptions options_;
  TimePoint real_origin_, trace_origin_;
  Millis period_;
  double green_below_;
};

}  // namespace karbonetes::mock
