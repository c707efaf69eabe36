#include "plan/pace.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace karbonetes::plan {

void Pace::Buckets::set(const Limits& limits, TimePoint now) {
  const double rate = limits.per_minute.value_or(0);
  jobs.become(TokenBucket(rate, limits.burst ? *limits.burst : rate, 1, now), now);
  const double cores = limits.vcpu_per_minute.value_or(0);
  vcpu.become(TokenBucket(cores, cores, 0, now), now);
}

void Pace::Buckets::refill(TimePoint now) {
  jobs.refill(now);
  vcpu.refill(now);
}

void Pace::Buckets::take(double need) {
  jobs.take(1);
  vcpu.take(need);
}

void Pace::Buckets::give_back(double need) {
  jobs.give_back(1);
  vcpu.give_back(need);
}

bool Pace::Fairest::operator()(const Lane* a, const Lane* b) const {
  const auto rank = [](const Lane* lane) {
    return std::tuple(lane->ns->served, (*lane->queue.begin())->deadline, lane->id);
  };
  return rank(a) < rank(b);
}

Pace::Pace(const Limits& cluster, TimePoint now) { cluster_.set(cluster, now); }

void Pace::set_cluster_limits(const Limits& limits, TimePoint now) { cluster_.set(limits, now); }

void Pace::set_limits(std::string_view policy, const Limits& limits, TimePoint now) {
  const auto it = policies_.try_emplace(std::string(policy)).first;
  it->second.name = it->first;
  it->second.buckets.set(limits, now);
  offer(it->second);
  forget_idle(it->second);
}

bool Pace::line_up(std::string_view key, std::string_view ns, std::string_view policy,
                   TimePoint deadline, double vcpu) {
  if (!(vcpu > 0) || !std::isfinite(vcpu)) vcpu = 0;
  const auto [it, is_new] = candidates_.try_emplace(std::string(key));
  Candidate& candidate = it->second;
  if (is_new) {
    candidate.key = it->first;
    candidate.sequence = ++sequence_;
  }
  const bool waits = candidate.state == Candidate::State::Waiting;
  const bool same = !is_new && candidate.deadline == deadline && candidate.vcpu == vcpu &&
                    candidate.lane->ns->name == ns && candidate.lane->policy->name == policy;
  if (waits && !same) {
    Lane* const before = candidate.lane;
    if (before != nullptr) dequeue(candidate);
    candidate.lane = &enter(ns, policy);
    if (before != nullptr) leave(*before);
    candidate.deadline = deadline;
    candidate.vcpu = vcpu;
    enqueue(candidate);
  }
  if (candidate.state == Candidate::State::Waiting) return false;
  untold_.erase(candidate.grant);
  return true;
}

bool Pace::ask(std::string_view key, std::string_view ns, std::string_view policy,
               TimePoint deadline, double vcpu, TimePoint now) {
  if (line_up(key, ns, policy, deadline, vcpu)) {
    run(now);
    return true;
  }
  run(now);
  Candidate& candidate = candidates_.find(std::string(key))->second;
  if (candidate.state == Candidate::State::Waiting) return false;
  untold_.erase(candidate.grant);
  return true;
}

std::vector<std::string> Pace::grant(TimePoint now) {
  run(now);
  std::vector<std::string> out;
  out.reserve(untold_.size());
  for (const auto& [number, candidate] : untold_) out.emplace_back(candidate->key);
  untold_.clear();
  return out;
}

bool Pace::take(std::string_view key) {
  const auto it = candidates_.find(key);
  if (it == candidates_.end() || it->second.state != Candidate::State::Granted) return false;
  ++counts_.taken;
  erase(it->second);
  return true;
}

void Pace::give_back(std::string_view key, TimePoint now) {
  const auto it = candidates_.find(key);
  if (it == candidates_.end() || it->second.state != Candidate::State::Granted) return;
  Candidate& candidate = it->second;
  ++counts_.given_back;
  if (candidate.paid) {
    Policy& policy = *candidate.lane->policy;
    policy.buckets.refill(now);
    policy.buckets.give_back(candidate.vcpu);
    cluster_.refill(now);
    cluster_.give_back(candidate.vcpu);
    offer(policy);
  }
  erase(candidate);
}

void Pace::forget(std::string_view key, TimePoint now) {
  const auto it = candidates_.find(key);
  if (it == candidates_.end()) return;
  if (it->second.state == Candidate::State::Granted) {
    give_back(key, now);
    return;
  }
  dequeue(it->second);
  erase(it->second);
}

std::optional<TimePoint> Pace::next(TimePoint now) const {
  if (!untold_.empty()) return now;
  if (by_deadline_.empty()) return std::nullopt;
  TimePoint out = (*by_deadline_.begin())->deadline;
  if (!heads_.empty())
    out = std::min(out, cluster_.when((*(*heads_.begin())->queue.begin())->vcpu));
  if (!blocked_.empty()) out = std::min(out, blocked_.begin()->first);
  return std::max(out, now);
}

Pace::Counts Pace::counts() const {
  Counts out = counts_;
  out.waiting = by_deadline_.size();
  out.open = candidates_.size() - out.waiting;
  return out;
}

void Pace::run(TimePoint now) {
  while (!by_deadline_.empty() && (*by_deadline_.begin())->deadline <= now) {
    Candidate& due = **by_deadline_.begin();
    dequeue(due);
    grant_to(due, false);
  }
  cluster_.refill(now);
  while (!blocked_.empty() && blocked_.begin()->first <= now) offer(*blocked_.begin()->second);
  while (!heads_.empty()) {
    Candidate& first = **(*heads_.begin())->queue.begin();
    Policy& policy = *first.lane->policy;
    policy.buckets.refill(now);
    if (!policy.buckets.has(first.vcpu)) {
      withdraw(policy);
      policy.blocked_until = policy.buckets.when(first.vcpu);
      blocked_.emplace(*policy.blocked_until, &policy);
      continue;
    }
    if (!cluster_.has(first.vcpu)) return;
    policy.buckets.take(first.vcpu);
    cluster_.take(first.vcpu);
    Namespace& ns = *first.lane->ns;
    dequeue(first);
    for (Lane* lane : ns.lanes) take_out(*lane);
    served_ = ns.served++;
    for (Lane* lane : ns.lanes) put_back(*lane);
    grant_to(first, true);
  }
}

void Pace::grant_to(Candidate& candidate, bool paid) {
  candidate.state = Candidate::State::Granted;
  candidate.paid = paid;
  candidate.grant = ++counts_.granted;
  untold_.emplace(candidate.grant, &candidate);
}

Pace::Lane& Pace::enter(std::string_view ns, std::string_view policy) {
  const auto n = namespaces_.try_emplace(std::string(ns)).first;
  n->second.name = n->first;
  const auto p = policies_.try_emplace(std::string(policy)).first;
  p->second.name = p->first;
  const auto [it, is_new] = lanes_.try_emplace(std::pair(&n->second, &p->second));
  Lane& lane = it->second;
  if (is_new) {
    lane.ns = &n->second;
    lane.policy = &p->second;
    lane.id = ++lane_ids_;
    lane.ns->lanes.push_back(&lane);
    ++lane.policy->all_lanes;
  }
  ++lane.members;
  return lane;
}

// The last one that leaves takes the lane, its namespace and a policy without limits along.
void Pace::leave(Lane& lane) {
  if (--lane.members > 0) return;
  Namespace& ns = *lane.ns;
  Policy& policy = *lane.policy;
  std::erase(ns.lanes, &lane);
  --policy.all_lanes;
  lanes_.erase(std::pair(&ns, &policy));
  if (ns.lanes.empty()) namespaces_.erase(namespaces_.find(ns.name));
  forget_idle(policy);
}

void Pace::forget_idle(Policy& policy) {
  if (policy.all_lanes > 0 || policy.buckets.jobs.limited() || policy.buckets.vcpu.limited())
    return;
  withdraw(policy);
  policies_.erase(policies_.find(policy.name));
}

void Pace::erase(Candidate& candidate) {
  untold_.erase(candidate.grant);
  leave(*candidate.lane);
  candidates_.erase(candidates_.find(candidate.key));
}

void Pace::enqueue(Candidate& candidate) {
  Lane& lane = *candidate.lane;
  if (lane.ns->waiting++ == 0) lane.ns->served = std::max(lane.ns->served, served_);
  take_out(lane);
  lane.queue.insert(&candidate);
  put_back(lane);
  by_deadline_.insert(&candidate);
}

void Pace::dequeue(Candidate& candidate) {
  Lane& lane = *candidate.lane;
  --lane.ns->waiting;
  take_out(lane);
  lane.queue.erase(&candidate);
  put_back(lane);
  by_deadline_.erase(&candidate);
}

void Pace::take_out(Lane& lane) {
  if (lane.queue.empty()) return;
  if (lane.policy->head == &lane) withdraw(*lane.policy);
  lane.policy->lanes.erase(&lane);
}

void Pace::put_back(Lane& lane) {
  if (!lane.queue.empty()) lane.policy->lanes.insert(&lane);
  offer(*lane.policy);
}

void Pace::offer(Policy& policy) {
  withdraw(policy);
  if (policy.lanes.empty()) return;
  policy.head = *policy.lanes.begin();
  heads_.insert(policy.head);
}

void Pace::withdraw(Policy& policy) {
  if (policy.head != nullptr) heads_.erase(policy.head);
  policy.head = nullptr;
  if (policy.blocked_until) blocked_.erase({*policy.blocked_until, &policy});
  policy.blocked_until.reset();
}

}  // namespace karbonetes::plan
