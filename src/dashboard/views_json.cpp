#include "dashboard/views_json.hpp"

#include <algorithm>

#include "carbon/green.hpp"
#include "cli/text.hpp"
#include "dashboard/cluster_state.hpp"
#include "dashboard/job_json.hpp"
#include "plan/outlook.hpp"

namespace karbonetes::dashboard {

namespace {

using carbon::Interval;
using json::Document;

std::vector<Interval> clipped(const std::vector<Interval>& intervals, TimePoint from,
                              TimePoint until) {
  std::vector<Interval> out;
  for (const Interval& i : intervals) {
    const Interval part{std::max(i.start, from), std::min(i.end, until)};
    if (part.start < part.end) out.push_back(part);
  }
  return out;
}

template <class Threshold>
std::vector<Interval> below(const carbon::Signal& signal, const Threshold& rule, TimePoint from,
                            TimePoint until) {
  if (!signal.forecast) return {};
  return clipped(carbon::green_intervals(*signal.forecast, rule)->intervals, from, until);
}

Document series_json(const carbon::Forecast& forecast, TimePoint from, TimePoint until) {
  Document out = Document::array();
  const auto starts = forecast.starts();
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const TimePoint end = i + 1 < starts.size() ? starts[i + 1] : forecast.end();
    if (end <= from || starts[i] >= until) continue;
    out.push_back(Document::array({instant(starts[i]), forecast.values()[i]}));
  }
  return out;
}

struct View {
  std::string id, label;
  bool is_default = false;
};

Document view_json(const View& view, const carbon::GreenRule* rule, const carbon::Signal& signal,
                   TimePoint now) {
  const TimePoint from = now - kBehind;
  const TimePoint until = now + kAhead;
  const auto outlook = plan::outlook_at(rule, signal, now);
  const bool heard = !signal.source.empty();
  const auto text = [](const std::string& s) {
    return s.empty() ? Document(nullptr) : Document(cli::printable(s, 253));
  };
  Document out = {{"id", view.id},
                  {"label", view.label},
                  {"isDefault", view.is_default},
                  {"source", text(outlook.source)},
                  {"zone", text(signal.zone)},
                  {"kind", nullptr},
                  {"state", carbon::name(outlook.state)},
                  {"freshness", carbon::name(carbon::freshness(signal, now))},
                  {"why", text(outlook.why_unknown)},
                  {"observedAt", heard ? instant(signal.observed_at) : Document(nullptr)},
                  {"nextGreen", instant(outlook.next_green)},
                  {"observedUntil", nullptr},
                  {"forecastUntil", nullptr},
                  {"green", Document::array()},
                  {"series", Document::array()}};
  for (const Interval& green : green_within(rule, signal, from, until)) {
    out["green"].push_back(Document::array({instant(green.start), instant(green.end)}));
  }
  if (signal.forecast) {
    out["kind"] = carbon::name(signal.forecast->kind());
    out["observedUntil"] = instant(signal.forecast->observed_until());
    out["forecastUntil"] = instant(std::min(signal.forecast->end(), until));
    out["series"] = series_json(*signal.forecast, from, until);
  }
  return out;
}

}  // namespace

std::vector<Interval> green_within(const carbon::GreenRule* rule, const carbon::Signal& signal,
                                   TimePoint from, TimePoint until) {
  if (rule != nullptr) {
    if (const auto* windows = std::get_if<carbon::WindowSchedule>(rule))
      return windows->between(from, until);
    if (const auto* absolute = std::get_if<carbon::AbsoluteThreshold>(rule))
      return below(signal, *absolute, from, until);
    return below(signal, std::get<carbon::PercentileThreshold>(*rule), from, until);
  }
  if (signal.says_green) return clipped(signal.green_windows, from, until);
  return below(signal, carbon::kDefaultPercentile, from, until);
}

Document views_json(const std::optional<carbon::Signals>& signals,
                    const policy::PolicySet& policies, TimePoint now) {
  Document out = Document::array();
  if (signals) {
    for (const bool the_default : {true, false}) {
      for (const auto& [source, signal] : signals->by_source) {
        if ((source == signals->default_source) != the_default) continue;
        out.push_back(view_json(
            {"source/" + cli::printable(source, 64), cli::printable(source, 64), the_default},
            nullptr, *signal, now));
      }
    }
  }
  static const carbon::Signals kNone;
  for (const auto& [key, policy] : policies.by_key) {
    const auto& spec = policy->spec;
    if (!spec.green) continue;
    const auto chosen = carbon::select(signals ? *signals : kNone, spec.signal.source.value_or(""),
                                       spec.signal.zone.value_or(""));
    out.push_back(view_json(
        {"policy/" + cli::printable(key, 317), "policy " + cli::printable(key, 317), false},
        &*spec.green, *chosen.signal, now));
  }
  return out;
}

}  // namespace karbonetes::dashboard
