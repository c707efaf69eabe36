#include "ledger/codec/observed_codec.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "ledger/codec/fields.hpp"

namespace karbonetes::ledger {

namespace {

using json::Document;

constexpr int kVersion = 1;
constexpr int kDecimals = 3;
constexpr std::size_t kMaxText = 1U << 20;
constexpr std::size_t kLongestZone = 128;
constexpr std::int64_t kMostSeconds = 400LL * 86'400;

template <class Kind>
void put(Document& out, const ObservedSeries<Kind>& series) {
  if (series.empty()) return;
  Document seconds = Document::array();
  Document grams = Document::array();
  TimePoint end = series.steps().front().from;
  const auto push = [&](TimePoint until, Document value) {
    seconds.push_back((until - end) / Seconds(1));
    grams.push_back(std::move(value));
    end = until;
  };
  for (const Step<Kind>& step : series.steps()) {
    if (step.from > end) push(step.from, nullptr);
    push(step.until, fields::rounded(step.value.grams_per_kwh, kDecimals));
  }
  out[std::string(Kind::kName)] = {{"observedUntil", format_rfc3339(series.observed_until())},
                                   {"start", format_rfc3339(series.steps().front().from)},
                                   {"seconds", std::move(seconds)},
                                   {"gramsPerKwh", std::move(grams)}};
}

std::string text_of(const Observed& observed) {
  Document zones = Document::object();
  for (const auto& [zone, series] : observed.zones) {
    Document both = Document::object();
    put(both, series.average);
    put(both, series.marginal);
    if (!both.empty()) zones[zone] = std::move(both);
  }
  return fields::compact({{"version", kVersion}, {"zones", std::move(zones)}});
}

template <class Kind>
Status take(const Document& both, const std::string& path, ObservedSeries<Kind>& out) {
  const Document& object = fields::member(both, Kind::kName);
  if (object.is_null()) return {};
  const std::string field = path + "." + std::string(Kind::kName);
  TimePoint at{}, observed_until{};
  if (Status s = fields::read(object, "start", field, at); !s) return s;
  if (Status s = fields::read(object, "observedUntil", field, observed_until); !s) return s;
  const Document& seconds = fields::member(object, "seconds");
  const Document& grams = fields::member(object, "gramsPerKwh");
  if (!seconds.is_array() || !grams.is_array() || seconds.size() != grams.size()) {
    return fields::wrong(field, "seconds and gramsPerKwh as arrays of the same length");
  }
  if (seconds.size() > 2 * ObservedSeries<Kind>::kMaxSteps) {
    return fields::wrong(field, "at most 16384 lengths");
  }
  std::vector<Step<Kind>> steps;
  std::int64_t whole = 0;
  for (std::size_t i = 0; i < seconds.size(); ++i) {
    const std::int64_t length = seconds[i].is_number_unsigned()
                                    ? static_cast<std::int64_t>(std::min<std::uint64_t>(
                                          seconds[i].get<std::uint64_t>(), kMostSeconds + 1))
                                    : 0;
    whole += length;
    if (length <= 0 || whole > kMostSeconds) {
      return fields::wrong(field + ".seconds", "whole seconds above 0, 400 days in all at most");
    }
    const TimePoint until = at + Seconds(length);
    if (grams[i].is_number()) {
      steps.push_back({at, until, carbon::Intensity<Kind>(grams[i].get<double>())});
    } else if (!grams[i].is_null()) {
      return fields::wrong(field + ".gramsPerKwh", "numbers or null");
    }
    at = until;
  }
  out = ObservedSeries<Kind>(std::move(steps), observed_until);
  return {};
}

template <class Kind>
void span_of(const ObservedSeries<Kind>& series, TimePoint& first, TimePoint& last) {
  if (series.empty()) return;
  first = std::min(first, series.steps().front().from);
  last = std::max(last, series.steps().back().until);
}

}  // namespace

std::string encode_observed(const Observed& observed) {
  std::string text = text_of(observed);
  Observed shorter = observed;
  while (text.size() > kMaxObservedBytes) {
    TimePoint first = TimePoint::max(), last = TimePoint::min();
    for (const auto& [zone, series] : shorter.zones) {
      span_of(series.average, first, last);
      span_of(series.marginal, first, last);
    }
    // An eighth of the time a turn: after a few turns it fits, and not much more went than had to.
    const TimePoint from =
        std::chrono::ceil<Seconds>(first + std::max((last - first) / 8, Millis(Seconds(1))));
    for (auto& [zone, series] : shorter.zones) {
      series.average.forget_before(from);
      series.marginal.forget_before(from);
    }
    text = text_of(shorter);
  }
  return text;
}

Result<Observed> decode_observed(std::string_view text) {
  const auto document = fields::parse_object(text, "observed", kMaxText);
  if (!document) return fail(document.error());
  if (fields::member(*document, "version") != kVersion) {
    return fail(Errc::Parse, "observed: version: write 1");
  }
  const Document& zones = fields::member(*document, "zones");
  if (!zones.is_object() || zones.size() > Observed::kMaxZones) {
    return fail(Errc::Parse, "observed: zones: write an object with at most 256 members");
  }
  Observed out;
  for (const auto& [zone, both] : zones.items()) {
    const std::string path = "zones[" + in_quotes(zone) + "]";
    if (zone.size() > kLongestZone) {
      return fail(Errc::Parse, "observed: " + path + ": write a name of at most 128 bytes");
    }
    ObservedZone& series = out.zones[zone];
    for (const Status& s : {take(both, path, series.average), take(both, path, series.marginal)}) {
      if (!s) return fail(Errc::Parse, "observed: " + s.error().message);
    }
  }
  return out;
}

}  // namespace karbonetes::ledger
