#include "providers/carbon_aware_sdk.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "providers/answer.hpp"
#include "providers/secret_file.hpp"

namespace karbonetes::providers {

namespace {

using json::Document;

constexpr Millis kPast = std::chrono::hours(24);

Status check_size(const Document& list, const char* what) {
  if (!list.is_array()) return fail(Errc::Parse, fmt::format("{} must be an array", what));
  if (list.size() > Points::kMax) {
    return fail(Errc::Parse, fmt::format("{} has more than {} entries", what, Points::kMax));
  }
  return {};
}

class CarbonAwareSdk final : public Adapter {
 public:
  explicit CarbonAwareSdk(CarbonAwareSdkOptions options)
      : options_(std::move(options)),
        what_("location " + in_quotes(options_.location)),
        token_(options_.token_file),
        credential_(token_.given() ? "the token in " + token_.path() : std::string()) {}

  Result<Reading> read(const Fetch& fetch, TimePoint now) override {
    const std::string location = "location=" + http::percent_encode(options_.location);
    const auto observed = ask(fetch, now,
                              fmt::format("/emissions/bylocation?{}&time={}&toTime={}", location,
                                          http::percent_encode(format_rfc3339(now - kPast)),
                                          http::percent_encode(format_rfc3339(now))));
    if (!observed) return fail(observed.error());
    auto points = observed->empty() ? Result<Points>()  // 204: nothing known of that time
                                    : parse_carbon_aware_emissions(*observed);
    if (!points) return fail(points.error());
    const auto body = ask(fetch, now, "/emissions/forecasts/current?" + location);
    if (!body && body.error().code == Errc::Cancelled) return fail(body.error());
    const auto forecast = body ? parse_carbon_aware_forecast(*body) : fail_of(body.error());
    if (forecast) {
      points->append(*forecast);
    } else {
      points->warn("no forecast: " + forecast.error().message);
    }
    return points->finish(options_.kind, now);
  }

  bool secrets_changed() const override { return token_.changed(); }

 private:
  static Result<Points> fail_of(const Error& error) { return fail(error); }

  Result<std::string> ask(const Fetch& fetch, TimePoint now, std::string target) {
    http::Request request;
    request.target = std::move(target);
    request.headers.push_back({"Accept", "application/json"});
    if (token_.given()) {
      const auto token = token_.read();
      if (!token) return fail(token.error());
      request.headers.push_back({"Authorization", "Bearer " + *token});
    }
    auto response = fetch(request);
    if (!response) return fail(response.error());
    if (response->status == 204) return std::string();
    if (response->status == 501) {
      return fail(Errc::NotFound, "the server has no data source for it");
    }
    if (const auto body = body_of(*response, now, {"the Carbon Aware SDK", what_, credential_});
        !body) {
      return fail(body.error());
    }
    return std::move(response->body);
  }

  const CarbonAwareSdkOptions options_;
  const std::string what_;
  SecretFile token_;
  const std::string credential_;
};

}  // namespace

Result<Points> parse_carbon_aware_emissions(std::string_view body) {
  const auto root = parse_answer(body);
  if (!root) return fail(root.error());
  if (auto ok = check_size(*root, "the answer"); !ok) return fail(ok.error());
  Points points;
  for (const Document& entry : *root) {
    if (!entry.is_object())
      return fail(Errc::Parse, "entries must be objects with time and rating");
    const auto value = number_in(entry, "rating");
    if (!value) return fail(value.error());
    if (!*value) {
      points.add_null();
      continue;
    }
    const auto from = time_in(entry, "time");
    if (!from) return fail(from.error());
    points.add(*from, **value, true);
  }
  return points;
}

Result<Points> parse_carbon_aware_forecast(std::string_view body) {
  const auto root = parse_answer(body);
  if (!root) return fail(root.error());
  // One forecast per location asked for; some gateways unwrap the array of one.
  const Document* first = &*root;
  if (root->is_array()) {
    if (root->empty()) return fail(Errc::Parse, "the answer holds no forecast");
    first = &root->front();
  }
  const auto list = array_in(*first, "forecastData");
  if (!list) return fail(list.error());
  Points points;
  for (const Document& entry : **list) {
    if (!entry.is_object()) return fail(Errc::Parse, "forecastData[] must be objects");
    const auto value = number_in(entry, "value");
    if (!value) return fail(value.error());
    if (!*value) {
      points.add_null();
      continue;
    }
    const auto from = time_in(entry, "timestamp");
    if (!from) return fail(from.error());
    points.add(*from, **value, false);
  }
  return points;
}

std::unique_ptr<Adapter> make_carbon_aware_sdk(CarbonAwareSdkOptions options) {
  return std::make_unique<CarbonAwareSdk>(std::move(options));
}

}  // namespace karbonetes::providers
