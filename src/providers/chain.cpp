#include "providers/chain.hpp"

#include <algorithm>

namespace karbonetes::providers {

namespace {

bool well(const MemberView& member) {
  return member.freshness == carbon::Freshness::Fresh &&
         member.failures_in_a_row < Chain::kFailures;
}

// Lower is better.
int rank(const MemberView& member) {
  if (well(member)) return 0;
  switch (member.freshness) {
    case carbon::Freshness::Fresh:
      return 1;
    case carbon::Freshness::Stale:
      return 2;
    case carbon::Freshness::Unknown:
      break;
  }
  return 3;
}

}  // namespace

void Chain::judge(Standing& standing, const MemberView& member, TimePoint now) const {
  if (!well(member)) {
    standing.well_since.reset();
    // Not yet asked is not fallen.
    if (member.successes > 0 || member.failures_in_a_row >= kFailures) standing.fallen = true;
    return;
  }
  if (!standing.fallen) return;
  if (!standing.well_since) {
    standing.well_since = now;
    // The fetch that made it well counts.
    standing.successes_before = member.successes > 0 ? member.successes - 1 : 0;
  }
  if (member.successes - standing.successes_before >= kProof ||
      now - *standing.well_since >= kProofRefreshes * member.refresh) {
    standing = {};
  }
}

bool Chain::step(std::span<const MemberView> members, TimePoint now) {
  for (std::size_t i = 0; i < standings_.size(); ++i) judge(standings_[i], members[i], now);
  if (!first_step_) first_step_ = now;
  const bool not_yet_asked =
      members[active_].successes == 0 && members[active_].failures_in_a_row == 0;
  if (not_yet_asked && now - *first_step_ < kFirstAnswer) return false;
  const std::size_t before = active_;
  const auto proven = [&](std::size_t i) { return well(members[i]) && !standings_[i].fallen; };
  if (well(members[active_])) {
    for (std::size_t i = 0; i < before; ++i) {
      if (proven(i)) {
        active_ = i;
        break;
      }
    }
    return active_ != before;
  }
  // A proven one before one that is on its way back; then the freshest; of equals the active one
  // stays.
  const auto order = [&](std::size_t i) { return 2 * rank(members[i]) + (proven(i) ? 0 : 1); };
  std::size_t best = active_;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (order(i) < order(best)) best = i;
  }
  active_ = best;
  return active_ != before;
}

}  // namespace karbonetes::providers
