// Leader election on a Lease, with client-go's rules: a lease is taken when it is free or has not
// been seen to change for leaseDuration by our own clock; renewed every retryPeriod; given up when
// it could not be renewed for renewDeadline. Candidates look every 0.5 to 1.1 retryPeriods. A term
// that lapsed and began anew is told as such. ElectionState and the functions on it are pure;
// LeaderElector runs them on a thread against a Client. Writes carry the resourceVersion, so two
// holders are impossible at the API server. Nobody's clock but our own counts: renewTime is for
// people to read. Identities must differ between replicas. Failure: an error of the API is logged
// and tried again; leading() turns false by itself when the deadline passes, even while a call
// hangs. Metrics leader_election_master_status{name}.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "kube/client/client.hpp"
#include "kube/model/lease.hpp"
#include "kube/runtime/lease_lock.hpp"

namespace karbonetes::kube {

// lease_duration > renew_deadline > retry_period, or LeaderElector shortens the latter two until it
// is so. The lease is written in whole seconds, rounded up.
struct ElectionConfig {
  std::string ns, name, identity;
  Millis lease_duration = std::chrono::seconds(15);
  Millis renew_deadline = std::chrono::seconds(10);
  Millis retry_period = std::chrono::seconds(2);
  // For whoever ends the work of all candidates: the lease is taken from its holder, who finds out
  // at its next renewal, and is not given back, so that nobody begins anew for lease_duration.
  bool seize = false;
};

struct ElectionState {
  bool leading = false;
  TimePoint last_renewed{};       // when our last write that the server took was sent
  std::optional<Lease> observed;  // the lease as last read
  TimePoint observed_at{};        // when we saw it change, by our clock
};

struct ElectionPlan {
  enum class Kind { Create, Update, Nothing } kind = Kind::Nothing;
  Lease lease;     // what to write
  Millis next{0};  // when to look again
};

// What was read from the server; nullopt lease: it does not exist. A lease that vanished while
// another's term was running is created anew only when that term is over.
[[nodiscard]] ElectionPlan observe(ElectionState& state, const std::optional<Lease>& lease,
                                   const ElectionConfig& config, TimePoint now);
// The write went through (with the lease as the server returned it); `now` is when it was sent, so
// that a slow answer cannot make a term longer for us than for those who watch.
void wrote(ElectionState& state, const Lease& lease, const ElectionConfig& config, TimePoint now);
// The write, or the read before it, failed.
void write_failed(ElectionState& state, const ElectionConfig& config, TimePoint now);
// Leading and renewed within renew_deadline. Checked before each act: a paused process finds out at
// once.
[[nodiscard]] bool is_leader(const ElectionState& state, const ElectionConfig& config,
                             TimePoint now);
// What a leader writes when it goes: no holder and one second, as client-go does, so that another
// takes over at its next look. Nothing when the lease, as last seen, is not ours.
[[nodiscard]] ElectionPlan release(const ElectionState& state, const ElectionConfig& config,
                                   TimePoint now);

class LeaderElector {
 public:
  // on_change(leading) is called on the elector's thread; it should return soon. On stop() it is
  // called with false before the lease is given back: when it returns, led work must have ended.
  LeaderElector(Client& client, const Clock& clock, metrics::Registry& metrics,
                ElectionConfig config, std::function<void(bool leading)> on_change);
  // On something other than a Client.
  LeaderElector(std::unique_ptr<LeaseLock> lock, const Clock& clock, metrics::Registry& metrics,
                ElectionConfig config, std::function<void(bool leading)> on_change);
  ~LeaderElector();  // gives the lease back when leading, then joins
  LeaderElector(const LeaderElector&) = delete;
  LeaderElector& operator=(const LeaderElector&) = delete;

  void start();
  void stop();  // gives the lease back when leading, then joins
  [[nodiscard]] bool leading() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace karbonetes::kube
