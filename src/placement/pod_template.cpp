#include "placement/pod_template.hpp"

namespace karbonetes::placement {

PodTemplate pod_template_of(const kube::JobView& job) {
  PodTemplate pod;
  pod.affinity = std::string(job.affinity);
  pod.tolerations = std::string(job.tolerations);
  pod.node_selector = std::string(job.node_selector);
  pod.annotations = std::string(job.template_annotations);
  pod.has_metadata = job.has_template_metadata;
  return pod;
}

}  // namespace karbonetes::placement
