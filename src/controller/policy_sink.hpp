// CarbonAwarePolicies from the API server into one immutable PolicySet. A stored policy that cannot
// be read is reported, and its last readable version holds; without one its Jobs fall to the next
// policy in the order. Runs on the policies reflector's thread; the snapshot is thread-safe.
#pragma once

#include <functional>
#include <string>

#include "base/snapshot.hpp"
#include "kube/runtime/reflector.hpp"
#include "policy/resolve.hpp"

namespace karbonetes::controller {

class PolicySink final : public kube::ObjectSink {
 public:
  // `changed` runs after each publication.
  PolicySink(Snapshot<policy::PolicySet>& snapshot, std::function<void()> changed);

  void begin_replace() override;
  [[nodiscard]] Result<std::string> apply(kube::Change change, json::Value object) override;
  void end_replace() override;

 private:
  void publish();

  Snapshot<policy::PolicySet>& snapshot_;
  std::function<void()> changed_;
  policy::PolicySet set_;
  policy::PolicySet before_;  // while a list is being read: what held until then
  bool replacing_ = false;
};

}  // namespace karbonetes::controller
