#include "support/jobs.hpp"

namespace karbonetes::envtest {

using json::Document;

JobSpec& JobSpec::with(const std::string& annotation, const std::string& value) {
  annotations["carbon-aware.io/" + annotation] = value;
  return *this;
}

JobSpec job(const std::string& name) {
  JobSpec spec;
  spec.name = name;
  return spec;
}

Document manifest(const JobSpec& spec) {
  Document pod{
      {"restartPolicy", "Never"},
      {"containers", Document::array({{{"name", "c"},
                                       {"image", "busybox"},
                                       {"resources", {{"requests", {{"cpu", spec.cpu}}}}}}})}};
  pod.update(spec.pod_spec);
  Document job_spec{
      {"backoffLimit", 0},
      {"template",
       {{"metadata", {{"annotations", {{"kwok.karbonetes.io/run-for", spec.run_for}}}}},
        {"spec", pod}}}};
  if (spec.suspend) job_spec["suspend"] = true;
  if (!spec.managed_by.empty()) job_spec["managedBy"] = spec.managed_by;
  return {{"apiVersion", "batch/v1"},
          {"kind", "Job"},
          {"metadata",
           {{"name", spec.name}, {"annotations", spec.annotations}, {"labels", spec.labels}}},
          {"spec", job_spec}};
}

Status Jobs::create(const JobSpec& spec) const {
  auto done = kubectl_.call({"create", "-n", ns_, "-f", "-"}, manifest(spec).dump());
  if (!done) return fail(done.error());
  return {};
}

Document Jobs::get(const std::string& name) const {
  auto object = kubectl_.get(ns_, "job/" + name);
  return object ? std::move(*object) : Document::object();
}

std::string Jobs::state(const std::string& name) const {
  return get(name).value("/metadata/labels/carbon-aware.io~1state"_json_pointer, "");
}

std::string Jobs::annotation(const std::string& name, const std::string& key) const {
  return get(name).value(Document::json_pointer("/metadata/annotations/carbon-aware.io~1" + key),
                         "");
}

bool Jobs::suspended(const std::string& name) const {
  return get(name).value("/spec/suspend"_json_pointer, false);
}

bool Jobs::complete(const std::string& name) const {
  return get(name).value("/status/succeeded"_json_pointer, 0) == 1;
}

std::vector<Document> Jobs::pods(const std::string& name) const {
  return kubectl_.list(ns_, "pods", "batch.kubernetes.io/job-name=" + name)
      .value_or(std::vector<Document>{});
}

std::string Jobs::pool(const std::string& name) const {
  const auto all = pods(name);
  if (all.size() != 1) return {};
  const auto node_name = all[0].value("/spec/nodeName"_json_pointer, "");
  if (node_name.empty()) return {};
  const auto node = kubectl_.get("", "node/" + node_name);
  return node ? node->value("/metadata/labels/karpenter.sh~1nodepool"_json_pointer, "")
              : std::string();
}

std::vector<std::string> Jobs::events(const std::string& name) const {
  std::vector<std::string> reasons;
  const auto all = kubectl_.list(ns_, "events.events.k8s.io");
  if (!all) return reasons;
  for (const auto& event : *all) {
    if (event.value("/regarding/name"_json_pointer, "") == name)
      reasons.push_back(event.value("reason", ""));
  }
  return reasons;
}

}  // namespace karbonetes::envtest
