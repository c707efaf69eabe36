#include "cli/run_now.hpp"

#include "api/v1alpha1/names.hpp"
#include "cli/text.hpp"
#include "json/document.hpp"

namespace karbonetes::cli {

RunNow run_now(const JobRecord& job) {
  const std::string name = "job.batch/" + printable(job.facts.name, 253);
  if (waits(job)) {
    if (job.facts.overrides.run_now) return {false, false, name + " was already asked to run now"};
    return {true, false, name + " is released now"};
  }
  const auto state = state_text(job);
  if (state == "user-suspended") {
    return {false, true,
            name +
                " was suspended by its author, and Karbonetes does not start it: run\n  kubectl "
                "patch job " +
                printable(job.facts.name, 253) + " -n " + printable(job.facts.ns, 253) +
                R"( --type=merge -p '{"spec":{"suspend":false}}')"};
  }
  if (state == "not opted in") {
    return {
        false, true,
        name + " did not opt in (annotation carbon-aware.io/enabled): Karbonetes does not hold it"};
  }
  return {false, false, name + " is not waiting: " + state};
}

std::string run_now_patch() {
  json::Document patch;
  patch["metadata"]["annotations"][std::string(api::kRunNow)] = "true";
  return patch.dump();
}

}  // namespace karbonetes::cli
