// What Karbonetes says about a Job as Kubernetes Events: one for each transition, with why and
// until when. Each carries a key that makes it happen once, whichever replica sees the transition,
// however often. Thread-safe.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "kube/runtime/event_recorder.hpp"
#include "placement/job_facts.hpp"

namespace karbonetes::controller {

// A transition older than this was announced by whoever saw it happen.
inline constexpr Millis kNews = std::chrono::minutes(10);

class Announcer {
 public:
  using Record = std::function<void(kube::EventSpec)>;
  Announcer(Record record, const Clock& clock);

  // A Job appeared: tells what was decided on it, when that was in the last minutes (an old
  // decision was told then).
  void appeared(const placement::JobFacts& job, std::string_view decision,
                const std::vector<std::string>& ignored) const;
  // Something recent is to be told of a Job that appeared.
  [[nodiscard]] bool is_news(const placement::JobFacts& job) const;
  // A Job's state changed before our eyes: tells it.
  void changed(const placement::JobFacts& job, std::string_view decision) const;

  // It waits on, for another start.
  void replanned(const placement::JobFacts& job, std::string_view decision) const;
  // Its policy only watches: what would have been done.
  void shadowed(const placement::JobFacts& job, std::string_view sentence) const;

  void waiting(const placement::JobFacts& job, std::string_view sentence) const;
  void released(const placement::JobFacts& job, std::string_view sentence) const;
  // Released without its placement, because the API server refused that.
  void misplaced(const placement::JobFacts& job, std::string_view sentence) const;
  void user_suspended(const placement::JobFacts& job, std::string_view sentence) const;
  void missed(const placement::JobFacts& job, std::string_view sentence) const;

 private:
  // `occasion` tells apart what may happen to a Job more than once.
  void say(const placement::JobFacts& job, bool warning, const char* reason, const char* action,
           std::string_view sentence, std::string_view occasion = {}) const;

  Record record_;
  const Clock& clock_;
};

}  // namespace karbonetes::controller
