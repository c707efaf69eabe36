#include "cli/signal_view.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/sparkline.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"
#include "json/document.hpp"
#include "plan/outlook.hpp"

namespace karbonetes::cli {

namespace {

using json::Document;

constexpr Millis kBehind = std::chrono::hours(6);
constexpr Millis kAhead = std::chrono::hours(48);

struct Span {
  TimePoint from, until;
};

// What the sparkline shows: a little of what was observed, and the forecast.
Span span_of(const carbon::Forecast& forecast, TimePoint now) {
  return {std::max(forecast.begin(), now - kBehind), std::min(forecast.end(), now + kAhead)};
}

std::string clock_text(TimePoint t) { return format_rfc3339(t).substr(11, 5); }

// The line, and below it where it begins, where now is, and where it ends.
std::string chart(const carbon::Forecast& forecast, TimePoint now,
                  const SignalViewOptions& options) {
  const auto span = span_of(forecast, now);
  const auto spark = sparkline(forecast, span.from, span.until, options.columns, options.utf8);
  if (!spark) return {};
  std::string axis(static_cast<std::size_t>(options.columns), ' ');
  const auto at_now = (now - span.from) * options.columns / (span.until - span.from);
  if (now >= span.from && at_now < options.columns) axis[static_cast<std::size_t>(at_now)] = '^';
  const std::string begin = clock_text(span.from);
  const std::string end = clock_text(span.until);
  return fmt::format("  {}  {:.0f} to {:.0f} gCO2eq/kWh\n  {}\n  {}{:>{}}  UTC, ^ now\n",
                     spark->line, spark->low, spark->high, axis, begin, end,
                     std::max<int>(1, options.columns - static_cast<int>(begin.size())));
}

std::string value_text(const carbon::Signal& signal, TimePoint now) {
  const auto intensity = carbon::intensity_at(signal, now);
  if (!intensity) return "intensity not known";
  return fmt::format("{:.0f} gCO2eq/kWh ({})", *intensity, carbon::name(signal.forecast->kind()));
}

Colour colour_of(carbon::GreenState state) {
  switch (state) {
    case carbon::GreenState::Green:
      return Colour::Green;
    case carbon::GreenState::NotGreen:
      return Colour::Yellow;
    case carbon::GreenState::Unknown:
      return Colour::Red;
  }
  return Colour::None;
}

std::string one(const std::string& name, const carbon::Signal& signal, bool is_default,
                TimePoint now, const SignalViewOptions& options) {
  const auto outlook = plan::outlook_at(nullptr, signal, now);
  std::string out =
      fmt::format("{}{}: {}, {}", printable(name, 64), is_default ? " (default)" : "",
                  paint(carbon::name(outlook.state), colour_of(outlook.state), options.colours),
                  value_text(signal, now));
  if (!signal.zone.empty()) out += ", zone " + printable(signal.zone, 64);
  out += "\n";
  if (signal.source.empty()) return out + "  no source has answered yet\n";
  out += fmt::format("  {}, heard {}", carbon::name(carbon::freshness(signal, now)),
                     relative(signal.observed_at, now));
  if (signal.source != name)
    out += fmt::format("; {} stands in for it", printable(signal.source, 64));
  out += "\n";
  if (outlook.state == carbon::GreenState::Green) {
    out += "  green now\n";
  } else if (outlook.next_green) {
    out += fmt::format("  green next at {} ({})\n", format_rfc3339(*outlook.next_green),
                       relative(*outlook.next_green, now));
  } else if (!outlook.why_unknown.empty()) {
    out += "  " + printable(outlook.why_unknown) + "\n";
  }
  if (signal.forecast) out += chart(*signal.forecast, now, options);
  return out;
}

Document series_json(const carbon::Forecast& forecast) {
  Document out = Document::array();
  for (std::size_t i = 0; i < forecast.starts().size(); ++i) {
    out.push_back({{"from", format_rfc3339(forecast.starts()[i])},
                   {"gramsPerKWh", forecast.values()[i]},
                   {"observed", forecast.starts()[i] < forecast.observed_until()}});
  }
  return out;
}

Document one_json(const std::string& name, const carbon::Signal& signal, bool is_default,
                  TimePoint now) {
  const auto outlook = plan::outlook_at(nullptr, signal, now);
  const auto text = [](const std::string& s) {
    return s.empty() ? Document(nullptr) : Document(s);
  };
  Document out = {{"name", name},
                  {"isDefault", is_default},
                  {"spokenBy", text(signal.source)},
                  {"zone", text(signal.zone)},
                  {"kind", nullptr},
                  {"state", carbon::name(outlook.state)},
                  {"freshness", carbon::name(carbon::freshness(signal, now))},
                  {"intensity", nullptr},
                  {"ageSeconds", nullptr},
                  {"nextGreen", nullptr},
                  {"forecastUntil", nullptr},
                  {"series", Document::array()}};
  if (const auto intensity = carbon::intensity_at(signal, now)) out["intensity"] = *intensity;
  if (!signal.source.empty())
    out["ageSeconds"] = std::chrono::floor<Seconds>(now - signal.observed_at).count();
  if (outlook.next_green) out["nextGreen"] = format_rfc3339(*outlook.next_green);
  if (signal.forecast) {
    out["kind"] = carbon::name(signal.forecast->kind());
    if (signal.forecast->reaches_beyond(now))
      out["forecastUntil"] = format_rfc3339(signal.forecast->end());
    out["series"] = series_json(*signal.forecast);
  }
  return out;
}

// The default first, then by name.
std::vector<std::string> names_of(const SignalViewInput& input) {
  std::vector<std::string> out;
  if (!input.signals) return out;
  const auto& signals = *input.signals;
  for (const auto& [name, signal] : signals.by_source) {
    if (input.only.empty() || input.only == name) out.push_back(name);
  }
  std::ranges::stable_partition(out,
                                [&](const auto& name) { return name == signals.default_source; });
  return out;
}

}  // namespace

bool has_source(const SignalViewInput& input) {
  return input.only.empty() || (input.signals && input.signals->by_source.contains(input.only));
}

std::string render_signals_text(const SignalViewInput& input, TimePoint now,
                                const SignalViewOptions& options) {
  std::string out;
  for (const auto& note : input.notes) out += "Note: " + printable(note) + "\n";
  for (const auto& name : names_of(input)) {
    if (!out.empty()) out += "\n";
    out += one(name, *input.signals->by_source.at(name), name == input.signals->default_source, now,
               options);
  }
  return out;
}

std::string render_signals_json(const SignalViewInput& input, TimePoint now) {
  Document out = {{"observedAt", format_rfc3339(now)},
                  {"default", nullptr},
                  {"sources", Document::array()},
                  {"notes", input.notes}};
  for (const auto& name : names_of(input)) {
    const bool is_default = name == input.signals->default_source;
    if (is_default) out["default"] = name;
    out["sources"].push_back(one_json(name, *input.signals->by_source.at(name), is_default, now));
  }
  // ASCII alone, so that no terminal obeys what came from the cluster.
  return out.dump(2, ' ', true, Document::error_handler_t::replace) + "\n";
}

}  // namespace karbonetes::cli
