// HTTP answers of the API server that are not a success -> our typed errors. Pure. The words come
// from the metav1.Status in the body, shortened; the mapping is client.hpp's.
#pragma once

#include <string_view>

#include "base/time.hpp"
#include "http/types.hpp"
#include "kube/client/client.hpp"

namespace karbonetes::kube {

// `what`: "PATCH /apis/..." for the message. `tested_patch`: the request was a JSON Patch with a
// `test` in it; then a 422 that speaks of no field means that the patch did not fit the object, and
// is a Conflict.
[[nodiscard]] Error status_error(const http::Response& response, std::string_view what,
                                 bool tested_patch, TimePoint now);

// Whether a JSON Patch has at least one operation "test".
[[nodiscard]] bool has_test_operation(std::string_view json_patch);

}  // namespace karbonetes::kube
