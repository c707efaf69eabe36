// WattTime API v3 below /watttime: login (Basic) for a token of 30 minutes, then forecast,
// historical and signal-index, 5 minutes, lbs of CO2 per MWh. https://docs.watttime.org
#include "mock/answers.hpp"
#include "mock/shape.hpp"
#include "providers/watttime.hpp"

namespace karbonetes::mock {

namespace {

using json::Document;
using std::chrono::hours;

constexpr Millis kSlot = std::chrono::minutes(5);
constexpr std::string_view kSuffix = "+00:00";

Document meta(const Asked& asked, const std::string& region, const char* units) {
  return {{"data_point_period_seconds",
           std::chrono::duration_cast<Seconds>(slot_length(asked, kSlot)).count()},
          {"region", region},
          {"signal_type", "co2_moer"},
          {"units", units},
          {"warnings", Document::array()},
          {"model", {{"date", "2023-03-01"}}}};
}

Document points(const Asked& asked, TimePoint from, TimePoint to) {
  auto out = Document::array();
  for (const Slot& slot : slots(asked, from, to, kSlot)) {
    auto pounds = slot.grams;
    if (pounds) *pounds /= providers::kGramsPerKwhOfPoundPerMwh;
    out.push_back({{"point_time", stamp(asked, slot.from, kSuffix)}, {"value", number(pounds, 3)}});
  }
  return out;
}

http::Response forecast(const Asked& asked, const std::string& region) {
  const auto horizon = number_in(asked, "horizon_hours", 0, 72, 24);
  if (!horizon) return error_answer(400, horizon.error().message);
  auto details = meta(asked, region, "lbs_co2_per_mwh");
  details["generated_at"] = stamp(asked, aligned(asked.now, slot_length(asked, kSlot)), kSuffix);
  details["generated_at_period_seconds"] = details["data_point_period_seconds"];
  const Millis ahead = std::max(real_time(asked, hours(*horizon)), slot_length(asked, kSlot));
  return json_answer(200, Document{{"data", points(asked, asked.now, asked.now + ahead)},
                                   {"meta", std::move(details)}});
}

http::Response historical(const Asked& asked, const std::string& region) {
  const auto *start = asked.target.find("start"), *end = asked.target.find("end");
  if (start == nullptr || end == nullptr) return error_answer(400, "start and end are required");
  const auto from = parse_instant(*start), to = parse_instant(*end);
  if (!from || !to) return error_answer(400, (from ? to : from).error().message);
  return json_answer(200, Document{{"data", points(asked, *from, std::min(*to, asked.now))},
                                   {"meta", meta(asked, region, "lbs_co2_per_mwh")}});
}

http::Response signal_index(const Asked& asked, const std::string& region) {
  const Slot slot = current_slot(asked, kSlot);
  auto data = Document::array();
  data.push_back({{"point_time", stamp(asked, slot.from, kSuffix)},
                  {"value", slot.grams ? number(relative_index(asked), 1) : Document(nullptr)}});
  return json_answer(
      200, Document{{"data", std::move(data)}, {"meta", meta(asked, region, "percentile")}});
}

}  // namespace

http::Response watttime(const Asked& asked) {
  if (asked.path_is({"login"})) {
    const auto token = asked.credentials.log_in(asked.header("Authorization"), asked.now);
    if (!token) return error_answer(401, "Unauthorized");
    return json_answer(200, Document{{"token", *token}});
  }
  if (asked.path.size() != 2 || asked.path[0] != "v3") return error_answer(404, "not found");
  if (!asked.credentials.session_ok(asked.header("Authorization"), asked.now)) {
    return error_answer(401, "Unauthorized");
  }
  const std::string* region = asked.target.find("region");
  if (region == nullptr || region->empty()) return error_answer(400, "region is required");
  const std::string* signal = asked.target.find("signal_type");
  if (signal != nullptr && *signal != "co2_moer") {
    return error_answer(404, "there is no such signal_type for this region");
  }
  if (asked.path[1] == "forecast") return forecast(asked, *region);
  if (asked.path[1] == "historical") return historical(asked, *region);
  if (asked.path[1] == "signal-index") return signal_index(asked, *region);
  return error_answer(404, "not found");
}

}  // namespace karbonetes::mock
