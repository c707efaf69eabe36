// What a scheduler sees of a trace while time goes by: at each instant the forecast that was
// published last, right or with seeded errors. ForecastSource is made once for a trace and an error
// and is shared; each worker reads it through a ForecastReader of its own, which makes the
// forecasts as it comes by and keeps the last ones. Errors are additive and never cut: below zero
// is a number like others to a decision.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "carbon/signal.hpp"
#include "simulate/scenario.hpp"
#include "simulate/trace.hpp"

namespace karbonetes::simulate {

// For each step of the trace the part of an error that all forecasts share, in units of its
// deviation at full size (size x the trace's mean):
//   Iid      N(0, 1), independent
//   Horizon  W, a Brownian path with E[(W(s) - W(t))^2] = (s - t) / 24 h
//   Ar1      A, stationary with E[A^2] = 1 and correlation^(|s - t| / 1 h)
// None: empty.
[[nodiscard]] std::vector<double> error_path(const ErrorModel& model,
                                             const carbon::Forecast& trace);

class ForecastSource {
 public:
  // With forecast_every > 0 it is published at the trace's begin and each `every` from there.
  ForecastSource(const Trace& trace, const Scenario& scenario);

  [[nodiscard]] bool published_once() const { return every_ == Millis(0); }

 private:
  friend class ForecastReader;
  [[nodiscard]] std::shared_ptr<const carbon::Signal> published_at(TimePoint t) const;
  [[nodiscard]] double value_at(std::size_t step, TimePoint published) const;

  std::shared_ptr<const carbon::Forecast> actual_;
  ErrorModel error_;
  double deviation_ = 0;  // gCO2eq/kWh
  std::vector<double> path_;
  Millis every_{0}, horizon_{0}, history_{0};
  std::shared_ptr<const carbon::Signal> once_;
};

class ForecastReader {
 public:
  explicit ForecastReader(const ForecastSource& source) : source_(source) {}

  struct View {
    const carbon::Signal* signal = nullptr;  // valid until the next call
    TimePoint until{};                       // the next forecast comes then
  };
  [[nodiscard]] View at(TimePoint t);
  // Nobody will ask for anything before t any more.
  void forget_before(TimePoint t);

 private:
  const ForecastSource& source_;
  std::deque<std::shared_ptr<const carbon::Signal>> kept_;  // one for each time of publication
  std::int64_t first_ = 0;                                  // the number of kept_.front()
};

}  // namespace karbonetes::simulate
