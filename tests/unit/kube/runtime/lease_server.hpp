// The API server's side of one Lease, in memory: versions, conflicts, and faults on demand.
// Thread-safe.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "kube/runtime/lease_lock.hpp"

namespace karbonetes::kube {

class LeaseServer {
 public:
  // Asked before each call; an error is what the caller gets instead.
  std::function<Status(const char* verb)> fault;

  Result<Lease> get() {
    const std::lock_guard lock(mutex_);
    if (Status s = check("get"); !s) return fail(s.error());
    if (!lease_) return fail(Errc::NotFound, "leases \"x\" not found");
    return *lease_;
  }
  Result<Lease> create(const Lease& lease) {
    const std::lock_guard lock(mutex_);
    if (Status s = check("create"); !s) return fail(s.error());
    if (lease_) return fail(Errc::AlreadyExists, "exists");
    if (!lease.resource_version.empty())
      return fail(Errc::Invalid, "resourceVersion should not be set on create");
    return store(lease);
  }
  Result<Lease> update(const Lease& lease) {
    const std::lock_guard lock(mutex_);
    if (Status s = check("update"); !s) return fail(s.error());
    if (!lease_) return fail(Errc::NotFound, "not found");
    if (lease.resource_version != lease_->resource_version)
      return fail(Errc::Conflict, "the object has been modified");
    return store(lease);
  }
  std::optional<Lease> peek() {
    const std::lock_guard lock(mutex_);
    return lease_;
  }
  // Somebody else's hand: replaces the lease, or deletes it.
  void put(std::optional<Lease> lease) {
    const std::lock_guard lock(mutex_);
    if (lease) {
      (void)store(*lease);
    } else {
      lease_.reset();
    }
  }

 private:
  Status check(const char* verb) { return fault ? fault(verb) : Status{}; }
  Lease store(const Lease& lease) {
    lease_ = lease;
    lease_->resource_version = std::to_string(++version_);
    return *lease_;
  }
  std::mutex mutex_;
  std::optional<Lease> lease_;
  int version_ = 100;
};

class LeaseServerLock final : public LeaseLock {
 public:
  explicit LeaseServerLock(LeaseServer& server) : server_(server) {}
  Result<Lease> get(Millis, std::stop_token) override { return server_.get(); }
  Result<Lease> create(const Lease& lease, Millis, std::stop_token) override {
    return server_.create(lease);
  }
  Result<Lease> update(const Lease& lease, Millis, std::stop_token) override {
    return server_.update(lease);
  }

 private:
  LeaseServer& server_;
};

}  // namespace karbonetes::kube
