// Paced release for the reconciler: plan::Pace behind a lock, and whoever gets its turn is put back
// into the work queue. A Job whose reason is not paced (deadline, run-now, opted out) never comes
// here. Only the leader asks. Thread-safe.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "kube/runtime/controller_loop.hpp"
#include "metrics/registry.hpp"
#include "placement/evaluate.hpp"
#include "plan/pace.hpp"

namespace karbonetes::controller {

// A release that the deadline or somebody's will demands is not held back.
[[nodiscard]] bool is_paced(plan::Reason reason);

class ReleasePace {
 public:
  // Many Jobs want to go when electricity turns green: the turns are handed out when they have all
  // come, not to whoever was looked at first.
  static constexpr Millis kGather = Millis(20);

  // `wake(key)`: that Job's turn has come. `ask_again`: call turn() after kGather. Both outlive it.
  ReleasePace(const api::ReleaseSpec& cluster, std::function<void(const std::string& key)> wake,
              std::function<void()> ask_again, const Clock& clock, metrics::Registry& metrics);

  // True: this Job may be released now; then say released() or, when it was not, back(). False: it
  // is in the queue for its turn.
  [[nodiscard]] bool may_go(const placement::JobFacts& job,
                            const placement::Evaluation& evaluation);
  void released(std::string_view key);
  void back(std::string_view key);
  // It does not want to go any more.
  void forget(std::string_view key);
  // Hands out turns; an upkeep task. Comes back when the next token is there.
  [[nodiscard]] kube::Outcome turn();

 private:
  const std::function<void(const std::string&)> wake_;
  const std::function<void()> ask_again_;
  const Clock& clock_;
  const bool cluster_unlimited_;
  std::mutex mutex_;
  plan::Pace pace_;
};

}  // namespace karbonetes::controller
