// Records events.k8s.io/v1 Events about objects, off the caller's thread: record() never blocks and
// never fails. Repetitions (same object, reason and note within 6 minutes) become a series on the
// first Event. An event with a `once_key` gets a deterministic name, so that another replica or a
// restart does not record it twice (AlreadyExists is success). A full queue (4,096) drops the
// oldest and counts it. Errors are retried with back-off up to 12 times, then counted and dropped.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "kube/client/client.hpp"
#include "kube/runtime/event_api.hpp"
#include "kube/runtime/event_series.hpp"

namespace karbonetes::kube {

struct EventRecorderOptions {
  std::size_t max_queued = 4096;  // beyond it the oldest is dropped
  int max_tries = 12;
  Millis backoff_min{250}, backoff_max{10'000};  // doubling, per event
  Millis drain = std::chrono::seconds(2);        // what the destructor may take
};

class EventRecorder {
 public:
  EventRecorder(Client& client, const Clock& clock, metrics::Registry& metrics,
                std::string controller, std::string instance);
  // On something other than a Client.
  EventRecorder(std::unique_ptr<EventApi> api, const Clock& clock, metrics::Registry& metrics,
                std::string controller, std::string instance, EventRecorderOptions options = {});
  ~EventRecorder();  // sends what is queued for at most 2 s, then drops it
  EventRecorder(const EventRecorder&) = delete;
  EventRecorder& operator=(const EventRecorder&) = delete;

  void record(EventSpec event);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace karbonetes::kube
