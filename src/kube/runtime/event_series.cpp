#include "kube/runtime/event_series.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace karbonetes::kube {

namespace {

// FNV-1a with a final mix. Names are made of it, so it must be the same in every build and on every
// machine.
std::uint64_t stable_hash(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3ULL;
  }
  hash ^= hash >> 32U;
  hash *= 0xd6e8feb86659fd93ULL;
  return hash ^ (hash >> 32U);
}

// Lengths keep ("a", "bc") and ("ab", "c") apart.
std::string join(std::initializer_list<std::string_view> parts) {
  std::string out;
  for (const auto part : parts) fmt::format_to(std::back_inserter(out), "{}:{}", part.size(), part);
  return out;
}

// Lower-case letters, digits, '-' and '.', as DNS subdomains are made.
std::string as_name(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c >= 'A' && c <= 'Z') out += static_cast<char>(c - 'A' + 'a');
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.') out += c;
  }
  const auto edge = [](char c) { return c == '-' || c == '.'; };
  while (!out.empty() && edge(out.back())) out.pop_back();
  while (!out.empty() && edge(out.front())) out.erase(0, 1);
  return out;
}

}  // namespace

std::string event_name(const ObjectReference& regarding, std::string_view key) {
  constexpr std::size_t kMaxName = 253;
  constexpr std::size_t kSuffix = 17;  // '.' and 16 digits
  // An object that has no name yet (generateName) lends its kind.
  std::string base = as_name(regarding.name.empty() ? regarding.kind : regarding.name);
  if (base.empty()) base = "event";
  base = as_name(std::string_view(base).substr(0, kMaxName - kSuffix));
  return fmt::format("{}.{:016x}", base, stable_hash(key));
}

Event EventSeries::make_event(EventSpec spec, TimePoint now) {
  Event event;
  event.ns = spec.regarding.ns.empty() ? "default" : spec.regarding.ns;
  event.name = spec.once_key.empty()
                   ? event_name(spec.regarding,
                                join({instance_, std::to_string(now.time_since_epoch().count()),
                                      std::to_string(sequence_++), spec.reason}))
                   : event_name(spec.regarding, join({"once", spec.once_key}));
  event.regarding = std::move(spec.regarding);
  event.warning = spec.warning;
  event.reason = std::move(spec.reason);
  event.action = std::move(spec.action);
  event.note = std::move(spec.note);
  event.controller = controller_;
  event.instance = instance_;
  event.event_time = now;
  return event;
}

EventWrite EventSeries::written(Entry& entry, TimePoint now) {
  entry.last_written = now;
  entry.written_count = entry.event.series_count;
  return {entry.event};
}

std::optional<EventWrite> EventSeries::record(EventSpec spec, TimePoint now) {
  // Its name is its identity: the server itself refuses the repetition.
  if (!spec.once_key.empty()) return EventWrite{make_event(std::move(spec), now)};
  const ObjectReference& about = spec.regarding;
  std::string key = join({about.api_version, about.kind, about.ns, about.name, about.uid,
                          spec.reason, spec.action, spec.note, spec.warning ? "w" : "n"});
  const auto found = by_key_.find(key);
  if (found != by_key_.end() && now - found->second->last_seen < kSeriesEnds) {
    Entry& entry = *found->second;
    entry.last_seen = now;
    entry.event.series_last = now;
    entry.event.series_count = std::max(entry.event.series_count, 1) + 1;
    entries_.splice(entries_.end(), entries_, found->second);
    if (entry.event.series_count == 2) return written(entry, now);
    return std::nullopt;
  }
  if (found != by_key_.end()) {
    entries_.erase(found->second);
    by_key_.erase(found);
  }
  Event event = make_event(std::move(spec), now);
  entries_.push_back({key, event, now, now, 1});
  by_key_.emplace(std::move(key), std::prev(entries_.end()));
  if (entries_.size() > kMaxSeries) {
    by_key_.erase(entries_.front().key);
    entries_.pop_front();
  }
  return EventWrite{std::move(event)};
}

std::vector<EventWrite> EventSeries::due(TimePoint now) {
  std::vector<EventWrite> out;
  while (!entries_.empty() && now - entries_.front().last_seen >= kSeriesEnds) {
    if (entries_.front().dirty()) out.push_back(written(entries_.front(), now));
    by_key_.erase(entries_.front().key);
    entries_.pop_front();
  }
  for (auto& entry : entries_) {
    if (entry.dirty() && now - entry.last_written >= kSeriesRefreshed)
      out.push_back(written(entry, now));
  }
  return out;
}

std::optional<TimePoint> EventSeries::next_due() const {
  if (entries_.empty()) return std::nullopt;
  TimePoint next = entries_.front().last_seen + kSeriesEnds;
  for (const auto& entry : entries_) {
    if (entry.dirty()) next = std::min(next, entry.last_written + kSeriesRefreshed);
  }
  return next;
}

std::vector<EventWrite> EventSeries::flush() {
  std::vector<EventWrite> out;
  for (auto& entry : entries_) {
    if (entry.dirty()) out.push_back(written(entry, entry.last_seen));
  }
  return out;
}

}  // namespace karbonetes::kube
