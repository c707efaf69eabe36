#include "kube/model/job.hpp"

#include "kube/model/fields.hpp"

namespace karbonetes::kube {

namespace {

using json::Kind;
using json::Value;

std::string_view find(const std::vector<ViewPair>& pairs, std::string_view key) {
  for (const auto& [name, value] : pairs) {
    if (name == key) return value;
  }
  return {};
}

Status read_owner(Value value, std::optional<OwnerView>& out) {
  OwnerView owner;
  Status status = fields::each(
      value, "metadata.ownerReferences[]", [&](std::string_view key, Value v) -> Status {
        if (key == "kind") return fields::read(v, "metadata.ownerReferences[].kind", owner.kind);
        if (key == "name") return fields::read(v, "metadata.ownerReferences[].name", owner.name);
        if (key == "uid") return fields::read(v, "metadata.ownerReferences[].uid", owner.uid);
        if (key == "controller")
          return fields::read(v, "metadata.ownerReferences[].controller", owner.controller);
        return {};
      });
  if (status && owner.controller) out = owner;
  return status;
}

Status read_metadata(Value value, JobView& job) {
  return fields::each(value, "metadata", [&](std::string_view key, Value v) -> Status {
    if (key == "name") return fields::read(v, "metadata.name", job.name);
    if (key == "namespace") return fields::read(v, "metadata.namespace", job.ns);
    if (key == "generateName") return fields::read(v, "metadata.generateName", job.generate_name);
    if (key == "uid") return fields::read(v, "metadata.uid", job.uid);
    if (key == "resourceVersion")
      return fields::read(v, "metadata.resourceVersion", job.resource_version);
    if (key == "creationTimestamp")
      return fields::read(v, "metadata.creationTimestamp", job.creation_timestamp);
    if (key == "deletionTimestamp")
      return fields::read(v, "metadata.deletionTimestamp", job.deletion_timestamp);
    if (key == "labels") return fields::read_map(v, "metadata.labels", job.labels);
    if (key == "annotations") return fields::read_map(v, "metadata.annotations", job.annotations);
    if (key == "ownerReferences") {
      job.controller_owner.reset();
      return fields::each_element(v, "metadata.ownerReferences", [&](Value owner) {
        return read_owner(owner, job.controller_owner);
      });
    }
    return {};
  });
}

Status read_template_metadata(Value value, JobView& job) {
  const Result<bool> here = fields::present(value, "spec.template.metadata", Kind::Object);
  if (!here) return fail(here.error());
  job.has_template_metadata = *here;
  if (!*here) return {};
  return value.each([&](std::string_view key, Value v) -> Status {
    if (key != "annotations") return {};
    return fields::read_raw(v, "spec.template.metadata.annotations", Kind::Object,
                            job.template_annotations);
  });
}

Status read_template(Value value, JobView& job) {
  return fields::each(value, "spec.template", [&](std::string_view key, Value v) -> Status {
    if (key == "metadata") return read_template_metadata(v, job);
    if (key != "spec") return {};
    return fields::each(v, "spec.template.spec", [&](std::string_view member, Value m) -> Status {
      if (member == "affinity")
        return fields::read_raw(m, "spec.template.spec.affinity", Kind::Object, job.affinity);
      if (member == "tolerations") {
        return fields::read_raw(m, "spec.template.spec.tolerations", Kind::Array, job.tolerations);
      }
      if (member == "nodeSelector") {
        return fields::read_raw(m, "spec.template.spec.nodeSelector", Kind::Object,
                                job.node_selector);
      }
      if (member == "containers")
        return fields::read_raw(m, "spec.template.spec.containers", Kind::Array, job.containers);
      if (member == "initContainers") {
        return fields::read_raw(m, "spec.template.spec.initContainers", Kind::Array,
                                job.init_containers);
      }
      if (member == "overhead")
        return fields::read_raw(m, "spec.template.spec.overhead", Kind::Object, job.overhead);
      if (member == "resources") {
        return fields::read_raw(m, "spec.template.spec.resources", Kind::Object, job.pod_resources);
      }
      return {};
    });
  });
}

Status read_spec(Value value, JobView& job) {
  const Result<bool> here = fields::present(value, "spec", Kind::Object);
  if (!here) return fail(here.error());
  job.has_spec = *here;
  if (!*here) return {};
  return value.each([&](std::string_view key, Value v) -> Status {
    if (key == "suspend") return fields::read(v, "spec.suspend", job.suspend);
    if (key == "managedBy") return fields::read(v, "spec.managedBy", job.managed_by);
    if (key == "completionMode") return fields::read(v, "spec.completionMode", job.completion_mode);
    if (key == "parallelism") return fields::read(v, "spec.parallelism", job.parallelism);
    if (key == "completions") return fields::read(v, "spec.completions", job.completions);
    if (key == "template") return read_template(v, job);
    return {};
  });
}

Status read_condition(Value value, JobView& job) {
  std::string_view type;
  std::string_view state;
  std::string_view since;
  Status status =
      fields::each(value, "status.conditions[]", [&](std::string_view key, Value v) -> Status {
        if (key == "type") return fields::read(v, "status.conditions[].type", type);
        if (key == "status") return fields::read(v, "status.conditions[].status", state);
        if (key == "lastTransitionTime")
          return fields::read(v, "status.conditions[].lastTransitionTime", since);
        return {};
      });
  if (!status || state != "True") return status;
  if (type == "Complete") job.complete = true;
  if (type == "Failed") {
    job.failed = true;
    job.failed_time = since;
  }
  if (type == "Suspended") job.suspended_condition = true;
  return {};
}

Status read_status(Value value, JobView& job) {
  return fields::each(value, "status", [&](std::string_view key, Value v) -> Status {
    if (key == "startTime") return fields::read(v, "status.startTime", job.start_time);
    if (key == "completionTime")
      return fields::read(v, "status.completionTime", job.completion_time);
    if (key == "active") return fields::read(v, "status.active", job.active);
    if (key == "conditions") {
      return fields::each_element(v, "status.conditions",
                                  [&](Value condition) { return read_condition(condition, job); });
    }
    return {};
  });
}

}  // namespace

std::string_view JobView::label(std::string_view key) const { return find(labels, key); }

std::string_view JobView::annotation(std::string_view key) const { return find(annotations, key); }

Result<JobView> decode_job(json::Value object) {
  JobView job;
  const Result<bool> here = fields::present(object, "Job", Kind::Object);
  if (!here || !*here) return fields::wrong("Job", "an object");
  const Status status = object.each([&](std::string_view key, Value v) -> Status {
    if (key == "metadata") return read_metadata(v, job);
    if (key == "spec") return read_spec(v, job);
    if (key == "status") return read_status(v, job);
    return {};
  });
  if (!status) return fail(status.error());
  return job;
}

}  // namespace karbonetes::kube
