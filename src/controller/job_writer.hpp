// The two API calls that the reconciler makes about a Job, as an interface, so that faults which a
// real API server cannot produce on demand can be tested. Thread-safe.
#pragma once

#include <memory>
#include <stop_token>
#include <string_view>

#include "json/document.hpp"
#include "kube/client/client.hpp"
#include "placement/job_facts.hpp"

namespace karbonetes::controller {

class JobWriter {
 public:
  virtual ~JobWriter() = default;
  // The Job as it is now. Errors: as kube::Client.
  [[nodiscard]] virtual Result<placement::JobFacts> read(std::string_view ns, std::string_view name,
                                                         std::stop_token stop) = 0;
  // One JSON Patch. Errors: Conflict when its tests did not hold; else as kube::Client.
  [[nodiscard]] virtual Status patch(std::string_view ns, std::string_view name,
                                     const json::Document& patch, std::stop_token stop) = 0;
};

[[nodiscard]] std::unique_ptr<JobWriter> make_job_writer(kube::Client& client);

}  // namespace karbonetes::controller
