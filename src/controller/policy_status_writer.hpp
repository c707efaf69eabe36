// Keeps the status of each CarbonAwarePolicy true by server-side apply, as an upkeep task of
// whoever leads. Counts of releases survive restarts because they are taken up from the status that
// was written. Thread-safe: released() from any worker, run() from one at a time.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>
#include <utility>

#include "base/clock.hpp"
#include "base/snapshot.hpp"
#include "controller/job_sink.hpp"
#include "controller/policy_status.hpp"
#include "kube/client/client.hpp"
#include "kube/runtime/controller_loop.hpp"

namespace karbonetes::controller {

class PolicyStatusWriter {
 public:
  // References outlive it.
  PolicyStatusWriter(kube::Client& client, const JobStore& jobs,
                     const Snapshot<policy::PolicySet>& policies,
                     std::function<std::shared_ptr<const carbon::Signals>()> signals,
                     std::string system_namespace, const Clock& clock);

  // A Job under this policy was released.
  void released(const std::string& policy_key, const std::string& reason);
  // Looks at every policy; writes those whose status is worth it. Errors: the first one met, after
  // all have been tried.
  [[nodiscard]] Result<kube::Outcome> run(std::stop_token stop);
  // Another replica may have written since: read before the next write.
  void forget();

 private:
  struct Written {
    PolicyStatus status;
    std::map<std::string, std::pair<std::string, std::string>> conditions;
  };
  [[nodiscard]] std::map<std::string, PolicyCounts> count() const;
  [[nodiscard]] Result<Written> read(const std::string& key, std::stop_token stop);
  [[nodiscard]] Status write(const std::string& key, Written& written, PolicyStatus status,
                             std::stop_token stop);

  kube::Client& client_;
  const JobStore& jobs_;
  const Snapshot<policy::PolicySet>& policies_;
  const std::function<std::shared_ptr<const carbon::Signals>()> signals_;
  const std::string system_namespace_;
  const Clock& clock_;
  std::map<std::string, Written> written_;  // of run() alone
  std::mutex mutex_;
  std::map<std::string, std::map<std::string, std::int64_t>> news_;  // released, not yet written
  bool forget_ = false;
};

}  // namespace karbonetes::controller
