#include "controller/job_writer.hpp"

#include "json/reader.hpp"
#include "kube/client/paths.hpp"
#include "kube/model/job.hpp"

namespace karbonetes::controller {

namespace {

constexpr const char* kFieldManager = "karbonetes-controller";

// decode_job takes a member's value; a GET answers with the object itself at the top.
std::string wrapped(const std::string& object) { return "{\"object\":" + object + "}"; }

class ApiJobWriter final : public JobWriter {
 public:
  explicit ApiJobWriter(kube::Client& client) : client_(client) {}

  Result<placement::JobFacts> read(std::string_view ns, std::string_view name,
                                   std::stop_token stop) override {
    kube::CallOptions options;
    options.stop = std::move(stop);
    auto body = client_.get(kube::object_path(kube::kJobs, ns, name), options);
    if (!body) return fail(body.error());
    json::Reader reader;
    placement::JobFacts facts;
    auto status = reader.each(wrapped(*body), [&](std::string_view, json::Value value) -> Status {
      auto job = kube::decode_job(value);
      if (!job) return fail(job.error());
      facts = placement::facts_of(*job);
      return {};
    });
    if (!status) return fail(status.error());
    return facts;
  }

  Status patch(std::string_view ns, std::string_view name, const json::Document& patch,
               std::stop_token stop) override {
    kube::CallOptions options;
    options.stop = std::move(stop);
    options.field_manager = kFieldManager;
    auto body = client_.patch(kube::object_path(kube::kJobs, ns, name), kube::PatchType::Json,
                              patch.dump(-1, ' ', false, json::Document::error_handler_t::replace),
                              options);
    if (!body) return fail(body.error());
    return {};
  }

 private:
  kube::Client& client_;
};

}  // namespace

std::unique_ptr<JobWriter> make_job_writer(kube::Client& client) {
  return std::make_unique<ApiJobWriter>(client);
}

}  // namespace karbonetes::controller
