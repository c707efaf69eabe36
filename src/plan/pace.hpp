// Paced release: at the start of a green window everything that waited would start at once. Jobs
// ask here before they are released and go as tokens allow, of their policy and of the cluster,
// counted in Jobs and in vCPU. The next to go is of the namespace that was served least (so ten
// thousand Jobs of one do not starve another), and within it the one with the earliest deadline
// (per policy). It is not passed by a smaller one: big Jobs do not starve either. A Job that asks
// for more than a bucket holds goes when the bucket is full, and empties it.
//
// A promise to hold nobody past a deadline goes before any limit: at its deadline a Job is granted
// without tokens. Callers release Jobs at their deadline without asking.
//
// A step machine: time is an argument, nothing is read or called. Each call is O(log n) in
// candidates and namespaces, plus the grants it makes. Not thread-safe: its owner locks. Cannot
// fail.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "api/v1alpha1/policy.hpp"
#include "base/time.hpp"
#include "plan/token_bucket.hpp"

namespace karbonetes::plan {

class Pace {
 public:
  // api::ReleaseSpec: per_minute and burst in Jobs (burst: one minute's worth, at least 1),
  // vcpu_per_minute (its burst: one minute's worth). Absent, or not above zero: no limit.
  using Limits = api::ReleaseSpec;

  struct Counts {
    std::uint64_t granted = 0;  // all so far = taken + given_back + open
    std::uint64_t taken = 0;
    std::uint64_t given_back = 0;
    std::size_t open = 0;     // granted, and neither taken nor given back
    std::size_t waiting = 0;  // for a grant
  };

  explicit Pace(const Limits& cluster = {}, TimePoint now = {});

  // What was spent stays spent: setting the same limits again changes nothing.
  void set_cluster_limits(const Limits& limits, TimePoint now);
  void set_limits(std::string_view policy, const Limits& limits, TimePoint now);

  // May this Job go? True: it is granted (now, or since it asked before), and take() uses the
  // grant. False: it is a candidate, and a later grant() will name it. Asking again with other
  // facts replaces them. `vcpu`: of the whole Job; below zero or no number: 0.
  bool ask(std::string_view key, std::string_view ns, std::string_view policy, TimePoint deadline,
           double vcpu, TimePoint now);
  // The same, granting nothing: so that of many who come at once the fairest are first, not those
  // who were quickest to ask. Call grant() when they have all lined up.
  bool line_up(std::string_view key, std::string_view ns, std::string_view policy,
               TimePoint deadline, double vcpu);
  // Those that were granted since the last call and have not been told by ask(): each once.
  [[nodiscard]] std::vector<std::string> grant(TimePoint now);
  // Uses the grant. False: there is none.
  bool take(std::string_view key);
  // The grant was not used: its tokens return, and the Job is no candidate any more.
  void give_back(std::string_view key, TimePoint now);
  // The Job is gone: no candidate, and a grant of it returns.
  void forget(std::string_view key, TimePoint now);
  // When grant() may have something to say, if nothing happens until then: not later than it has,
  // and after now when grant(now) was just called. nullopt: nobody waits.
  [[nodiscard]] std::optional<TimePoint> next(TimePoint now) const;

  [[nodiscard]] Counts counts() const;

 private:
  struct Lane;
  struct Buckets {
    TokenBucket jobs, vcpu;
    void set(const Limits& limits, TimePoint now);
    void refill(TimePoint now);
    [[nodiscard]] bool has(double need) const { return jobs.has(1) && vcpu.has(need); }
    [[nodiscard]] TimePoint when(double need) const {
      return std::max(jobs.when(1), vcpu.when(need));
    }
    void take(double need);
    void give_back(double need);
  };
  struct Candidate {
    std::string_view key;  // of the map's node
    Lane* lane = nullptr;
    TimePoint deadline{};
    double vcpu = 0;
    std::uint64_t sequence = 0;  // arrival: breaks ties
    enum class State { Waiting, Granted } state = State::Waiting;
    bool paid = false;        // by tokens; false: it was granted at its deadline
    std::uint64_t grant = 0;  // number of its grant, as in untold_
  };
  struct ByDeadline {
    bool operator()(const Candidate* a, const Candidate* b) const {
      return std::tie(a->deadline, a->sequence) < std::tie(b->deadline, b->sequence);
    }
  };
  using Queue = std::set<Candidate*, ByDeadline>;
  struct Namespace {
    std::string_view name;
    // Grants; a newcomer starts where the one that was served last stood.
    std::uint64_t served = 0;
    std::size_t waiting = 0;
    std::vector<Lane*> lanes;
  };
  struct Fairest {
    bool operator()(const Lane* a, const Lane* b) const;
  };
  struct Policy {
    std::string_view name;
    Buckets buckets;
    std::size_t all_lanes = 0;
    std::set<Lane*, Fairest> lanes;          // those with candidates
    Lane* head = nullptr;                    // as entered in heads_, or null
    std::optional<TimePoint> blocked_until;  // as entered in blocked_
  };
  // The waiting Jobs of one namespace under one policy.
  struct Lane {
    Namespace* ns = nullptr;
    Policy* policy = nullptr;
    Queue queue;
    std::size_t members = 0;  // candidates, waiting or granted
    std::uint64_t id = 0;     // in order of birth: breaks ties
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view key) const {
      return std::hash<std::string_view>{}(key);
    }
  };
  template <class T>
  using ByName = std::map<std::string, T, std::less<>>;

  Lane& enter(std::string_view ns, std::string_view policy);
  void leave(Lane& lane);
  void forget_idle(Policy& policy);
  void erase(Candidate& candidate);  // in whatever state; invalidates it
  // A lane's place in its policy depends on its first candidate and on its namespace's count: it is
  // taken out before either changes, and put back after.
  void take_out(Lane& lane);
  void put_back(Lane& lane);
  void enqueue(Candidate& candidate);
  void dequeue(Candidate& candidate);
  void offer(Policy& policy);  // its fairest lane competes for the cluster's tokens
  void withdraw(Policy& policy);
  void run(TimePoint now);
  void grant_to(Candidate& candidate, bool paid);

  Buckets cluster_;
  ByName<Policy> policies_;
  ByName<Namespace> namespaces_;
  std::map<std::pair<Namespace*, Policy*>, Lane> lanes_;
  std::unordered_map<std::string, Candidate, Hash, std::equal_to<>> candidates_;
  Queue by_deadline_;               // all that wait
  std::set<Lane*, Fairest> heads_;  // the fairest lane of each policy that is not blocked
  std::set<std::pair<TimePoint, Policy*>> blocked_;
  std::map<std::uint64_t, Candidate*> untold_;  // granted, and nobody knows yet; in order of grants
  std::uint64_t sequence_ = 0, lane_ids_ = 0;
  std::uint64_t served_ = 0;  // count of the namespace that was served last, before it was
  Counts counts_;
};

}  // namespace karbonetes::plan
