// The HTTP API of a Prometheus below /prometheus that scrapes grid-intensity-exporter: api/v1/query
// and query_range for grid_intensity_carbon_average, _marginal, _relative and, for forecasts that
// somebody records with timestamps ahead, grid_intensity_carbon_forecast. Of a query only the name
// and the location are looked at. https://prometheus.io/docs/prometheus/latest/querying/api/
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "mock/answers.hpp"
#include "mock/shape.hpp"

namespace karbonetes::mock {

namespace {

using json::Document;

constexpr std::int64_t kMaxPoints = 11'000;  // of one series, as the real one limits them
constexpr std::string_view kPrefix = "grid_intensity_carbon_";

http::Response refused(const std::string& sentence) {
  return json_answer(400,
                     Document{{"status", "error"}, {"errorType", "bad_data"}, {"error", sentence}});
}

http::Response success(const char* type, Document result) {
  return json_answer(200,
                     Document{{"status", "success"},
                              {"data", {{"resultType", type}, {"result", std::move(result)}}}});
}

struct Query {
  std::string_view name;      // empty: none of ours
  std::string_view location;  // may be empty
};

Query parse_query(std::string_view text) {
  Query out;
  const auto begin = text.find(kPrefix);
  if (begin == std::string_view::npos) return out;
  const auto rest = text.substr(begin);
  const auto end = std::min(rest.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), rest.size());
  const auto name = rest.substr(0, end), suffix = name.substr(kPrefix.size());
  if (suffix == "average" || suffix == "marginal" || suffix == "relative" || suffix == "forecast") {
    out.name = name;
  }
  constexpr std::string_view kLabel = "location=\"";
  const auto label = text.find(kLabel);
  if (label != std::string_view::npos) {
    const auto value = text.substr(label + kLabel.size());
    out.location = value.substr(0, value.find('"'));
  }
  return out;
}

Document metric(const Asked& asked, const Query& query) {
  const std::string location(query.location.empty() ? std::string_view(asked.state.zone())
                                                    : query.location);
  return {{"__name__", std::string(query.name)},
          {"instance", "grid-intensity-exporter:8000"},
          {"job", "grid-intensity-exporter"},
          {"location", location},
          {"units", query.name.ends_with("relative") ? "percent" : "gCO2e per kWh"}};
}

Document sample(TimePoint t, std::optional<double> value) {
  const auto ms = t.time_since_epoch().count();
  Document seconds =
      ms % 1000 == 0 ? Document(ms / 1000) : Document(static_cast<double>(ms) / 1000);
  // Prometheus knows no null: what is not there is NaN.
  return Document::array({std::move(seconds), value ? fmt::format("{}", *value) : "NaN"});
}

http::Response instant_query(const Asked& asked, const Query& query) {
  auto result = Document::array();
  if (!query.name.empty()) {
    const Slot slot = current_slot(asked, std::chrono::minutes(5));
    auto value = slot.grams;
    if (value && query.name.ends_with("relative")) value = relative_index(asked);
    result.push_back({{"metric", metric(asked, query)}, {"value", sample(asked.now, value)}});
  }
  return success("vector", std::move(result));
}

Result<Millis> step_of(const Asked& asked) {
  const std::string* text = asked.target.find("step");
  if (text == nullptr) return fail(Errc::InvalidArgument, "invalid parameter \"step\": missing");
  double seconds = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), seconds);
  if (error == std::errc() && end == text->data() + text->size() && seconds > 0 &&
      seconds <= 86'400) {
    return Millis(std::max<std::int64_t>(std::llround(seconds * 1000), 1));
  }
  const auto duration = parse_duration(*text);
  if (!duration || *duration <= Millis(0)) {
    return fail(Errc::InvalidArgument,
                "invalid parameter \"step\": cannot parse it to a valid duration");
  }
  return *duration;
}

http::Response range_query(const Asked& asked, const Query& query) {
  const auto *start = asked.target.find("start"), *end = asked.target.find("end");
  if (start == nullptr || end == nullptr) return refused("invalid parameter \"start\" or \"end\"");
  const auto from = parse_instant(*start), to = parse_instant(*end);
  if (!from || !to) return refused((from ? to : from).error().message);
  if (*to < *from) return refused("end timestamp must not be before start time");
  const auto step = step_of(asked);
  if (!step) return refused(step.error().message);
  if ((*to - *from) / *step >= kMaxPoints) {
    return refused(
        "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query "
        "resolution (?step=XX)");
  }
  auto values = Document::array();
  const bool forecast = query.name.ends_with("forecast");
  const Steps known = asked.state.steps(asked.now, *from, *to + *step);
  std::vector<Slot> found;
  for (TimePoint t = *from; t <= *to && !query.name.empty() && !known.points.empty(); t += *step) {
    // The future is known of forecasts alone.
    if (t >= known.end || t < known.points.front().from || (!forecast && t > asked.now)) continue;
    found.push_back({t, value_at(known.points, t), t <= asked.now});
  }
  if (asked.fault && asked.fault->kind == FaultKind::Year) {
    found = slots(asked, *from, *to, *step);
  } else if (asked.fault) {
    found = spoiled(std::move(found), asked.fault->kind);
  }
  for (const Slot& slot : found) values.push_back(sample(slot.from, slot.grams));
  auto result = Document::array();
  if (!values.empty()) {
    result.push_back({{"metric", metric(asked, query)}, {"values", std::move(values)}});
  }
  return success("matrix", std::move(result));
}

}  // namespace

http::Response prometheus(const Asked& asked) {
  const bool instant = asked.path_is({"api", "v1", "query"});
  if (!instant && !asked.path_is({"api", "v1", "query_range"})) {
    return error_answer(404, "not found");
  }
  if (!asked.credentials.bearer_token_ok(asked.header("Authorization"))) {
    return error_answer(401, "Unauthorized");
  }
  const std::string* query = asked.target.find("query");
  if (query == nullptr || query->empty())
    return refused("invalid parameter \"query\": no expression");
  const Query parsed = parse_query(*query);
  return instant ? instant_query(asked, parsed) : range_query(asked, parsed);
}

}  // namespace karbonetes::mock
