// Keeps a sink in step with one resource of the API server: runs watch_state on a thread of its own
// against a Client. Ends with its stop token. A connection without a byte for 90 s is
// dead (bookmarks come every minute). Failure: never gives up; logs at most one line per back-off;
// an object that the sink refuses is counted and skipped. Metrics, each with the label name:
// reflector_lists_total, reflector_watches_total, reflector_unreadable_objects_total,
// reflector_last_sync_age_seconds (since the server was last heard).
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "base/clock.hpp"
#include "kube/client/client.hpp"
#include "kube/runtime/list_watch.hpp"
#include "kube/runtime/object_sink.hpp"

namespace karbonetes::kube {

struct ReflectorOptions {
  std::string path;       // cluster_path(kJobs), ...
  std::string name;       // "jobs": for logs and metrics
  std::string selectors;  // "labelSelector=...": already encoded; may be empty
};

class Reflector {
 public:
  Reflector(Client& client, const Clock& clock, metrics::Registry& metrics,
            ReflectorOptions options, ObjectSink& sink);
  // On something other than a Client.
  Reflector(std::unique_ptr<ListWatch> api, const Clock& clock, metrics::Registry& metrics,
            ReflectorOptions options, ObjectSink& sink);
  ~Reflector();  // stop and join
  Reflector(const Reflector&) = delete;
  Reflector& operator=(const Reflector&) = delete;

  void start();
  void stop();                        // requests; the destructor joins
  [[nodiscard]] bool synced() const;  // the first list is complete
  // Waits until synced or `timeout` has passed or stop is requested.
  [[nodiscard]] bool wait_synced(Millis timeout, std::stop_token stop) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace karbonetes::kube
