// The pod template's part of a Job that placement needs: owned raw JSON text, empty when absent.
// Most Jobs have none of it.
#pragma once

#include <string>

#include "kube/model/job.hpp"

namespace karbonetes::placement {

struct PodTemplate {
  std::string affinity, tolerations, node_selector, annotations;
  bool has_metadata = false;
};

[[nodiscard]] PodTemplate pod_template_of(const kube::JobView& job);

}  // namespace karbonetes::placement
