// Jobs of one kind have most of what we know of them in common: policy, pod template, requests,
// state. JobKinds keeps that once for all of them and counts who uses it; what is a Job's own
// (name, uid, version, instants) is packed into some 60 bytes. Together they are the JobFacts
// again. Not thread-safe: JobStore locks. Cannot fail.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "placement/job_facts.hpp"

namespace karbonetes::controller {

// A Job's own part. `name` views the bytes it was read from.
struct OwnFacts {
  std::string_view name;
  std::string uid, resource_version;
  TimePoint created{};
  std::optional<TimePoint> deadline, waiting_since, released_at, scheduled_at, planned_start,
      started_at, finished_at;
};

class JobKinds {
 public:
  using Id = std::uint32_t;

  JobKinds();
  ~JobKinds();
  JobKinds(const JobKinds&) = delete;
  JobKinds& operator=(const JobKinds&) = delete;

  // The kind of this Job, new or known; it has one user more.
  [[nodiscard]] Id acquire(const placement::JobFacts& job);
  // One user less; the last one takes the kind with it.
  void release(Id id);
  // What Jobs of this kind have in common; what is a Job's own is empty in it. Valid until the kind
  // is gone or another is acquired.
  [[nodiscard]] const placement::JobFacts& at(Id id) const;
  [[nodiscard]] std::size_t size() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Appends a Job's own part: variable-length integers, a uid as 16 bytes where it is a UUID.
void pack_own(std::string& out, const placement::JobFacts& job);
// The name alone, without the rest.
[[nodiscard]] std::string_view name_in(const char* packed);
[[nodiscard]] OwnFacts unpack_own(const char* packed);
[[nodiscard]] placement::JobFacts join(const placement::JobFacts& kind, const OwnFacts& own);

}  // namespace karbonetes::controller
