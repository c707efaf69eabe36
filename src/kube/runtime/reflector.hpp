// Keeps a sink in step with one resource of the API server: runs watch_state on a thread of its own against a Client. Ends
// with its stop token. A dead connection is noticed after timeoutSeconds (290) + 5 s without a byte. Failure: never gives up;
// logs at most one line per back-off; metrics reflector_lists_total, reflector_watches_total, reflector_last_sync_age.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "base/clock.hpp"
#include "json/reader.hpp"
#include "kube/client/client.hpp"

namespace karbonetes::kube {

enum class Change { Added, Modified, Deleted };

// Where objects go. Called on the reflector's thread only.
class ObjectSink {
 public:
  virtual ~ObjectSink() = default;
  virtual void begin_replace() = 0;   // a full list begins
  // Decodes and takes in one object. Returns its resourceVersion. An error means that this object is unreadable: it is counted
  // and skipped, never fatal.
  [[nodiscard]] virtual Result<std::string> apply(Change change, json::Value object) = 0;
  virtual void end_replace() = 0;     // what was not seen since begin_replace is gone
};

struct ReflectorOptions {
  std::string path;       // cluster_path(kJobs), ...
  std::string name;       // "jobs": for logs and metrics
  std::string selectors;  // "labelSelector=...": already encoded; may be empty
};

class Reflector {
 public:
  Reflector(Client& client, const Clock& clock, metrics::Registry& metrics, ReflectorOptions options,
            ObjectSink& sink);
  ~Reflector();  // stop and join
  Reflector(const Reflector&) = delete;
  Reflector& operator=(const Reflector&) = delete;

  void start();
  void stop();                          // requests; the destructor joins
  [[nodiscard]] bool synced() const;    // the first list is complete
  // Waits until synced or `timeout` has passed or stop is requested.
  [[nodiscard]] bool wait_synced(Millis timeout, std::stop_token stop) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace karbonetes::kube
