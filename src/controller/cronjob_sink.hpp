// CronJobs whose children opt in, as the few facts that cap a child's deadline. Runs on the
// cronjobs reflector's thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "kube/model/cronjob.hpp"
#include "kube/runtime/reflector.hpp"
#include "kube/runtime/store.hpp"
#include "plan/deadline.hpp"

namespace karbonetes::controller {

using CronStore = kube::Store<plan::CronFacts>;

[[nodiscard]] plan::CronFacts cron_facts(const kube::CronJobView& cronjob);
// The jobTemplate carries the opt-in, as annotation or label.
[[nodiscard]] bool opts_in(const kube::CronJobView& cronjob);
[[nodiscard]] std::optional<plan::CronFacts> find_cron(const CronStore& store, std::string_view ns,
                                                       std::string_view name);

class CronJobSink final : public kube::ObjectSink {
 public:
  explicit CronJobSink(CronStore& store) : store_(store) {}

  void begin_replace() override { store_.begin_replace(); }
  [[nodiscard]] Result<std::string> apply(kube::Change change, json::Value object) override;
  void end_replace() override { store_.end_replace(); }

 private:
  CronStore& store_;
};

}  // namespace karbonetes::controller
