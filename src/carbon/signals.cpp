#include "carbon/signals.hpp"

#include <utility>

#include "base/text.hpp"

namespace karbonetes::carbon {

namespace {

std::shared_ptr<const Signal> by_name(const Signals& signals, std::string_view name) {
  const auto it = signals.by_source.find(name);
  return it == signals.by_source.end() ? nullptr : it->second;
}

}  // namespace

Selection select(const Signals& signals, std::string_view source, std::string_view zone) {
  static const auto kNone = std::make_shared<const Signal>();
  Selection out;
  if (!source.empty()) {
    out.signal = by_name(signals, source);
    if (!out.signal) out.note = "no carbon source is named " + in_quotes(source);
  } else if (!zone.empty()) {
    if (const auto it = signals.by_zone.find(zone); it != signals.by_zone.end())
      out.signal = by_name(signals, it->second);
    if (!out.signal) out.note = "no carbon source is configured for zone " + in_quotes(zone);
  }
  if (out.signal) return out;
  out.signal = by_name(signals, signals.default_source);
  if (!out.note.empty()) {
    out.note += signals.default_source.empty()
                    ? "; none is configured"
                    : "; the default source " + in_quotes(signals.default_source) + " is used";
  }
  if (!out.signal) out.signal = kNone;
  return out;
}

Signals only(Signal signal) {
  Signals out;
  out.default_source = signal.source;
  if (!signal.zone.empty()) out.by_zone[signal.zone] = signal.source;
  std::string name = signal.source;
  out.by_source[std::move(name)] = std::make_shared<const Signal>(std::move(signal));
  return out;
}

}  // namespace karbonetes::carbon
