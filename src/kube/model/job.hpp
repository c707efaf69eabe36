// batch/v1 Job: the few fields we use, as views into the JSON being read. A JobView never outlives
// the json::Reader's document; what is kept is copied by whoever keeps it. Missing fields are
// empty; wrong types are a Parse error.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "json/reader.hpp"

namespace karbonetes::kube {

using ViewPair = std::pair<std::string_view, std::string_view>;

struct OwnerView {
  std::string_view kind, name, uid;
  bool controller = false;
};

struct JobView {
  std::string_view ns, name, generate_name, uid, resource_version, creation_timestamp,
      deletion_timestamp;
  std::vector<ViewPair> labels, annotations;  // all of them, in document order
  std::optional<OwnerView> controller_owner;  // the ownerReference with controller: true
  bool has_spec = false;
  bool suspend = false;
  std::string_view managed_by, completion_mode;
  // Pod template, as raw JSON text; empty when absent or null.
  std::string_view affinity, tolerations, node_selector, template_annotations;
  std::string_view containers, init_containers, overhead, pod_resources;
  bool has_template_metadata = false;
  std::int64_t parallelism = 1;
  std::int64_t completions = -1;  // -1: not set, as many as run side by side
  // Status.
  std::string_view start_time, completion_time;
  std::int64_t active = 0;
  std::string_view failed_time;  // the Failed condition's lastTransitionTime
  bool complete = false, failed = false, suspended_condition = false;

  [[nodiscard]] std::string_view label(std::string_view key) const;       // "" when absent
  [[nodiscard]] std::string_view annotation(std::string_view key) const;  // "" when absent
  [[nodiscard]] bool finished() const { return complete || failed; }
};

[[nodiscard]] Result<JobView> decode_job(json::Value object);

}  // namespace karbonetes::kube
