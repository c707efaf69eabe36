#include "controller/policy_sink.hpp"

#include <spdlog/spdlog.h>

#include <memory>
#include <utility>

#include "api/v1alpha1/codec/policy_codec.hpp"

namespace karbonetes::controller {

PolicySink::PolicySink(Snapshot<policy::PolicySet>& snapshot, std::function<void()> changed)
    : snapshot_(snapshot), changed_(std::move(changed)) {}

void PolicySink::begin_replace() {
  set_.by_key.clear();
  replacing_ = true;
}

void PolicySink::end_replace() {
  replacing_ = false;
  publish();
}

Result<std::string> PolicySink::apply(kube::Change change, json::Value object) {
  auto policy = api::decode_policy(object);
  if (!policy) {
    spdlog::error("a CarbonAwarePolicy cannot be used: {}", policy.error().message);
    return fail(policy.error());
  }
  std::string version = policy->resource_version;
  std::string key = policy->namespace_ + "/" + policy->name;
  if (change == kube::Change::Deleted) {
    set_.by_key.erase(key);
  } else {
    set_.by_key.insert_or_assign(std::move(key),
                                 std::make_shared<const api::Policy>(std::move(*policy)));
  }
  // While a list is being read the old set holds: half a list would send Jobs to the wrong policy.
  if (!replacing_) publish();
  return version;
}

void PolicySink::publish() {
  snapshot_.set(set_);
  changed_();
}

}  // namespace karbonetes::controller
