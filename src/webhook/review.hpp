// admission.k8s.io/v1 AdmissionReview: request in, response out, as text. Pure; the Job is a view
// into the Reader's document.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "json/reader.hpp"
#include "kube/model/job.hpp"
#include "webhook/admit.hpp"

namespace karbonetes::webhook {

struct ReviewRequest {
  std::string_view uid, ns, operation;
  bool dry_run = false;
  std::optional<kube::JobView> job;  // none: the object is absent or not a batch/v1 Job
};

// Views die with the reader's next document. Errors: Parse; InvalidArgument when there is no
// request.uid to answer to.
[[nodiscard]] Result<ReviewRequest> decode_review(json::Reader& reader, std::string_view body);

// Always allowed; the patch, when it is not empty, goes out in base64 as the API demands. Warnings
// are cut to 256 bytes each, at most 8, without control characters: they travel in an HTTP header.
[[nodiscard]] std::string encode_response(std::string_view uid, const Admission& admission);

}  // namespace karbonetes::webhook
