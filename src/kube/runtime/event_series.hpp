// Which events become API calls: the first of a kind is created, repetitions count up on it as a
// series, as client-go's tools/events does. Pure: time is an argument. Owned by one EventRecorder;
// not thread-safe. Bounded: beyond 4,096 kinds of event the one not seen for longest is forgotten.
#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/time.hpp"
#include "kube/model/event.hpp"

namespace karbonetes::kube {

struct EventSpec {
  ObjectReference regarding;
  bool warning = false;
  std::string reason, action, note;
  std::string once_key;  // e.g. uid + reason + deadline; empty: every occurrence counts
};

// What to send. With event.series_count > 1 it is a patch of the series of an Event that should
// exist already.
struct EventWrite {
  Event event;
  [[nodiscard]] bool is_series() const { return event.series_count > 1; }
};

inline constexpr Millis kSeriesEnds{6 * 60'000};  // without a repetition for so long
inline constexpr Millis kSeriesRefreshed{
    30 * 60'000};  // a long series is written again, or its Event would expire
inline constexpr std::size_t kMaxSeries = 4096;

class EventSeries {
 public:
  EventSeries(std::string controller, std::string instance)
      : controller_(std::move(controller)), instance_(std::move(instance)) {}

  // Ask due() first, or the count of a series that ended just now is lost.
  // The first, the second, and every event with a once_key are written at once; further repetitions
  // are counted.
  [[nodiscard]] std::optional<EventWrite> record(EventSpec spec, TimePoint now);
  // Counts that are due to be written: of series that ended, and of long ones every half hour.
  [[nodiscard]] std::vector<EventWrite> due(TimePoint now);
  // When due() should be asked next; nullopt when there is nothing to wait for.
  [[nodiscard]] std::optional<TimePoint> next_due() const;
  // Every count not written yet: for the shutdown.
  [[nodiscard]] std::vector<EventWrite> flush();
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::string key;
    Event event;
    TimePoint last_seen, last_written;
    int written_count = 1;
    [[nodiscard]] bool dirty() const { return event.series_count > written_count; }
  };
  using Entries = std::list<Entry>;  // not seen for longest first

  [[nodiscard]] Event make_event(EventSpec spec, TimePoint now);
  [[nodiscard]] static EventWrite written(Entry& entry, TimePoint now);

  const std::string controller_, instance_;
  Entries entries_;
  std::unordered_map<std::string, Entries::iterator> by_key_;
  std::uint64_t sequence_ = 0;
};

// "train.1f0c3a9b2d4e5f60": the object's name, cut so that the whole is a valid name, and 64 bits
// of `key`.
[[nodiscard]] std::string event_name(const ObjectReference& regarding, std::string_view key);

}  // namespace karbonetes::kube
