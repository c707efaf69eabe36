// Carbon Aware SDK WebAPI below /carbon-aware-sdk: emissions/bylocation and
// emissions/forecasts/current, 5 minutes, as version 1.1 and later answer (optimalDataPoints, an
// array).
// https://carbon-aware-sdk.greensoftware.foundation/docs/tutorial-basics/carbon-aware-webapi
#include <algorithm>

#include "mock/answers.hpp"
#include "mock/shape.hpp"

namespace karbonetes::mock {

namespace {

using json::Document;
using std::chrono::hours;

constexpr Millis kSlot = std::chrono::minutes(5);
constexpr std::string_view kSuffix = "+00:00";
constexpr int kDecimals = 3;

// The problem details of ASP.NET, as the SDK answers what it refuses.
http::Response refused(const std::string& field, const std::string& sentence) {
  return json_answer(400, Document{{"title", "ArgumentException"},
                                   {"status", 400},
                                   {"detail", "Invalid parameters"},
                                   {"errors", {{field, Document::array({sentence})}}}});
}

Result<TimePoint> instant_in(const Asked& asked, const char* name, TimePoint otherwise) {
  const std::string* text = asked.target.find(name);
  return text == nullptr ? Result<TimePoint>(otherwise) : parse_instant(*text);
}

Document minutes_of(const Asked& asked) {
  return number(std::chrono::duration<double, std::ratio<60>>(slot_length(asked, kSlot)).count(),
                2);
}

http::Response by_location(const Asked& asked, const std::string& location) {
  const bool ranged = asked.target.find("time") != nullptr;
  const auto from = instant_in(asked, "time", asked.now);
  if (!from) return refused("time", from.error().message);
  const auto to = instant_in(asked, "toTime", asked.now);
  if (!to) return refused("toTime", to.error().message);
  auto out = Document::array();
  const auto found = ranged ? slots(asked, *from, std::min(*to, asked.now), kSlot)
                            : std::vector<Slot>{current_slot(asked, kSlot)};
  for (const Slot& slot : found) {
    out.push_back({{"location", location},
                   {"time", stamp(asked, slot.from, kSuffix)},
                   {"rating", number(slot.grams, kDecimals)},
                   {"duration", "00:05:00"}});
  }
  if (out.empty()) return {204, {}, {}};
  return json_answer(200, out);
}

http::Response current_forecast(const Asked& asked, const std::string& location) {
  const auto from = instant_in(asked, "dataStartAt", asked.now);
  if (!from) return refused("dataStartAt", from.error().message);
  const TimePoint end = asked.now + real_time(asked, hours(24));
  const auto to = instant_in(asked, "dataEndAt", end);
  if (!to) return refused("dataEndAt", to.error().message);
  const auto window = number_in(asked, "windowSize", 0, 24 * 60, 0);
  if (!window) return refused("windowSize", window.error().message);

  const auto duration = minutes_of(asked);
  auto data = Document::array();
  auto best = Document::array();
  double least = 0;
  for (const Slot& slot : slots(asked, *from, *to, kSlot)) {
    data.push_back({{"location", location},
                    {"timestamp", stamp(asked, slot.from, kSuffix)},
                    {"duration", duration},
                    {"value", number(slot.grams, kDecimals)}});
    if (!slot.grams || (!best.empty() && *slot.grams >= least)) continue;
    least = *slot.grams;
    best = Document::array({data.back()});
  }
  auto out = Document::array();
  out.push_back({{"generatedAt", stamp(asked, asked.now, kSuffix)},
                 {"requestedAt", stamp(asked, asked.now, kSuffix)},
                 {"location", location},
                 {"dataStartAt", stamp(asked, *from, kSuffix)},
                 {"dataEndAt", stamp(asked, *to, kSuffix)},
                 {"windowSize", *window == 0 ? duration : Document(*window)},
                 {"optimalDataPoints", std::move(best)},
                 {"forecastData", std::move(data)}});
  return json_answer(200, out);
}

}  // namespace

http::Response carbon_aware_sdk(const Asked& asked) {
  const bool emissions = asked.path_is({"emissions", "bylocation"});
  if (!emissions && !asked.path_is({"emissions", "forecasts", "current"})) {
    return error_answer(404, "not found");
  }
  const std::string* location = asked.target.find("location");
  if (location == nullptr || location->empty()) {
    return refused("location", "The location field is required.");
  }
  return emissions ? by_location(asked, *location) : current_forecast(asked, *location);
}

}  // namespace karbonetes::mock
