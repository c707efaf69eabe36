// Records events.k8s.io/v1 Events about objects, off the caller's thread: record() never blocks and never fails. Repetitions
// (same object, reason and note within 6 minutes) become a series on the first Event. An event with a `once_key` gets a
// deterministic name, so that another replica or a restart does not record it twice (AlreadyExists is success). A full queue
// (4,096) drops the oldest and counts it. Errors are retried with back-off up to 12 times, then counted and dropped.
#pragma once

#include <memory>
#include <string>

#include "base/clock.hpp"
#include "kube/client/client.hpp"
#include "kube/model/event.hpp"

namespace karbonetes::kube {

struct EventSpec {
  ObjectReference regarding;
  bool warning = false;
  std::string reason, action, note;
  std::string once_key;  // e.g. uid + reason + deadline; empty: every occurrence counts
};

class EventRecorder {
 public:
  EventRecorder(Client& client, const Clock& clock, metrics::Registry& metrics, std::string controller,
                std::string instance);
  ~EventRecorder();  // sends what is queued for at most 2 s, then drops it
  EventRecorder(const EventRecorder&) = delete;
  EventRecorder& operator=(const EventRecorder&) = delete;

  void record(EventSpec event);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace karbonetes::kube
