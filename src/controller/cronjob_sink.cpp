#include "controller/cronjob_sink.hpp"

#include <algorithm>

#include "api/v1alpha1/names.hpp"
#include "policy/overrides.hpp"

namespace karbonetes::controller {

plan::CronFacts cron_facts(const kube::CronJobView& cronjob) {
  plan::CronFacts facts;
  facts.schedule = std::string(cronjob.schedule);
  facts.time_zone = std::string(cronjob.time_zone);
  if (cronjob.concurrency_policy == "Forbid") facts.concurrency = plan::ConcurrencyPolicy::Forbid;
  if (cronjob.concurrency_policy == "Replace") facts.concurrency = plan::ConcurrencyPolicy::Replace;
  return facts;
}

bool opts_in(const kube::CronJobView& cronjob) {
  const auto says_so = [](const kube::ViewPair& entry) {
    return entry.first == api::kEnabled && policy::opts_in(entry.second);
  };
  return std::ranges::any_of(cronjob.template_annotations, says_so) ||
         std::ranges::any_of(cronjob.template_labels, says_so);
}

std::optional<plan::CronFacts> find_cron(const CronStore& store, std::string_view ns,
                                         std::string_view name) {
  std::string key(ns);
  key += '/';
  key += name;
  return store.get(key);
}

Result<std::string> CronJobSink::apply(kube::Change change, json::Value object) {
  auto cronjob = kube::decode_cronjob(object);
  if (!cronjob) return fail(cronjob.error());
  std::string version(cronjob->resource_version);
  const std::string key = std::string(cronjob->ns) + "/" + std::string(cronjob->name);
  if (change == kube::Change::Deleted || !opts_in(*cronjob)) {
    store_.erase(key);
  } else {
    store_.upsert(key, cron_facts(*cronjob));
  }
  return version;
}

}  // namespace karbonetes::controller
