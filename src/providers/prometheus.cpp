#include "providers/prometheus.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "base/text.hpp"
#include "base/time_text.hpp"
#include "providers/answer.hpp"
#include "providers/secret_file.hpp"

namespace karbonetes::providers {

namespace {

using json::Document;

constexpr Millis kStep = std::chrono::minutes(15);  // 289 points for 72 h; the server allows 11,000

std::optional<double> number_of(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Status add_pair(const Document& pair, bool observed, Points& points) {
  if (!pair.is_array() || pair.size() != 2 || !pair[0].is_number() || !pair[1].is_string()) {
    return fail(Errc::Parse, "a value must be [seconds, \"number\"]");
  }
  const auto at = from_epoch_seconds(pair[0].get<double>());
  const auto value = number_of(pair[1].get_ref<const std::string&>());
  if (!at) return fail(Errc::Parse, "a value's time must be seconds since 1970");
  if (!value && pair[1].get_ref<const std::string&>() != "NaN") {
    const auto& text = pair[1].get_ref<const std::string&>();
    if (text != "+Inf" && text != "-Inf") {
      return fail(Errc::Parse, "a value must be a number in a text");
    }
  }
  if (value && std::isfinite(*value)) {
    points.add(*at, *value, observed);
  } else {
    points.add_null();
  }
  return {};
}

Status add_result(const Document& data, bool observed, Points& points) {
  const auto result = array_in(data, "result");
  if (!result) return fail(result.error());
  const Document* type = member(data, "resultType");
  if (type != nullptr && *type == "scalar") return add_pair(**result, observed, points);
  if ((*result)->empty()) {
    return fail(Errc::NotFound, "the query gives no series; check metric name and labels");
  }
  if ((*result)->size() > 1) {
    return fail(Errc::Invalid,
                fmt::format("the query gives {} series; write one that gives one, such as "
                            "avg(...) or with a location label",
                            (*result)->size()));
  }
  const Document& series = (*result)->front();
  if (const Document* value = member(series, "value")) return add_pair(*value, observed, points);
  const auto values = array_in(series, "values");
  if (!values) return fail(values.error());
  for (const Document& pair : **values) {
    if (auto ok = add_pair(pair, observed, points); !ok) return ok;
  }
  return {};
}

class Prometheus final : public Adapter {
 public:
  explicit Prometheus(PrometheusOptions options)
      : options_(std::move(options)),
        token_(options_.token_file),
        credential_(token_.given() ? "the token in " + token_.path() : std::string()) {}

  Result<Reading> read(const Fetch& fetch, TimePoint now) override {
    const auto present =
        ask(fetch, now, "/api/v1/query?query=" + http::percent_encode(options_.query), "the query");
    if (!present) return fail(present.error());
    auto points = parse_prometheus(*present, true);
    if (!points) return fail(points.error());
    if (!options_.forecast_query.empty()) {
      const std::string target =
          fmt::format("/api/v1/query_range?query={}&start={}&end={}&step={}",
                      http::percent_encode(options_.forecast_query), epoch_text(now),
                      epoch_text(now + options_.horizon), kStep / Seconds(1));
      const auto body = ask(fetch, now, target, "the forecastQuery");
      if (!body && body.error().code == Errc::Cancelled) return fail(body.error());
      const auto ahead = body ? parse_prometheus(*body, false) : Result<Points>(fail(body.error()));
      if (ahead) {
        points->append(*ahead);
      } else {
        points->warn("no forecast: " + ahead.error().message);
      }
    }
    return points->finish(options_.kind, now);
  }

  bool secrets_changed() const override { return token_.changed(); }

 private:
  Result<std::string> ask(const Fetch& fetch, TimePoint now, std::string target,
                          std::string_view what) {
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
    // A bad query is a 400 or 422 with its reason in the body.
    if (response->status == 400 || response->status == 422) {
      if (const auto parsed = parse_prometheus(response->body, true); !parsed) {
        if (parsed.error().code == Errc::Invalid) return fail(parsed.error());
      }
    }
    if (const auto body = body_of(*response, now, {"Prometheus", what, credential_}); !body)
      return fail(body.error());
    return std::move(response->body);
  }

  const PrometheusOptions options_;
  SecretFile token_;
  const std::string credential_;
};

}  // namespace

Result<Points> parse_prometheus(std::string_view body, bool observed) {
  const auto root = parse_answer(body);
  if (!root) return fail(root.error());
  const Document* status = member(*root, "status");
  if (status == nullptr || !status->is_string()) return fail(Errc::Parse, "status is missing");
  if (*status != "success") {
    const Document* why = member(*root, "error");
    return fail(Errc::Invalid, fmt::format("the server refused the query: {}",
                                           why != nullptr && why->is_string()
                                               ? in_quotes(why->get_ref<const std::string&>())
                                               : std::string("without saying why")));
  }
  const Document* data = member(*root, "data");
  if (data == nullptr || !data->is_object()) return fail(Errc::Parse, "data is missing");
  Points points;
  if (auto ok = add_result(*data, observed, points); !ok) return fail(ok.error());
  return points;
}

std::unique_ptr<Adapter> make_prometheus(PrometheusOptions options) {
  return std::make_unique<Prometheus>(std::move(options));
}

}  // namespace karbonetes::providers
