#include "providers/energy_charts.hpp"

#include "base/text.hpp"
#include "base/time_text.hpp"
#include "providers/answer.hpp"

namespace karbonetes::providers {

namespace {

using json::Document;

// Null when the answer has no such array.
Result<const Document*> column(const Document& root, const char* key, std::size_t rows) {
  if (member(root, key) == nullptr) return nullptr;
  auto values = array_in(root, key);
  if (values && (*values)->size() != rows) {
    return fail(Errc::Parse, std::string(key) + " must be as long as unix_seconds");
  }
  return values;
}

// Null at this row, or a number. Errors: Parse.
Result<const Document*> cell(const Document* values, std::size_t row, const char* key) {
  if (values == nullptr || (*values)[row].is_null()) return nullptr;
  if (!(*values)[row].is_number()) {
    return fail(Errc::Parse, std::string(key) + "[] must be numbers or null");
  }
  return &(*values)[row];
}

class EnergyCharts final : public Adapter {
 public:
  explicit EnergyCharts(EnergyChartsOptions options) : options_(std::move(options)) {}

  Result<Reading> read(const Fetch& fetch, TimePoint now) override {
    auto measured = ask(fetch, "/co2eq", now);
    if (!measured) return fail(measured.error());
    // The forecast may come with the first call; its own call is a bonus, and its failure no error.
    auto forecast = ask(fetch, "/co2eq_forecast", now);
    if (forecast) {
      measured->append(*forecast);
    } else if (forecast.error().code == Errc::Cancelled) {
      return fail(forecast.error());
    } else if (forecast.error().code != Errc::NotFound) {
      measured->warn("no forecast: " + forecast.error().message);
    }
    return measured->finish(carbon::KindTag::Average, now);
  }

 private:
  Result<Points> ask(const Fetch& fetch, const char* path, TimePoint now) const {
    http::Request request;
    request.headers.push_back({"Accept", "application/json"});
    request.target = std::string(path) + "?country=" + http::percent_encode(options_.country);
    const auto response = fetch(request);
    if (!response) return fail(response.error());
    const std::string what = "country " + in_quotes(options_.country);
    const auto body = body_of(*response, now, {"Energy-Charts", what, {}});
    if (!body) return fail(body.error());
    return parse_energy_charts(*body);
  }

  const EnergyChartsOptions options_;
};

}  // namespace

Result<Points> parse_energy_charts(std::string_view body) {
  const auto root = parse_answer(body);
  if (!root) return fail(root.error());
  const auto times = array_in(*root, "unix_seconds");
  if (!times) return fail(times.error());
  const auto measured = column(*root, "co2eq", (*times)->size());
  if (!measured) return fail(measured.error());
  const auto forecast = column(*root, "co2eq_forecast", (*times)->size());
  if (!forecast) return fail(forecast.error());
  if (*measured == nullptr && *forecast == nullptr) {
    return fail(Errc::Parse, "co2eq and co2eq_forecast are both missing");
  }
  Points points;
  for (std::size_t i = 0; i < (*times)->size(); ++i) {
    const Document& seconds = (**times)[i];
    const auto from =
        seconds.is_number() ? from_epoch_seconds(seconds.get<double>()) : std::nullopt;
    if (!from) return fail(Errc::Parse, "unix_seconds[] must be seconds since 1970");
    const auto observed = cell(*measured, i, "co2eq");
    if (!observed) return fail(observed.error());
    const auto expected = cell(*forecast, i, "co2eq_forecast");
    if (!expected) return fail(expected.error());
    if (*observed != nullptr) {
      points.add(*from, (*observed)->get<double>(), true);
    } else if (*expected != nullptr) {
      points.add(*from, (*expected)->get<double>(), false);
    } else {
      points.add_null();
    }
  }
  return points;
}

std::unique_ptr<Adapter> make_energy_charts(EnergyChartsOptions options) {
  return std::make_unique<EnergyCharts>(std::move(options));
}

}  // namespace karbonetes::providers
