#include "providers/probe.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "providers/points.hpp"
#include "providers/source_fields.hpp"
#include "providers/sources.hpp"
#include "providers/static_windows.hpp"

namespace karbonetes::providers {

namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::string where(const SourceConfig& source) {
  const char* official = facts_of(source.type).url;
  return source.url.empty() && official != nullptr ? official : source.url;
}

// The way to the source: our own client's words say how far it came.
std::string advice_on_the_way(const Error& error, const SourceConfig& source) {
  const std::string url = where(source);
  if (has(error.message, "proxy: ")) {
    return "check HTTPS_PROXY or HTTP_PROXY, and NO_PROXY if this host needs none";
  }
  if (has(error.message, "is not known")) {
    return fmt::format(
        "the name in {} cannot be looked up: check its spelling and the cluster's DNS", url);
  }
  if (has(error.message, "is not trusted")) {
    return "its certificate is of another authority, or for another name: give that authority's "
           "certificate as caFile, and the name that stands in it as url";
  }
  if (has(error.message, "TLS handshake")) {
    return fmt::format("{} does not speak TLS there: check http or https and the port", url);
  }
  if (has(error.message, "does not speak HTTP")) {
    return fmt::format("{} is something else: check http or https and the port", url);
  }
  if (has(error.message, "connecting to")) {
    return fmt::format("nothing takes connections at {}: check port, firewall and network policies",
                       url);
  }
  return "try again; if it stays, check the service itself";
}

std::string advice_for(const Error& error, const SourceConfig& source) {
  switch (error.code) {
    case Errc::Unavailable:
    case Errc::Timeout:
      return advice_on_the_way(error, source);
    case Errc::Unauthorized:
      return "put a valid secret into the file; a running controller reads it again by itself";
    case Errc::Forbidden:
      return "ask the provider what the plan covers, or name another zone";
    case Errc::NotFound:
      return source.type == SourceType::Replay
                 ? "write shift: true to play it from now, loop: true to play it again"
                 : "check zone, location or query against the provider's own list, and the URL";
    case Errc::TooManyRequests:
      return "wait, and set a longer refresh";
    case Errc::Parse:
      return "open the URL with curl and see what answers there";
    case Errc::InvalidArgument:
      return "mend the configuration or the file it names";
    default:
      return "check the source's configuration against docs/signals.md";
  }
}

void describe(const carbon::AnySeries& any, TimePoint now, ProbeReport& report) {
  const auto forecast = carbon::Forecast::prepare(any);
  if (!forecast) return;
  report.kind = forecast->kind();
  report.points = forecast->starts().size();
  report.step = usual_step({forecast->starts().begin(), forecast->starts().end()}, Millis(0));
  report.begin = forecast->begin();
  report.end = forecast->end();
  report.observed_until = forecast->observed_until();
  if (now < forecast->end()) report.current = forecast->at(now);
  if (forecast->reaches_beyond(now)) report.forecast_until = forecast->end();
}

ProbeReport failed(ProbeReport report, const Error& error, const SourceConfig& source) {
  report.problem = error.message;
  report.advice = advice_for(error, source);
  return report;
}

}  // namespace

ProbeReport probe(const SourceConfig& source, const Clock& clock) {
  ProbeReport report;
  report.source = source.name;
  report.type = name(source.type);
  report.zone = source.zone;
  const TimePoint now = clock.now();
  if (source.type == SourceType::StaticWindows) {
    const auto signal = static_signal(source.windows, now);
    if (signal.forecast) describe(signal.forecast->series(), now, report);
    report.ok = true;
    report.green = signal.green;
    report.windows = signal.green_windows.size();
    return report;
  }
  auto transport = make_transport(source);
  if (!transport) return failed(std::move(report), transport.error(), source);
  const auto adapter = make_adapter(source, now);
  auto reading = adapter->read(
      [&](const http::Request& request) -> Result<http::Response> {
        if (!*transport) return fail(Errc::Internal, "this source does not fetch");
        return (*transport)->exchange(request, {});
      },
      now);
  if (!reading) return failed(std::move(report), reading.error(), source);
  report.ok = true;
  report.green = reading->green;
  report.windows = reading->green_windows.size();
  report.warnings = std::move(reading->warnings);
  describe(reading->series, now, report);
  if (report.points > 0 && !report.current) {
    report.warnings.emplace_back("it says nothing of now: its last value is too old");
  }
  return report;
}

std::string render(const ProbeReport& report) {
  std::string out =
      fmt::format("{} ({}{}{}): {}\n", report.source, report.type,
                  report.zone.empty() ? "" : ", zone ", report.zone, report.ok ? "ok" : "FAILED");
  const auto line = [&](std::string_view what, const std::string& text) {
    out += fmt::format("  {:<10} {}\n", what, text);
  };
  if (!report.ok) {
    line("problem", report.problem);
    line("what to do", report.advice);
    return out;
  }
  if (report.green) {
    line("green",
         fmt::format("{}, {} windows ahead", *report.green ? "yes" : "no", report.windows));
  }
  if (report.points > 0) {
    line("series", fmt::format("{} points, usually {} apart, {}, from {} to {}", report.points,
                               format_duration(report.step), name(*report.kind),
                               format_rfc3339(*report.begin), format_rfc3339(*report.end)));
    line("observed", "until " + format_rfc3339(*report.observed_until));
    line("now", report.current ? fmt::format("{:.0f} gCO2eq/kWh", *report.current) : "unknown");
    line("forecast",
         report.forecast_until ? "until " + format_rfc3339(*report.forecast_until) : "none");
  }
  for (const auto& warning : report.warnings) line("warning", warning);
  return out;
}

}  // namespace karbonetes::providers
