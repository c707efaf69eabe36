// Jobs that people create while the chaos goes on, of all kinds: those that wait for green, those
// whose deadline comes first, those their author suspended, those that did not opt in. What each is
// to become is in its name. Drawn from a seed. Owned by one test; create() runs on a thread of its
// own between start() and finish().
#pragma once

#include <chrono>
#include <set>
#include <string>
#include <thread>

#include "support/jobs.hpp"

namespace karbonetes::chaos {

// Prefixes of names.
inline constexpr const char* kDue = "due-";        // opted in, a deadline of seconds
inline constexpr const char* kPatient = "green-";  // opted in, hours to wait
inline constexpr const char* kOwn = "own-";        // opted in, suspended by its author
inline constexpr const char* kOut = "out-";        // not opted in

class Population {
 public:
  // `run`: part of every name, so that tests do not meet.
  Population(const harness::Kubectl& kubectl, std::string run, unsigned seed);

  // Creates `count` Jobs, spread over `over`; deadlines come within that time and a bit later. A
  // create that fails is tried again for a minute.
  void start(int count, std::chrono::milliseconds over);
  void finish();  // waits for the last create

  [[nodiscard]] std::set<std::string> names() const { return names_; }  // after finish()

 private:
  [[nodiscard]] envtest::JobSpec draw(int number, unsigned random,
                                      std::chrono::milliseconds over) const;

  const harness::Kubectl& kubectl_;
  const std::string run_;
  const unsigned seed_;
  std::set<std::string> names_;
  std::jthread thread_;
};

}  // namespace karbonetes::chaos
