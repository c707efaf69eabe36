#include "kube/model/cronjob.hpp"

#include "kube/model/fields.hpp"

namespace karbonetes::kube {

namespace {

using json::Kind;
using json::Value;

Status read_metadata(Value value, CronJobView& cron) {
  return fields::each(value, "metadata", [&](std::string_view key, Value v) -> Status {
    if (key == "name") return fields::read(v, "metadata.name", cron.name);
    if (key == "namespace") return fields::read(v, "metadata.namespace", cron.ns);
    if (key == "uid") return fields::read(v, "metadata.uid", cron.uid);
    if (key == "resourceVersion")
      return fields::read(v, "metadata.resourceVersion", cron.resource_version);
    return {};
  });
}

Status read_template(Value value, CronJobView& cron) {
  return fields::each(value, "spec.jobTemplate", [&](std::string_view key, Value v) -> Status {
    if (key != "metadata") return {};
    return fields::each(
        v, "spec.jobTemplate.metadata", [&](std::string_view member, Value m) -> Status {
          if (member == "labels")
            return fields::read_map(m, "spec.jobTemplate.metadata.labels", cron.template_labels);
          if (member == "annotations") {
            return fields::read_map(m, "spec.jobTemplate.metadata.annotations",
                                    cron.template_annotations);
          }
          return {};
        });
  });
}

Status read_spec(Value value, CronJobView& cron) {
  return fields::each(value, "spec", [&](std::string_view key, Value v) -> Status {
    if (key == "schedule") return fields::read(v, "spec.schedule", cron.schedule);
    if (key == "timeZone") return fields::read(v, "spec.timeZone", cron.time_zone);
    if (key == "concurrencyPolicy")
      return fields::read(v, "spec.concurrencyPolicy", cron.concurrency_policy);
    if (key == "jobTemplate") return read_template(v, cron);
    return {};
  });
}

}  // namespace

Result<CronJobView> decode_cronjob(json::Value object) {
  CronJobView cron;
  const Result<bool> here = fields::present(object, "CronJob", Kind::Object);
  if (!here || !*here) return fields::wrong("CronJob", "an object");
  const Status status = object.each([&](std::string_view key, Value v) -> Status {
    if (key == "metadata") return read_metadata(v, cron);
    if (key == "spec") return read_spec(v, cron);
    return {};
  });
  if (!status) return fail(status.error());
  if (cron.concurrency_policy.empty()) cron.concurrency_policy = "Allow";
  return cron;
}

}  // namespace karbonetes::kube
