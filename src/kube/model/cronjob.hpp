// batch/v1 CronJob: what waiting has to know of a Job's parent. Views as in job.hpp.
#pragma once

#include <string_view>
#include <vector>

#include "json/reader.hpp"
#include "kube/model/job.hpp"

namespace karbonetes::kube {

struct CronJobView {
  std::string_view ns, name, uid, resource_version;
  std::string_view schedule, time_zone, concurrency_policy;     // "Allow" when absent
  std::vector<ViewPair> template_labels, template_annotations;  // spec.jobTemplate.metadata
};

[[nodiscard]] Result<CronJobView> decode_cronjob(json::Value object);

}  // namespace karbonetes::kube
