#include "carbon/codec/signals_codec.hpp"

#include <string_view>

#include "carbon/codec/signal_codec.hpp"

namespace karbonetes::carbon {

namespace {

constexpr const char* kIndex = "index";
constexpr std::string_view kSource = "source.";

std::string dump(const json::Document& document) {
  return document.dump(-1, ' ', false, json::Document::error_handler_t::replace);
}

void read_index(const std::string& text, Published& published, std::vector<std::string>& problems) {
  Signals& out = published.signals;
  const auto index = json::parse(text);
  if (!index || !index->is_object()) {
    problems.emplace_back("the index of the published signals is not a JSON object");
    return;
  }
  if (const auto it = index->find("default"); it != index->end() && it->is_string())
    out.default_source = it->get<std::string>();
  if (const auto it = index->find("publishedAt"); it != index->end() && it->is_string()) {
    if (const auto at = parse_rfc3339(it->get_ref<const std::string&>())) published.at = *at;
  }
  const auto zones = index->find("zones");
  if (zones == index->end() || !zones->is_object()) return;
  for (const auto& [zone, source] : zones->items()) {
    if (source.is_string()) out.by_zone[zone] = source.get<std::string>();
  }
}

}  // namespace

std::map<std::string, std::string> encode_signals(const Signals& signals, TimePoint published) {
  std::map<std::string, std::string> out;
  json::Document index = {{"default", signals.default_source},
                          {"publishedAt", format_rfc3339(published)},
                          {"zones", json::Document::object()}};
  for (const auto& [zone, source] : signals.by_zone) index["zones"][zone] = source;
  out[kIndex] = dump(index);
  for (const auto& [name, signal] : signals.by_source)
    out[std::string(kSource) + name] = dump(encode_signal(*signal));
  return out;
}

Published decode_signals(const std::map<std::string, std::string>& data,
                         std::vector<std::string>& problems) {
  Published out;
  for (const auto& [key, text] : data) {
    if (key == kIndex) read_index(text, out, problems);
    if (!key.starts_with(kSource)) continue;
    const std::string name = key.substr(kSource.size());
    const auto document = json::parse(text);
    auto signal = document ? decode_signal(*document) : Result<Signal>(fail(document.error()));
    if (!signal) {
      problems.push_back("source " + name + ": " + signal.error().message);
      continue;
    }
    out.signals.by_source[name] = std::make_shared<const Signal>(std::move(*signal));
  }
  return out;
}

void age_as_published(Published& published, TimePoint now) {
  if (!published.at || now <= *published.at) return;
  const Millis since = now - *published.at;
  for (auto& [name, signal] : published.signals.by_source) {
    Signal moved = *signal;
    moved.observed_at += since;
    signal = std::make_shared<const Signal>(std::move(moved));
  }
}

}  // namespace karbonetes::carbon
