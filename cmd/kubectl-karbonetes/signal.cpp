// signal, and signal --probe.
#include <clocale>
#include <cstdlib>
#include <string_view>

#include "cli/signal_view.hpp"
#include "commands.hpp"
#include "json/document.hpp"
#include "providers/probe.hpp"
#include "signals.hpp"

namespace karbonetes::cmd {

namespace {

// The locale says so, as for every other program.
bool utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    const std::string_view text(value);
    return text.find("UTF-8") != std::string_view::npos ||
           text.find("utf8") != std::string_view::npos;
  }
  return false;
}

json::Document probe_json(const providers::ProbeReport& report) {
  const auto time = [](const std::optional<TimePoint>& t) {
    return t ? json::Document(format_rfc3339(*t)) : json::Document(nullptr);
  };
  json::Document out = {{"source", report.source},
                        {"type", report.type},
                        {"zone", report.zone},
                        {"ok", report.ok},
                        {"problem", report.problem},
                        {"advice", report.advice},
                        {"kind", nullptr},
                        {"points", report.points},
                        {"stepSeconds", report.step.count() / 1000},
                        {"from", time(report.begin)},
                        {"observedUntil", time(report.observed_until)},
                        {"forecastUntil", time(report.forecast_until)},
                        {"intensity", nullptr},
                        {"green", nullptr},
                        {"windows", report.windows},
                        {"warnings", report.warnings}};
  if (report.kind) out["kind"] = carbon::name(*report.kind);
  if (report.current) out["intensity"] = *report.current;
  if (report.green) out["green"] = *report.green;
  return out;
}

}  // namespace

int signal(const Context& context) {
  const Flags& flags = context.flags;
  cli::SignalViewInput input;
  input.only = flags.source;
  input.signals = known_signals(context, input.notes);
  if (!input.signals) {
    return die(input.notes.empty() ? "the carbon signals are not known" : input.notes.front());
  }
  if (!cli::has_source(input)) return die("no carbon source is named " + flags.source);
  const auto now = context.clock.now();
  return print(flags.output.empty()
                   ? cli::render_signals_text(input, now, {colours(flags), utf8(), 48})
                   : structured(flags, cli::render_signals_json(input, now)));
}

int probe(const Flags& flags, const Clock& clock) {
  const auto sources = providers::load_signal_config(flags.signal_config);
  if (!sources) return die(sources.error().message);
  bool asked = false;
  bool ok = true;
  json::Document all = json::Document::array();
  for (const auto& source : *sources) {
    if (!flags.source.empty() && source.name != flags.source) continue;
    asked = true;
    const auto report = providers::probe(source, clock);
    ok = ok && report.ok;
    if (!flags.output.empty()) {
      all.push_back(probe_json(report));
    } else if (print(providers::render(report)) != 0) {
      return 1;
    }
  }
  if (!asked) return die("no carbon source is named " + flags.source);
  if (!flags.output.empty() &&
      print(structured(
          flags, all.dump(2, ' ', true, json::Document::error_handler_t::replace) + "\n")) != 0) {
    return 1;
  }
  return ok ? 0 : 1;
}

}  // namespace karbonetes::cmd
