// Leader election on a Lease, with client-go's rules: a lease is taken when it is free or has not been seen to change for
// leaseDuration by our own clock; renewed every retryPeriod; given up when it could not be renewed for renewDeadline.
// ElectionState/elect() are pure; LeaderElector runs them on a thread against a Client. Writes carry the resourceVersion, so two
// holders are impossible at the API server. Metrics leader_election_master_status.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "kube/client/client.hpp"
#include "kube/model/lease.hpp"

namespace karbonetes::kube {

struct ElectionConfig {
  std::string ns, name, identity;
  Millis lease_duration = std::chrono::seconds(15);
  Millis renew_deadline = std::chrono::seconds(10);
  Millis retry_period = std::chrono::seconds(2);
};

struct ElectionState {
  bool leading = false;
  TimePoint last_renewed{};              // our last write that the server took
  std::optional<Lease> observed;         // the lease as last read
  TimePoint observed_at{};               // when we saw it change, by our clock
};

struct ElectionPlan {
  enum class Kind { Create, Update, Nothing } kind = Kind::Nothing;
  Lease lease;                           // what to write
  Millis next{0};                        // when to look again
};

// What was read from the server; nullopt lease: it does not exist.
[[nodiscard]] ElectionPlan observe(ElectionState& state, const std::optional<Lease>& lease, const ElectionConfig& config,
                                   TimePoint now);
// The write went through (with the lease as the server returned it), or did not.
void wrote(ElectionState& state, const Lease& lease, const ElectionConfig& config, TimePoint now);
void write_failed(ElectionState& state, const ElectionConfig& config, TimePoint now);
// Leading and renewed within renew_deadline. Checked before each act: a paused process finds out at once.
[[nodiscard]] bool is_leader(const ElectionState& state, const ElectionConfig& config, TimePoint now);

class LeaderElector {
 public:
  LeaderElector(Client& client, const Clock& clock, metrics::Registry& metrics, ElectionConfig config,
                std::function<void(bool leading)> on_change);
  ~LeaderElector();  // gives the lease back when leading, then joins
  LeaderElector(const LeaderElector&) = delete;
  LeaderElector& operator=(const LeaderElector&) = delete;

  void start();
  void stop();
  [[nodiscard]] bool leading() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace karbonetes::kube
