// events.k8s.io/v1 Event: encode only. Owned values. Note is cut to 1,024 bytes on a UTF-8
// boundary, as the API demands.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace karbonetes::kube {

struct ObjectReference {
  std::string api_version, kind, ns, name,
      uid;  // resourceVersion is left out: it would split series
};

struct Event {
  std::string ns, name;
  ObjectReference regarding;
  bool warning = false;  // type Normal | Warning
  std::string reason;    // CamelCase
  std::string action;    // CamelCase: what was done or failed
  std::string note;
  std::string controller;  // reportingController
  std::string instance;    // reportingInstance
  TimePoint event_time{};
  int series_count = 0;     // repetitions including the first; 0 and 1: not a series
  TimePoint series_last{};  // when the last of them was seen
};

// At most `limit` bytes of text, never ending inside a UTF-8 sequence.
[[nodiscard]] std::string cut_utf8(std::string_view text, std::size_t limit);

// An empty ns becomes "default", where the API wants events about cluster-scoped objects. Bytes
// that are not UTF-8 are replaced.

[[nodiscard]] std::string encode_event(const Event& event);
// Merge patch body that records a repetition: series.count and series.lastObservedTime.
[[nodiscard]] std::string encode_series_patch(int count, TimePoint last_observed);

}  // namespace karbonetes::kube
