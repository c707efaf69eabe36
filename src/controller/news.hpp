// What the jobs reflector sees, told as Events by whoever leads. Told from what is on the Job, not
// from what was attempted: a patch whose answer was lost, or whose writer died before it had
// spoken, is told all the same. A replica that does not lead keeps what it saw in the last minutes
// (at most kMaxKept, newest) and tells it when it leads; the Events' once-keys make what its
// predecessor told already happen once. Thread-safe.
#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "controller/announcer.hpp"
#include "controller/job_sink.hpp"

namespace karbonetes::controller {

class News {
 public:
  static constexpr std::size_t kMaxKept = 4096;

  // References outlive it.
  News(const Announcer& announcer, std::function<bool()> leading, const Clock& clock);

  void saw(Seen how, const placement::JobFacts& job, std::string_view decision,
           const std::vector<std::string>& ignored);
  // Call when this replica has begun to lead.
  void lead();

 private:
  struct Item {
    TimePoint at;
    Seen how;
    placement::JobFacts job;
    std::string decision;
    std::vector<std::string> ignored;
  };
  void tell(Seen how, const placement::JobFacts& job, std::string_view decision,
            const std::vector<std::string>& ignored) const;

  const Announcer& announcer_;
  const std::function<bool()> leading_;
  const Clock& clock_;
  std::mutex mutex_;
  std::deque<Item> kept_;
};

}  // namespace karbonetes::controller
