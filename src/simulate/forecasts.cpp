#include "simulate/forecasts.hpp"

#include <algorithm>
#include <cmath>

#include "simulate/random.hpp"

namespace karbonetes::simulate {

namespace {

constexpr double kDay = 24 * 3'600'000.0;
constexpr double kHour = 3'600'000.0;

double millis(Millis length) { return static_cast<double>(length.count()); }

carbon::Signal signal_of(std::shared_ptr<const carbon::Forecast> forecast, TimePoint published) {
  carbon::Signal out;
  out.source = "trace";
  out.observed_at = published;
  out.says_green = false;
  out.forecast = std::move(forecast);
  return out;
}

// Steps [from, to) of the trace with other values, of the trace's kind.
template <class Value>
carbon::AnySeries series_of(const carbon::Forecast& trace, std::size_t from, std::size_t to,
                            TimePoint observed_until, const Value& value) {
  const auto starts = trace.starts();
  const TimePoint end = to < starts.size() ? starts[to] : trace.end();
  const auto fill = [&]<carbon::IntensityKind Kind>(carbon::Series<Kind> out) {
    out.points.reserve(to - from);
    for (std::size_t i = from; i < to; ++i)
      out.points.push_back({starts[i], carbon::Intensity<Kind>(value(i))});
    out.end = end;
    out.observed_until = observed_until;
    return out;
  };
  if (trace.kind() == carbon::KindTag::Marginal) return fill(carbon::Series<carbon::Marginal>());
  return fill(carbon::Series<carbon::Average>());
}

}  // namespace

std::vector<double> error_path(const ErrorModel& model, const carbon::Forecast& trace) {
  std::vector<double> out;
  if (model.kind == ErrorKind::None || model.size == 0) return out;
  Random random(model.seed);
  const auto starts = trace.starts();
  out.reserve(starts.size());
  double last = model.kind == ErrorKind::Ar1 ? random.normal() : 0;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const double step = i == 0 ? 0 : millis(starts[i] - starts[i - 1]);
    switch (model.kind) {
      case ErrorKind::None:
        break;
      case ErrorKind::Iid:
        last = random.normal();
        break;
      case ErrorKind::Horizon:
        if (i > 0) last += random.normal() * std::sqrt(step / kDay);
        break;
      case ErrorKind::Ar1:
        if (i > 0) {
          const double kept = std::pow(model.correlation, step / kHour);
          last = kept * last + std::sqrt(1 - kept * kept) * random.normal();
        }
        break;
    }
    out.push_back(last);
  }
  return out;
}

ForecastSource::ForecastSource(const Trace& trace, const Scenario& scenario)
    : actual_(trace.actual),
      error_(scenario.error),
      deviation_(scenario.error.size * trace.actual->mean()),
      path_(error_path(scenario.error, *trace.actual)),
      every_(scenario.forecast_every),
      horizon_(scenario.forecast_horizon),
      history_(scenario.max_delay) {
  if (!published_once()) return;
  if (path_.empty()) {  // it is right, so the trace will do: what is derived from it is shared
    once_ = std::make_shared<carbon::Signal>(signal_of(actual_, actual_->begin()));
    return;
  }
  once_ = published_at(actual_->begin());
}

double ForecastSource::value_at(std::size_t step, TimePoint published) const {
  const double value = actual_->values()[step];
  if (path_.empty()) return value;
  const TimePoint start = actual_->starts()[step];
  // Iid stands for a forecast that was made once and is never corrected, not even by what is seen.
  if (error_.kind == ErrorKind::Iid && (published_once() || start > published))
    return value + deviation_ * path_[step];
  if (start <= published) return value;
  const std::size_t now = actual_->step_at(published);
  double error = 0;
  if (error_.kind == ErrorKind::Horizon) {
    error = path_[step] - path_[now];
  } else if (error_.kind == ErrorKind::Ar1) {
    const double lead = millis(start - actual_->starts()[now]);
    error = path_[step] - std::pow(error_.correlation, lead / kHour) * path_[now];
  }
  return value + deviation_ * error;
}

std::shared_ptr<const carbon::Signal> ForecastSource::published_at(TimePoint t) const {
  const bool once = published_once();
  const std::size_t size = actual_->starts().size();
  const std::size_t from = once ? 0 : actual_->step_at(t - history_);
  const std::size_t to = once ? size : std::min(actual_->step_at(t + horizon_) + 1, size);
  const TimePoint observed = once ? actual_->begin() : t;
  return std::make_shared<carbon::Signal>(signal_of(
      carbon::Forecast::prepare(series_of(*actual_, from, to, observed,
                                          [&](std::size_t step) { return value_at(step, t); })),
      t));
}

ForecastReader::View ForecastReader::at(TimePoint t) {
  if (source_.published_once()) return {source_.once_.get(), TimePoint::max()};
  const TimePoint begin = source_.actual_->begin();
  const Millis every = source_.every_;
  const std::int64_t number = t <= begin ? 0 : (t - begin) / every;
  const auto published = [&](std::int64_t n) { return begin + every * n; };
  if (kept_.empty() || number < first_ ||
      number > first_ + static_cast<std::int64_t>(kept_.size())) {
    kept_.clear();
    first_ = number;
  }
  while (first_ + static_cast<std::int64_t>(kept_.size()) <= number) {
    const auto next = first_ + static_cast<std::int64_t>(kept_.size());
    kept_.push_back(source_.published_at(published(next)));
  }
  return {kept_[static_cast<std::size_t>(number - first_)].get(), published(number + 1)};
}

void ForecastReader::forget_before(TimePoint t) {
  if (source_.published_once() || kept_.empty()) return;
  const std::int64_t number = (t - source_.actual_->begin()) / source_.every_;
  while (!kept_.empty() && first_ < number) {
    kept_.pop_front();
    ++first_;
  }
}

}  // namespace karbonetes::simulate
