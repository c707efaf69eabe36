// The Jobs that need Karbonetes, by "namespace/name": written by the jobs reflector's sink, read by
// everybody. 100,000 of them are to cost little, so what Jobs have in common is kept once
// (job_kind.hpp), and a Job is two allocations of nothing: one block of some 70 bytes and a slot in
// a flat table. JobFacts are put together when asked for. Thread-safe. The listener runs on the
// writer's thread, outside the lock, after the change is visible. Cannot fail.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "controller/job_kind.hpp"

namespace karbonetes::controller {

// A Job of the store, as for_each() shows it: views that die with the call.
struct StoredJob {
  const placement::JobFacts& kind;  // what it has in common with others; see JobKinds
  const OwnFacts& own;

  [[nodiscard]] std::string key() const;
};

class JobStore {
 public:
  using Listener = std::function<void(const std::string& key)>;

  JobStore();
  ~JobStore();
  JobStore(const JobStore&) = delete;
  JobStore& operator=(const JobStore&) = delete;

  // Set before the first write.
  void set_listener(Listener listener);

  [[nodiscard]] std::optional<placement::JobFacts> get(std::string_view key) const;
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::size_t kinds() const;
  // Under the read lock: keep it short, and call nothing of the store.
  void for_each(const std::function<void(const StoredJob& job)>& fn) const;
  // All keys, the earliest deadline first, those without any before them. Under the read lock, too.
  void for_each_by_deadline(const std::function<void(const std::string& key)>& fn) const;

  // What is not upserted between begin and end is erased at the end.
  void begin_replace();
  void upsert(const std::string& key, const placement::JobFacts& job);
  void erase(std::string_view key);
  void end_replace();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace karbonetes::controller
