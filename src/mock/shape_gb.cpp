// GB Carbon Intensity API below /gb: /intensity/{from}/fw48h and /regional/intensity/{from}/fw48h/
// regionid/N or postcode/P; half hours, whole grams, `actual` for those that have begun.
// https://carbon-intensity.github.io/api-definitions/
// By region `data` is an object, by postcode an array of one: both are seen of the real one.
#include <fmt/format.h>

#include <algorithm>

#include "mock/answers.hpp"
#include "mock/shape.hpp"

namespace karbonetes::mock {

namespace {

using json::Document;

constexpr Millis kSlot = std::chrono::minutes(30);
constexpr Millis kReach = std::chrono::hours(48);  // of one call, and of the forecast
constexpr int kRegions = 17;

// "2018-01-20T12:00Z"; with seconds where a fast trace has slots below a minute.
std::string minute_text(const Asked& asked, TimePoint t) {
  const bool whole = t == std::chrono::floor<std::chrono::minutes>(t);
  std::string text = stamp(asked, t, "Z");
  if (whole && text.size() > 19) text.erase(16, 3);
  return text;
}

// The bands are of 2023, as the API documents them.
const char* index_of(double grams) {
  if (grams < 40) return "very low";
  if (grams < 110) return "low";
  if (grams < 190) return "moderate";
  return grams < 270 ? "high" : "very high";
}

Document half_hours(const Asked& asked, TimePoint from, bool actuals) {
  auto out = Document::array();
  const Millis length = slot_length(asked, kSlot);
  const TimePoint to = std::min(from + kReach, asked.now + real_time(asked, kReach));
  for (const Slot& slot : slots(asked, from, to, kSlot)) {
    Document intensity = {{"forecast", number(slot.grams)}};
    if (actuals) intensity["actual"] = slot.observed ? number(slot.grams) : Document(nullptr);
    intensity["index"] = index_of(slot.grams.value_or(0));
    out.push_back({{"from", minute_text(asked, slot.from)},
                   {"to", minute_text(asked, slot.from + length)},
                   {"intensity", std::move(intensity)}});
  }
  return out;
}

http::Response refused(const std::string& sentence) {
  return json_answer(400,
                     Document{{"error", {{"code", "400 Bad Request"}, {"message", sentence}}}});
}

http::Response regional(const Asked& asked, TimePoint from) {
  const std::string_view by = asked.path[4], which = asked.path[5];
  if (by == "regionid") {
    for (int id = 1; id <= kRegions; ++id) {
      if (which != std::to_string(id)) continue;
      return json_answer(200, Document{{"data",
                                        {{"regionid", id},
                                         {"dnoregion", fmt::format("Region {}", id)},
                                         {"shortname", fmt::format("Region {}", id)},
                                         {"data", half_hours(asked, from, false)}}}});
    }
    return refused("regionid must be a whole number from 1 to 17");
  }
  if (by != "postcode" || which.size() < 2 || which.size() > 4) {
    return refused("write the outward postcode without a space, such as RG10");
  }
  auto data = Document::array();
  data.push_back({{"regionid", 13},
                  {"dnoregion", "UKPN London"},
                  {"shortname", "London"},
                  {"postcode", std::string(which)},
                  {"data", half_hours(asked, from, false)}});
  return json_answer(200, Document{{"data", std::move(data)}});
}

}  // namespace

http::Response gb(const Asked& asked) {
  const bool national =
      asked.path.size() == 3 && asked.path[0] == "intensity" && asked.path[2] == "fw48h";
  const bool of_region = asked.path.size() == 6 && asked.path[0] == "regional" &&
                         asked.path[1] == "intensity" && asked.path[3] == "fw48h";
  if (!national && !of_region) return error_answer(404, "not found");
  const auto from = parse_instant(asked.path[national ? 1 : 2]);
  if (!from) return refused(from.error().message);
  if (of_region) return regional(asked, *from);
  return json_answer(200, Document{{"data", half_hours(asked, *from, true)}});
}

}  // namespace karbonetes::mock
