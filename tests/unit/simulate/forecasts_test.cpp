#include "simulate/forecasts.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "fixtures.hpp"

namespace karbonetes::simulate {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

Scenario with(ErrorModel error, Millis every) {
  Scenario out;
  out.error = error;
  out.forecast_every = every;
  out.forecast_horizon = hours(48);
  out.max_delay = hours(8);
  return out;
}

const Trace kTrace = seeded_trace(1, 200);

TEST(Forecasts, WithoutErrorTheyAreTheTrace) {
  const ForecastSource once(kTrace, with({}, Millis(0)));
  ForecastReader reader(once);
  EXPECT_EQ(reader.at(kBegin).signal->forecast, kTrace.actual);
  EXPECT_EQ(reader.at(kBegin + hours(99)).until, TimePoint::max());

  const ForecastSource hourly(kTrace, with({}, hours(1)));
  ForecastReader rolling(hourly);
  const auto view = rolling.at(kBegin + hours(20) + minutes(17));
  EXPECT_EQ(view.until, kBegin + hours(21));
  const auto& forecast = *view.signal->forecast;
  EXPECT_EQ(forecast.observed_until(), kBegin + hours(20));
  EXPECT_EQ(forecast.begin(), kBegin + hours(12)) << "as far back as a Job may have waited";
  EXPECT_EQ(forecast.end(), kBegin + hours(20 + 48 + 1));
  for (int h = 12; h < 69; ++h)
    EXPECT_EQ(forecast.at(kBegin + hours(h)), kTrace.actual->at(kBegin + hours(h)));
}

// The error of what was published at `published` for `lead` later.
double error_at(const ErrorModel& model, TimePoint published, Millis lead) {
  const ForecastSource source(kTrace, with(model, hours(1)));
  ForecastReader reader(source);
  const TimePoint t = published + lead;
  return reader.at(published).signal->forecast->at(t) - kTrace.actual->at(t);
}

double deviation(const ErrorModel& model, Millis lead) {
  const ForecastSource source(kTrace, with(model, hours(1)));
  ForecastReader reader(source);
  double sum = 0;
  int count = 0;
  for (TimePoint t = kBegin; t < kBegin + hours(24 * 190); t += hours(1), ++count) {
    const double error = reader.at(t).signal->forecast->at(t + lead) - kTrace.actual->at(t + lead);
    sum += error * error;
  }
  return std::sqrt(sum / count) / kTrace.actual->mean();
}

TEST(Forecasts, WhatIsObservedIsRight) {
  for (const ErrorKind kind : {ErrorKind::Iid, ErrorKind::Horizon, ErrorKind::Ar1}) {
    for (int h = 0; h <= 8; ++h)
      EXPECT_EQ(error_at({kind, 0.2, 1, 0.9}, kBegin + hours(50), hours(-h)), 0) << name(kind);
  }
}

TEST(Forecasts, HorizonErrorGrowsWithTheRootOfTheLeadTime) {
  const ErrorModel model{ErrorKind::Horizon, 0.1, 5, 0.9};
  EXPECT_NEAR(deviation(model, hours(24)), 0.1, 0.015);
  EXPECT_NEAR(deviation(model, hours(6)), 0.05, 0.006);
  EXPECT_NEAR(deviation(model, hours(1)), 0.0204, 0.002);
}

TEST(Forecasts, Ar1ErrorIsCorrelatedAndSaturates) {
  const ErrorModel model{ErrorKind::Ar1, 0.1, 5, 0.9};
  EXPECT_NEAR(deviation(model, hours(1)), 0.1 * std::sqrt(1 - 0.81), 0.004);
  EXPECT_NEAR(deviation(model, hours(40)), 0.1, 0.012);
  double product = 0;
  double square = 0;
  for (int h = 0; h < 4'000; ++h) {
    const double a = error_at(model, kBegin + hours(h), hours(40));
    const double b = error_at(model, kBegin + hours(h), hours(41));
    product += a * b;
    square += a * a;
  }
  EXPECT_NEAR(product / square, 0.9, 0.05);
}

TEST(Forecasts, TwoForecastsOfOneInstantComeCloserToIt) {
  const ErrorModel model{ErrorKind::Horizon, 0.3, 9, 0.9};
  double early = 0;
  double late = 0;
  for (int h = 30; h < 2'000; ++h) {
    const TimePoint t = kBegin + hours(h);
    early += std::abs(error_at(model, t - hours(24), hours(24)));
    late += std::abs(error_at(model, t - hours(3), hours(3)));
  }
  EXPECT_LT(late, early / 2);
}

TEST(Forecasts, ReadersGoBackAndForthAndForget) {
  const ForecastSource source(kTrace, with({ErrorKind::Ar1, 0.1, 1, 0.9}, hours(1)));
  ForecastReader reader(source);
  const auto value = [&](int h) {
    return reader.at(kBegin + hours(h)).signal->forecast->at(kBegin + hours(h + 5));
  };
  const double at_ten = value(10);
  const double at_forty = value(40);
  EXPECT_EQ(value(10), at_ten);
  reader.forget_before(kBegin + hours(40));
  EXPECT_EQ(value(40), at_forty);
  EXPECT_EQ(value(10), at_ten) << "what was forgotten is made again";
}

TEST(Forecasts, SameSeedSameErrors) {
  const auto path = error_path({ErrorKind::Iid, 0.1, 7, 0.9}, *kTrace.actual);
  EXPECT_EQ(path, error_path({ErrorKind::Iid, 0.2, 7, 0.9}, *kTrace.actual));
  EXPECT_NE(path, error_path({ErrorKind::Iid, 0.1, 8, 0.9}, *kTrace.actual));
  EXPECT_TRUE(error_path({}, *kTrace.actual).empty());
}

}  // namespace
}  // namespace karbonetes::simulate
