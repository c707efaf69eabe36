// Where the reconciler takes the account of a finished Job from: as an interface, so that the
// reconciler can be tested without books. See accountant.hpp. Thread-safe.
#pragma once

#include <optional>
#include <string>

#include "placement/job_facts.hpp"

namespace karbonetes::controller {

class Accounts {
 public:
  virtual ~Accounts() = default;

  struct Answer {
    std::optional<std::string> text;    // booked: to be written on the Job
    std::optional<TimePoint> again_at;  // not yet: ask again then, or when woken
  };
  // About a Job that needs_account().
  [[nodiscard]] virtual Answer account(const placement::JobFacts& job) = 0;
  // The Job carries its account now.
  virtual void written(const placement::JobFacts& job) = 0;
};

}  // namespace karbonetes::controller
