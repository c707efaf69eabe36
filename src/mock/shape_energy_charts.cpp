// Energy-Charts below /energy-charts: co2eq and co2eq_forecast, quarter hours, parallel arrays.
// co2eq covers the running day (UTC): measured until now, null after it, where co2eq_forecast has
// values. https://api.energy-charts.info
#include "mock/answers.hpp"
#include "mock/shape.hpp"

namespace karbonetes::mock {

namespace {

using json::Document;
using std::chrono::hours;

constexpr Millis kSlot = std::chrono::minutes(15);
constexpr int kDecimals = 2;

std::int64_t seconds(const Slot& slot) {
  return std::chrono::floor<Seconds>(slot.from).time_since_epoch().count();
}

http::Response co2eq(const Asked& asked) {
  const bool real = asked.state.speed() == 1;
  const TimePoint from = real ? TimePoint(std::chrono::floor<std::chrono::days>(asked.now))
                              : asked.now - real_time(asked, hours(24));
  const TimePoint to = real ? from + hours(24) : asked.now + real_time(asked, hours(24));
  auto times = Document::array(), measured = Document::array(), forecast = Document::array();
  for (const Slot& slot : slots(asked, from, to, kSlot)) {
    times.push_back(seconds(slot));
    measured.push_back(slot.observed ? number(slot.grams, kDecimals) : Document(nullptr));
    forecast.push_back(slot.observed ? Document(nullptr) : number(slot.grams, kDecimals));
  }
  return json_answer(200, Document{{"unix_seconds", std::move(times)},
                                   {"co2eq", std::move(measured)},
                                   {"co2eq_forecast", std::move(forecast)},
                                   {"deprecated", false}});
}

http::Response co2eq_forecast(const Asked& asked) {
  auto times = Document::array(), forecast = Document::array();
  for (const Slot& slot : slots(asked, asked.now, asked.now + real_time(asked, hours(48)), kSlot)) {
    times.push_back(seconds(slot));
    forecast.push_back(number(slot.grams, kDecimals));
  }
  return json_answer(200, Document{{"unix_seconds", std::move(times)},
                                   {"co2eq_forecast", std::move(forecast)},
                                   {"deprecated", false}});
}

}  // namespace

http::Response energy_charts(const Asked& asked) {
  const bool measured = asked.path_is({"co2eq"});
  if (!measured && !asked.path_is({"co2eq_forecast"})) return error_answer(404, "not found");
  const std::string* country = asked.target.find("country");
  if (country != nullptr && country->size() != 2 && *country != "all") {
    return error_answer(404, "country must have two letters, such as de");
  }
  return measured ? co2eq(asked) : co2eq_forecast(asked);
}

}  // namespace karbonetes::mock
