// Whom a chain of sources trusts: failover and return with hysteresis, as a pure step function.
// Time is an argument; chance plays no part.
//
// The active source is left when it is Stale or Unknown, or has failed three times in a row: not
// for one failed fetch. Then the first that is well takes over; where none is, the freshest (a
// Stale one before an Unknown one). A better source is returned to when it has been well for three
// fetches or five times its refresh, whichever comes first, so that a wobbling one does not flap;
// one that has never failed (the program has just started) at once. At the start the first of the
// chain has 10 s to be heard of before anybody stands in: decisions shall not rest for a moment on
// a stand-in that says otherwise.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "carbon/signal.hpp"

namespace karbonetes::providers {

// What a step sees of a member, best first.
struct MemberView {
  carbon::Freshness freshness = carbon::Freshness::Unknown;
  int failures_in_a_row = 0;
  std::uint64_t successes = 0;
  Millis refresh{0};  // 0: needs none (static windows)
};

class Chain {
 public:
  explicit Chain(std::size_t members) : standings_(members) {}

  // True when another member has become the active one. `members` is as long as the chain, always
  // in the same order, and `now` does not go back by much.
  [[nodiscard]] bool step(std::span<const MemberView> members, TimePoint now);
  [[nodiscard]] std::size_t active() const { return active_; }

  static constexpr int kFailures = 3;
  static constexpr std::uint64_t kProof = 3;
  static constexpr int kProofRefreshes = 5;
  static constexpr Millis kFirstAnswer = std::chrono::seconds(10);

 private:
  struct Standing {
    bool fallen = false;  // was well or tried, and failed; not yet proven again
    std::optional<TimePoint> well_since;
    std::uint64_t successes_before = 0;
  };
  void judge(Standing& standing, const MemberView& member, TimePoint now) const;

  std::vector<Standing> standings_;
  std::size_t active_ = 0;
  std::optional<TimePoint> first_step_;
};

}  // namespace karbonetes::providers
