// The pure half of leader_election.hpp: client-go's rules as functions of what was read and when.
#include <algorithm>

#include "kube/runtime/leader_election.hpp"

namespace karbonetes::kube {

namespace {

// What a holder changes when it renews. Not the resourceVersion: a label put on the lease by hand
// renews nothing.
bool same_record(const Lease& a, const Lease& b) {
  return a.holder == b.holder && a.duration == b.duration && a.acquire_time == b.acquire_time &&
         a.renew_time == b.renew_time && a.transitions == b.transitions;
}

void take_note(ElectionState& state, const Lease& lease, TimePoint now) {
  // A clock that was set back would otherwise keep a dead holder in office until it has caught up.
  const bool clock_went_back = now < state.observed_at;
  if (!state.observed || clock_went_back || !same_record(*state.observed, lease))
    state.observed_at = now;
  state.observed = lease;
}

Lease written_by(const ElectionConfig& config, TimePoint now) {
  Lease lease;
  lease.ns = config.ns;
  lease.name = config.name;
  lease.holder = config.identity;
  lease.duration = std::max(Seconds{1}, std::chrono::ceil<Seconds>(config.lease_duration));
  lease.acquire_time = now;
  lease.renew_time = now;
  return lease;
}

}  // namespace

ElectionPlan observe(ElectionState& state, const std::optional<Lease>& lease,
                     const ElectionConfig& config, TimePoint now) {
  ElectionPlan plan;
  plan.next = config.retry_period;
  if (!lease) {
    const bool held = state.observed && !state.observed->holder.empty() &&
                      state.observed->holder != config.identity;
    // Its holder may not know yet that the lease was deleted.
    if (held && now - state.observed_at < state.observed->duration && now >= state.observed_at) {
      return plan;
    }
    plan.kind = ElectionPlan::Kind::Create;
    plan.lease = written_by(config, now);
    return plan;
  }
  take_note(state, *lease, now);
  const bool ours = lease->holder == config.identity;
  if (!ours) state.leading = false;
  const bool valid = now - state.observed_at < lease->duration;
  if (!ours && !lease->holder.empty() && valid && !config.seize) return plan;

  plan.kind = ElectionPlan::Kind::Update;
  plan.lease = written_by(config, now);
  plan.lease.resource_version = lease->resource_version;
  plan.lease.kept = lease->kept;
  plan.lease.transitions = ours ? lease->transitions : lease->transitions + 1;
  if (ours) plan.lease.acquire_time = lease->acquire_time;
  return plan;
}

ElectionPlan release(const ElectionState& state, const ElectionConfig& config, TimePoint now) {
  ElectionPlan plan;
  if (config.seize || !state.observed || state.observed->holder != config.identity) return plan;
  plan.kind = ElectionPlan::Kind::Update;
  plan.lease = written_by(config, now);
  plan.lease.holder.clear();
  plan.lease.duration = Seconds{1};
  plan.lease.resource_version = state.observed->resource_version;
  plan.lease.kept = state.observed->kept;
  plan.lease.transitions = state.observed->transitions;
  return plan;
}

// Model step TakeLease, model/release.pml.
void wrote(ElectionState& state, const Lease& lease, const ElectionConfig& config, TimePoint now) {
  state.observed = lease;
  state.observed_at = now;
  state.leading = lease.holder == config.identity;
  if (state.leading) state.last_renewed = now;
}

void write_failed(ElectionState& state, const ElectionConfig& config, TimePoint now) {
  if (!is_leader(state, config, now)) state.leading = false;
}

// Model step LoseLease, model/release.pml.
bool is_leader(const ElectionState& state, const ElectionConfig& config, TimePoint now) {
  const Millis since = now - state.last_renewed;
  // Far in the future: the clock was set back, and how long ago the renewal was is no longer known.
  return state.leading && since < config.renew_deadline && since > -config.retry_period;
}

}  // namespace karbonetes::kube
