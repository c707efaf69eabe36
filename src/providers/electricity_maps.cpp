#include "providers/electricity_maps.hpp"

#include <fmt/format.h>

#include <array>

#include "base/text.hpp"
#include "providers/answer.hpp"
#include "providers/secret_file.hpp"

namespace karbonetes::providers {

namespace {

using json::Document;

constexpr Millis kAskAgain = std::chrono::hours(6);

Result<Document> root_for(std::string_view body, std::string_view zone) {
  auto root = parse_answer(body);
  if (!root) return root;
  const Document* answered = member(*root, "zone");
  if (!zone.empty() && answered != nullptr &&
      !(answered->is_string() && answered->get_ref<const std::string&>() == zone)) {
    return fail(Errc::Invalid, fmt::format("the answer is not for zone {}", in_quotes(zone)));
  }
  return root;
}

Status add_point(const Document& entry, bool observed, Points& points) {
  if (!entry.is_object()) return fail(Errc::Parse, "entries must be objects with datetime");
  const auto value = number_in(entry, "carbonIntensity");
  if (!value) return fail(value.error());
  if (!*value) {
    points.add_null();
    return {};
  }
  const auto from = time_in(entry, "datetime");
  if (!from) return fail(from.error());
  points.add(*from, **value, observed);
  return {};
}

Result<Points> list_of(std::string_view body, std::string_view zone, const char* key,
                       bool observed) {
  const auto root = root_for(body, zone);
  if (!root) return fail(root.error());
  const auto list = array_in(*root, key);
  if (!list) return fail(list.error());
  Points points;
  for (const Document& entry : **list) {
    if (auto ok = add_point(entry, observed, points); !ok) return fail(ok.error());
  }
  return points;
}

// The horizons that the service offers.
int offered_hours(Millis horizon) {
  for (const int hours : std::array{6, 24, 48}) {
    if (horizon <= std::chrono::hours(hours)) return hours;
  }
  return 72;
}

class ElectricityMaps final : public Adapter {
 public:
  explicit ElectricityMaps(ElectricityMapsOptions options)
      : options_(std::move(options)),
        what_("zone " + in_quotes(options_.zone)),
        token_(options_.token_file),
        credential_(token_.given() ? "the token in " + token_.path() : std::string()) {}

  Result<Reading> read(const Fetch& fetch, TimePoint now) override {
    std::string token;
    if (token_.given()) {
      auto secret = token_.read();
      if (!secret) return fail(secret.error());
      if (*secret != last_token_) forecast_again_ = TimePoint{};  // perhaps of another plan
      last_token_ = *secret;
      token = std::move(*secret);
    }
    const auto ask = [&](std::string target) -> Result<std::string> {
      http::Request request;
      request.target = std::move(target);
      request.headers.push_back({"Accept", "application/json"});
      if (!token.empty()) request.headers.push_back({"auth-token", token});
      auto response = fetch(request);
      if (!response) return fail(response.error());
      if (const auto body = body_of(*response, now, {"Electricity Maps", what_, credential_});
          !body)
        return fail(body.error());
      return std::move(response->body);
    };
    const std::string zone = "zone=" + http::percent_encode(options_.zone);
    const auto latest = ask("/carbon-intensity/latest?" + zone);
    if (!latest) return fail(latest.error());
    auto points = parse_electricity_maps_latest(*latest, options_.zone);
    if (!points) return fail(points.error());
    if (auto ok = add_history(ask, zone, *points); !ok) return fail(ok.error());
    if (auto ok = add_forecast(ask, zone, now, *points); !ok) return fail(ok.error());
    return points->finish(carbon::KindTag::Average, now);
  }

  bool secrets_changed() const override { return token_.changed(); }

 private:
  template <typename Ask>
  Status add_history(const Ask& ask, const std::string& zone, Points& points) {
    if (history_done_) return {};
    const auto body = ask("/carbon-intensity/history?" + zone);
    if (!body && body.error().code == Errc::Cancelled) return fail(body.error());
    // Nothing depends on it: one attempt that the service answered is enough.
    history_done_ =
        body || (body.error().code != Errc::Unavailable && body.error().code != Errc::Timeout);
    if (!body) return {};
    if (const auto past = parse_electricity_maps_history(*body, options_.zone)) {
      points.append(*past);
    } else {
      points.warn("no history: " + past.error().message);
    }
    return {};
  }

  template <typename Ask>
  Status add_forecast(const Ask& ask, const std::string& zone, TimePoint now, Points& points) {
    if (now < forecast_again_) {
      points.warn(refusal_);
      return {};
    }
    const auto body = ask(fmt::format("/carbon-intensity/forecast?{}&horizonHours={}", zone,
                                      offered_hours(options_.horizon)));
    if (!body && body.error().code == Errc::Forbidden) {
      forecast_again_ = now + kAskAgain;
      refusal_ = "no forecast: the plan does not cover it (403); only the present is known";
      points.warn(refusal_);
      return {};
    }
    if (!body) return fail(body.error());
    const auto forecast = parse_electricity_maps_forecast(*body, options_.zone);
    if (!forecast) return fail(forecast.error());
    points.append(*forecast);
    return {};
  }

  const ElectricityMapsOptions options_;
  const std::string what_;
  SecretFile token_;
  const std::string credential_;
  std::string last_token_;
  bool history_done_ = false;
  TimePoint forecast_again_;
  std::string refusal_;
};

}  // namespace

Result<Points> parse_electricity_maps_latest(std::string_view body, std::string_view zone) {
  const auto root = root_for(body, zone);
  if (!root) return fail(root.error());
  if (member(*root, "carbonIntensity") == nullptr) {
    return fail(Errc::Parse, "carbonIntensity is missing");
  }
  Points points;
  if (auto ok = add_point(*root, true, points); !ok) return fail(ok.error());
  return points;
}

Result<Points> parse_electricity_maps_forecast(std::string_view body, std::string_view zone) {
  return list_of(body, zone, "forecast", false);
}

Result<Points> parse_electricity_maps_history(std::string_view body, std::string_view zone) {
  return list_of(body, zone, "history", true);
}

std::unique_ptr<Adapter> make_electricity_maps(ElectricityMapsOptions options) {
  return std::make_unique<ElectricityMaps>(std::move(options));
}

}  // namespace karbonetes::providers
