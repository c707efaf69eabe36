#include "providers/gb_carbon_intensity.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "providers/answer.hpp"

namespace karbonetes::providers {

namespace {

using json::Document;

constexpr Millis kPast = std::chrono::hours(24);
constexpr Millis kCall = std::chrono::hours(48);  // what fw48h covers

// "2018-01-20T12:00Z", as the API writes and wants it.
std::string slot_text(TimePoint t) {
  const auto slot = std::chrono::floor<std::chrono::duration<Millis::rep, std::ratio<1800>>>(t);
  std::string text = format_rfc3339(std::chrono::time_point_cast<Millis>(slot));
  text.resize(16);
  return text + 'Z';
}

Status add_slot(const Document& slot, Points& points) {
  if (!slot.is_object()) return fail(Errc::Parse, "data[] must be objects with from and intensity");
  const auto from = time_in(slot, "from");
  if (!from) return fail(from.error());
  const Document* intensity = member(slot, "intensity");
  if (intensity == nullptr) {
    points.add_null();
    return {};
  }
  const auto actual = number_in(*intensity, "actual");
  if (!actual) return fail(actual.error());
  const auto forecast = number_in(*intensity, "forecast");
  if (!forecast) return fail(forecast.error());
  if (*actual) {
    points.add(*from, **actual, true);
  } else if (*forecast) {
    points.add(*from, **forecast, false);
  } else {
    points.add_null();
  }
  return {};
}

class GbCarbonIntensity final : public Adapter {
 public:
  explicit GbCarbonIntensity(GbOptions options) : options_(std::move(options)) {}

  Result<Reading> read(const Fetch& fetch, TimePoint now) override {
    Points points;
    // A day back and a day ahead is one call; more ahead is a second one.
    const int calls = options_.horizon > kCall - kPast ? 2 : 1;
    for (int call = 0; call < calls; ++call) {
      const auto part = ask(fetch, now, now - kPast + call * kCall);
      if (!part && call == 0) return fail(part.error());
      if (part) points.append(*part);
      if (!part) points.warn("the far end of the forecast is missing: " + part.error().message);
    }
    return points.finish(carbon::KindTag::Average, now);
  }

 private:
  Result<Points> ask(const Fetch& fetch, TimePoint now, TimePoint from) const {
    http::Request request;
    request.headers.push_back({"Accept", "application/json"});
    const std::string slot = slot_text(from);
    std::string what = "the national intensity";
    if (options_.region != 0) {
      request.target =
          fmt::format("/regional/intensity/{}/fw48h/regionid/{}", slot, options_.region);
      what = fmt::format("region {}", options_.region);
    } else if (!options_.postcode.empty()) {
      request.target = fmt::format("/regional/intensity/{}/fw48h/postcode/{}", slot,
                                   http::percent_encode(options_.postcode));
      what = "postcode " + in_quotes(options_.postcode);
    } else {
      request.target = fmt::format("/intensity/{}/fw48h", slot);
    }
    const auto response = fetch(request);
    if (!response) return fail(response.error());
    const auto body = body_of(*response, now, {"the GB Carbon Intensity API", what, {}});
    if (!body) return fail(body.error());
    return parse_gb_carbon_intensity(*body);
  }

  const GbOptions options_;
};

}  // namespace

Result<Points> parse_gb_carbon_intensity(std::string_view body) {
  const auto root = parse_answer(body);
  if (!root) return fail(root.error());
  const Document* holder = &*root;
  const Document* data = member(*holder, "data");
  if (data != nullptr && data->is_array() && data->size() == 1 &&
      member(data->front(), "data") != nullptr) {
    holder = &data->front();
  } else if (data != nullptr && data->is_object()) {
    holder = data;
  }
  const auto slots = array_in(*holder, "data");
  if (!slots) return fail(slots.error());
  Points points;
  for (const Document& slot : **slots) {
    if (auto ok = add_slot(slot, points); !ok) return fail(ok.error());
  }
  return points;
}

std::unique_ptr<Adapter> make_gb_carbon_intensity(GbOptions options) {
  return std::make_unique<GbCarbonIntensity>(std::move(options));
}

}  // namespace karbonetes::providers
