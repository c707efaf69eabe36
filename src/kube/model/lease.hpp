// coordination.k8s.io/v1 Lease: decode from and encode to JSON. Owned values.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace karbonetes::kube {

struct Lease {
  std::string ns, name, resource_version;  // resource_version empty: not created yet
  std::string holder;                      // empty: nobody
  Seconds duration{15};
  TimePoint acquire_time{}, renew_time{};
  int transitions = 0;
  // Members of metadata that are others' (labels, annotations, owners, finalizers), as JSON text: a
  // lease is replaced whole, and they must not be lost by it.
  std::map<std::string, std::string> kept;
};

// Absent members keep the defaults above. Errors: Parse, naming the field.
[[nodiscard]] Result<Lease> decode_lease(std::string_view json);
// With metadata.resourceVersion when it is known: a write of an outdated lease is then refused with
// Conflict.
[[nodiscard]] std::string encode_lease(const Lease& lease);

}  // namespace karbonetes::kube
