// A Job as the API server may hold it. What simdjson's path takes in, the document model (nlohmann)
// must agree with: the same name, labels, annotations and suspend.
#include "job_readers.hpp"
#include "placement/job_facts.hpp"
#include "target.hpp"

using namespace karbonetes;  // NOLINT(google-build-using-namespace): a target is one function

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text(data, size);
  json::Reader reader;
  const std::string wrapped = "{\"object\":" + std::string(text) + "}";
  bool seen = false;
  const auto status = reader.each(wrapped, [&](std::string_view key, json::Value value) -> Status {
    if (key != "object") return {};
    const auto job = kube::decode_job(value);
    fuzz::check_result(job);
    if (!job) return fail(job.error());
    std::vector<std::string> ignored;
    auto facts = placement::facts_of(*job, &ignored);
    placement::abridge(facts);
    fuzz::check(facts.pod.annotations.size() <= placement::kMaxKept, "what is kept is bounded");
    const auto document = json::parse(wrapped);
    if (document && !seen && document->size() == 1 && !fuzz::has_twins(wrapped)) {
      const auto member = fuzz::disagreement((*document)["object"], *job);
      fuzz::check(member.empty(), member.c_str());
    }
    seen = true;
    return {};
  });
  if (!status) fuzz::check_error(status.error());
  return 0;
}
