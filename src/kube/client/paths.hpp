// REST paths of the resources we use. Pure text; names are DNS labels by the API's own rules, yet
// are percent-encoded, since they may come from a command line.
#pragma once

#include <string>
#include <string_view>

namespace karbonetes::kube {

struct Resource {
  std::string_view group;  // "" is the core group
  std::string_view version;
  std::string_view plural;
};

inline constexpr Resource kJobs{"batch", "v1", "jobs"};
inline constexpr Resource kCronJobs{"batch", "v1", "cronjobs"};
inline constexpr Resource kLeases{"coordination.k8s.io", "v1", "leases"};
inline constexpr Resource kConfigMaps{"", "v1", "configmaps"};
inline constexpr Resource kMutatingWebhooks{"admissionregistration.k8s.io", "v1",
                                            "mutatingwebhookconfigurations"};
inline constexpr Resource kSecrets{"", "v1", "secrets"};
inline constexpr Resource kEvents{"events.k8s.io", "v1", "events"};

// /apis/batch/v1/jobs, /api/v1/pods
[[nodiscard]] std::string cluster_path(const Resource& resource);
// /apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/NAME
[[nodiscard]] std::string cluster_object_path(const Resource& resource, std::string_view name);
// /apis/batch/v1/namespaces/NS/jobs
[[nodiscard]] std::string namespace_path(const Resource& resource, std::string_view ns);
// /apis/batch/v1/namespaces/NS/jobs/NAME
[[nodiscard]] std::string object_path(const Resource& resource, std::string_view ns,
                                      std::string_view name);

}  // namespace karbonetes::kube
