// Electricity Maps API v3 below /electricity-maps/v3/carbon-intensity: latest, history and
// forecast, by the hour, whole grams. https://app.electricitymaps.com/docs Otherwise than the real
// one it refuses a request without zone, which there is answered for the caller's address: what an
// adapter must never rely on.
#include "mock/answers.hpp"
#include "mock/shape.hpp"

namespace karbonetes::mock {

namespace {

using json::Document;
using std::chrono::hours;

constexpr Millis kSlot = hours(1);
constexpr std::string_view kSuffix = ".000Z";

Document entry(const Asked& asked, const Slot& slot, const std::string& zone) {
  return {{"zone", zone},
          {"carbonIntensity", number(slot.grams)},
          {"datetime", stamp(asked, slot.from, kSuffix)},
          {"updatedAt", stamp(asked, asked.now, kSuffix)},
          {"createdAt", stamp(asked, slot.from, kSuffix)},
          {"emissionFactorType", "lifecycle"},
          {"isEstimated", true},
          {"estimationMethod", "TIME_SLICER_AVERAGE"},
          {"temporalGranularity", "hourly"}};
}

http::Response history(const Asked& asked, const std::string& zone) {
  auto list = Document::array();
  for (const Slot& slot : slots(asked, asked.now - real_time(asked, hours(24)), asked.now, kSlot)) {
    list.push_back(entry(asked, slot, zone));
  }
  return json_answer(
      200,
      Document{{"zone", zone}, {"temporalGranularity", "hourly"}, {"history", std::move(list)}});
}

http::Response forecast(const Asked& asked, const std::string& zone) {
  const auto horizon = number_in(asked, "horizonHours", 1, 72, 24);
  if (!horizon) return error_answer(400, horizon.error().message);
  auto list = Document::array();
  for (const Slot& slot :
       slots(asked, asked.now, asked.now + real_time(asked, hours(*horizon)), kSlot)) {
    list.push_back(
        {{"carbonIntensity", number(slot.grams)}, {"datetime", stamp(asked, slot.from, kSuffix)}});
  }
  return json_answer(200, Document{{"zone", zone},
                                   {"forecast", std::move(list)},
                                   {"updatedAt", stamp(asked, asked.now, kSuffix)},
                                   {"temporalGranularity", "hourly"}});
}

}  // namespace

http::Response electricity_maps(const Asked& asked) {
  if (asked.path.size() != 3 || asked.path[0] != "v3" || asked.path[1] != "carbon-intensity") {
    return error_answer(404, "not found");
  }
  if (!asked.credentials.token_ok(asked.header("auth-token"))) {
    return error_answer(401, "Invalid auth-token");
  }
  if (!asked.target.zone || asked.target.zone->empty()) {
    return error_answer(400, "zone is missing");
  }
  const std::string& zone = *asked.target.zone;
  if (asked.path[2] == "latest") {
    return json_answer(200, entry(asked, current_slot(asked, kSlot), zone));
  }
  if (asked.path[2] == "history") return history(asked, zone);
  if (asked.path[2] == "forecast") return forecast(asked, zone);
  return error_answer(404, "not found");
}

}  // namespace karbonetes::mock
