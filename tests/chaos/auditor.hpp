// What must hold for each Job after the chaos, read from the API server's audit log and from the
// Jobs as they are, not from what Karbonetes says of itself: never lost, started at most once,
// never before its admission said so, never later than its deadline + 5 s in which the API was
// there, never started when its author suspended it, never touched when it did not opt in, no write
// without need. Owned by one test.
#pragma once

#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "harness/plane.hpp"

namespace karbonetes::chaos {

struct Span {
  TimePoint from, to;
};

// When what was so. add() from any thread.
class Times {
 public:
  void add(Span span);
  [[nodiscard]] bool contains(TimePoint t, Millis margin) const;
  [[nodiscard]] Millis overlap(Span span) const;  // of spans that do not overlap each other

 private:
  mutable std::mutex mutex_;
  std::vector<Span> spans_;
};

struct World {
  Times green;     // the grid was, or was becoming, green
  Times impaired;  // API server, controller or the way between them did not work as they should
};

struct Verdict {
  int jobs = 0;
  std::vector<std::string> violations;
};

class Auditor {
 public:
  static constexpr Millis kGrace{5'000};

  Auditor(const harness::Plane& plane, const World& world) : plane_(plane), world_(world) {}

  // All of them are at rest: released and finished, or as their authors want them. True when so;
  // until then `what` says what is not.
  [[nodiscard]] bool at_rest(const std::set<std::string>& names, std::string& what) const;
  [[nodiscard]] Verdict check(const std::set<std::string>& names) const;

 private:
  const harness::Plane& plane_;
  const World& world_;
};

}  // namespace karbonetes::chaos
