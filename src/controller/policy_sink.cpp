#include "controller/policy_sink.hpp"

#include <spdlog/spdlog.h>

#include <memory>
#include <utility>

#include "api/v1alpha1/codec/policy_codec.hpp"

namespace karbonetes::controller {

PolicySink::PolicySink(Snapshot<policy::PolicySet>& snapshot, std::function<void()> changed)
    : snapshot_(snapshot), changed_(std::move(changed)) {}

void PolicySink::begin_replace() {
  before_ = std::exchange(set_, {});
  replacing_ = true;
}

void PolicySink::end_replace() {
  replacing_ = false;
  before_ = {};
  publish();
}

Result<std::string> PolicySink::apply(kube::Change change, json::Value object) {
  api::Policy policy;
  const auto read = api::decode_policy(object, policy);
  std::string version = policy.resource_version;
  std::string key = policy.namespace_ + "/" + policy.name;
  set_.refused.erase(key);
  if (change == kube::Change::Deleted) {
    set_.by_key.erase(key);
  } else if (!read) {
    spdlog::error("a CarbonAwarePolicy cannot be used: policy={} {}", key, read.error().message);
    if (policy.name.empty()) return fail(read.error());
    set_.refused.emplace(key, read.error().message);
    const auto last = before_.by_key.find(key);
    if (replacing_ && last != before_.by_key.end()) set_.by_key.emplace(key, last->second);
  } else {
    set_.by_key.insert_or_assign(std::move(key),
                                 std::make_shared<const api::Policy>(std::move(policy)));
  }
  // While a list is being read the old set holds: half a list would send Jobs to the wrong policy.
  if (!replacing_) publish();
  if (!read) return fail(read.error());
  return version;
}

void PolicySink::publish() {
  snapshot_.set(set_);
  changed_();
}

}  // namespace karbonetes::controller
