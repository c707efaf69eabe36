// Jobs from the API server into the store of those that need Karbonetes: waiting, watched in
// shadow, opted in and not yet seen, or finished without an account. All others are dropped while
// being read. Runs on the jobs reflector's thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/job_store.hpp"
#include "kube/runtime/reflector.hpp"
#include "placement/job_facts.hpp"

namespace karbonetes::controller {

// There is something left to do for it, see next_step().
[[nodiscard]] bool needs_us(const placement::JobFacts& job);

enum class Seen {
  Appeared,   // for the first time: it is new, or we are
  Changed,    // a Job of the store has another state than before
  Replanned,  // it waits on, for another start
  Finished,   // an opted-in Job has finished: seen once or more for each
  Gone,       // it was deleted before its account was closed
};

// Called for each opted-in Job as it appears, whether or not it is kept, for each Job of the store
// that changed in one of these ways, and for each that is finished: `decision` is the sentence on
// it, `ignored` has one sentence for each annotation whose value was ignored.
using JobObserver =
    std::function<void(Seen how, const placement::JobFacts& job, std::string_view decision,
                       const std::vector<std::string>& ignored)>;

class JobSink final : public kube::ObjectSink {
 public:
  JobSink(JobStore& store, JobObserver observer);

  void begin_replace() override;
  [[nodiscard]] Result<std::string> apply(kube::Change change, json::Value object) override;
  void end_replace() override;

 private:
  JobStore& store_;
  JobObserver observer_;
};

}  // namespace karbonetes::controller
