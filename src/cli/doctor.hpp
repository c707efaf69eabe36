// `doctor`: is this installation sound? Each check looks at documents that were fetched before and
// says what it found, and what to do. Pure, time as an argument: fetching is the caller's. A
// document that could not be fetched is itself a finding, and hides no other.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "carbon/signals.hpp"
#include "cli/job_record.hpp"
#include "json/document.hpp"
#include "policy/resolve.hpp"

namespace karbonetes::cli {

enum class Level { Ok, Skipped, Warning, Problem };
[[nodiscard]] const char* name(Level level);  // "ok", "skipped", "warning", "problem"

struct Finding {
  std::string check;  // stable: "api-server", "crd", "webhook", ...
  Level level = Level::Ok;
  std::string what;
  std::string advice;  // empty when there is nothing to do
};

using Fetched = Result<json::Document>;

// What somebody may do: a SelfSubjectAccessReview's question and answer.
struct Access {
  std::string what;  // "patch jobs"
  std::string needed_for;
  std::optional<bool> allowed;  // nullopt: could not be asked
};

[[nodiscard]] Finding check_api_server(const Fetched& version);
[[nodiscard]] Finding check_crd(const Fetched& crd);
// The controller's Deployments, by label.
[[nodiscard]] Finding check_controller(const Fetched& deployments,
                                       std::string_view system_namespace);
[[nodiscard]] Finding check_leader(const Fetched& leases, std::string_view system_namespace,
                                   TimePoint now);
// All MutatingWebhookConfigurations.
[[nodiscard]] Finding check_webhook(const Fetched& configurations);
// caBundle of the webhook against the Secret with the certificate, where that may be read.
[[nodiscard]] Finding check_certificate(const Fetched& configurations, const Fetched& secret,
                                        TimePoint now);
// What came back from a dry run that creates an opted-in Job in `ns`.
[[nodiscard]] Finding check_admission(const Fetched& job, std::string_view ns);
[[nodiscard]] Finding check_access(const std::vector<Access>& access);
[[nodiscard]] Finding check_policies(const Fetched& policies, std::string_view system_namespace);
// The ConfigMap in which the controller publishes its signals, decoded; `notes` say why not.
[[nodiscard]] Finding check_signals(const std::optional<carbon::Signals>& signals,
                                    const std::vector<std::string>& notes, TimePoint now);
// NodePools that policies name: there, their taint tolerated, and room in the fallback.
[[nodiscard]] Finding check_node_pools(const Fetched& node_pools, const policy::PolicySet& policies,
                                       std::string_view system_namespace);
// Deployments of all namespaces: Karpenter's PREFERENCE_POLICY, Kueue's version.
[[nodiscard]] Finding check_karpenter(const Fetched& deployments);
[[nodiscard]] Finding check_kueue(const Fetched& deployments);
[[nodiscard]] Finding check_waiting(const Result<std::vector<JobRecord>>& jobs, TimePoint now);

// Exit code 1 when there is a problem.
[[nodiscard]] bool sound(const std::vector<Finding>& findings);
[[nodiscard]] std::string render_text(const std::vector<Finding>& findings, bool colours);
[[nodiscard]] std::string render_json(const std::vector<Finding>& findings);

}  // namespace karbonetes::cli
