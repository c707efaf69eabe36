// The checks of doctor.hpp that look at Karbonetes itself.
#include "cli/doctor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "carbon/signal.hpp"
#include "cli/doctor_finding.hpp"
#include "cli/doctor_json.hpp"
#include "cli/text.hpp"

namespace karbonetes::cli {

namespace {

using json::Document;

// Older servers do not know matchConditions of webhooks (stable in 1.30): every Job would be sent.
constexpr int kOldestMinor = 30;
// A Job is released within a second of its deadline; a watch may be behind for longer.
constexpr Millis kLate = std::chrono::minutes(1);
constexpr Millis kLeaseSlack = std::chrono::seconds(15);

constexpr std::array kSpecFields{"mode",          "signal",           "green",
                                 "strategy",      "minSavingPercent", "maxDelay",
                                 "maxDelayLimit", "expectedDuration", "whenSignalUnknown",
                                 "placement",     "release"};

}  // namespace

Finding check_api_server(const Fetched& version) {
  constexpr const char* kCheck = "api-server";
  if (!version)
    return finding(
        kCheck, Level::Problem, "cannot be reached: " + printable(version.error().message),
        "see whether kubectl version reaches it with the same --kubeconfig and --context");
  const auto text = text_at(*version, "gitVersion");
  int minor = 0;
  for (const char c : text_at(*version, "minor")) {
    if (c < '0' || c > '9') break;  // "30+"
    minor = minor * 10 + (c - '0');
  }
  if (text_at(*version, "major") == "1" && minor < kOldestMinor)
    return finding(kCheck, Level::Problem,
                   printable(text, 40) + " is too old: webhooks have no matchConditions there",
                   fmt::format("Kubernetes 1.{} or newer is needed", kOldestMinor));
  return finding(kCheck, Level::Ok, printable(text, 40));
}

Finding check_crd(const Fetched& crd) {
  constexpr const char* kCheck = "crd";
  constexpr const char* kAdvice =
      "helm upgrade with crds.install=true, or kubectl apply --server-side -f config/crd/bases";
  if (!crd)
    return unread(kCheck, crd.error(), "the definition carbonawarepolicies.carbon-aware.io",
                  kAdvice);
  for (const auto& version : array_at(object_at(*crd, "spec"), "versions")) {
    if (text_at(version, "name") != "v1alpha1") continue;
    if (version.value("served", false) != true)
      return finding(kCheck, Level::Problem, "v1alpha1 is not served", kAdvice);
    const auto& fields = object_at(
        object_at(
            object_at(object_at(object_at(version, "schema"), "openAPIV3Schema"), "properties"),
            "spec"),
        "properties");
    std::string missing;
    for (const auto* field : kSpecFields) {
      if (!fields.contains(field)) missing += (missing.empty() ? "" : ", ") + std::string(field);
    }
    if (!missing.empty())
      return finding(kCheck, Level::Problem,
                     "the definition is older than this program: it lacks spec fields " + missing,
                     kAdvice);
    return finding(kCheck, Level::Ok, "carbon-aware.io/v1alpha1 is served, with all fields");
  }
  return finding(kCheck, Level::Problem, "the definition has no version v1alpha1", kAdvice);
}

Finding check_controller(const Fetched& deployments, std::string_view system_namespace) {
  constexpr const char* kCheck = "controller";
  const auto where = "namespace " + printable(system_namespace, 64);
  const auto advice = "kubectl describe pods -n " + printable(system_namespace, 64) +
                      "; another namespace: --system-namespace";
  if (!deployments)
    return unread(kCheck, deployments.error(), "the Deployments of " + where, advice);
  const auto& items = array_at(*deployments, "items");
  if (items.empty())
    return finding(kCheck, Level::Warning, "no Deployment of the chart in " + where, advice);
  const auto& first = items.front();
  const auto& status = object_at(first, "status");
  const int wanted = int_at(object_at(first, "spec"), "replicas", 1);
  const int ready = int_at(status, "readyReplicas", 0);
  const auto name = printable(text_at(object_at(first, "metadata"), "name"), 64);
  const auto what = fmt::format("{}: {} of {} replicas are ready", name, ready, wanted);
  if (ready == 0) return finding(kCheck, Level::Problem, what, advice);
  if (ready < wanted) return finding(kCheck, Level::Warning, what, advice);
  return finding(kCheck, Level::Ok, what);
}

Finding check_leader(const Fetched& leases, std::string_view system_namespace, TimePoint now) {
  constexpr const char* kCheck = "leader";
  const auto where = "namespace " + printable(system_namespace, 64);
  const auto advice = "kubectl get leases -n " + printable(system_namespace, 64) +
                      " -o yaml; docs/runbooks.md, KarbonetesNoLeader";
  if (!leases) return unread(kCheck, leases.error(), "the leases of " + where, advice);
  for (const auto& lease : array_at(*leases, "items")) {
    const auto& metadata = object_at(lease, "metadata");
    const bool ours =
        text_at(object_at(metadata, "labels"), "app.kubernetes.io/part-of") == "karbonetes" ||
        text_at(metadata, "name") == "karbonetes-controller";
    if (!ours) continue;
    const auto& spec = object_at(lease, "spec");
    const auto holder = printable(text_at(spec, "holderIdentity"), 100);
    if (holder.empty()) return finding(kCheck, Level::Problem, "nobody holds the lease", advice);
    if (holder == "karbonetes-uninstall")
      return finding(kCheck, Level::Problem, "an uninstall has begun and holds the lease",
                     "it ends 120 s after the uninstall; nothing is held or released meanwhile");
    const auto renewed = parse_rfc3339(text_at(spec, "renewTime"));
    const auto length = std::chrono::seconds(int_at(spec, "leaseDurationSeconds", 15));
    if (!renewed || now - *renewed > length + kLeaseSlack)
      return finding(kCheck, Level::Problem,
                     holder + " has not renewed the lease" +
                         (renewed ? " since " + format_rfc3339(*renewed) : std::string()),
                     advice);
    return finding(kCheck, Level::Ok, holder + " leads");
  }
  return finding(kCheck, Level::Problem, "there is no lease of the controller in " + where, advice);
}

Finding check_access(const std::vector<Access>& access) {
  constexpr const char* kCheck = "access";
  std::string missing, unknown;
  for (const auto& each : access) {
    if (!each.allowed) unknown += (unknown.empty() ? "" : ", ") + each.what;
    if (each.allowed && !*each.allowed)
      missing += (missing.empty() ? "" : ", ") + each.what + " (" + each.needed_for + ")";
  }
  if (!missing.empty())
    return finding(kCheck, Level::Warning, "you may not " + missing,
                   "ask for a role with these verbs: docs/cli.md");
  if (!unknown.empty())
    return finding(kCheck, Level::Skipped, "it could not be asked whether you may " + unknown);
  return finding(kCheck, Level::Ok, "you may do what the commands need");
}

Finding check_policies(const Fetched& policies, std::string_view system_namespace) {
  constexpr const char* kCheck = "policies";
  if (!policies)
    return unread(kCheck, policies.error(), "the CarbonAwarePolicies",
                  "is the definition installed?");
  std::size_t count = 0;
  std::string bad;
  bool cluster_wide = false;
  for (const auto& policy : array_at(*policies, "items")) {
    ++count;
    const auto& metadata = object_at(policy, "metadata");
    const auto key = text_at(metadata, "namespace") + "/" + text_at(metadata, "name");
    cluster_wide = cluster_wide || key == std::string(system_namespace) + "/default";
    for (const auto& condition : array_at(object_at(policy, "status"), "conditions")) {
      if (text_at(condition, "type") == "Ready" && text_at(condition, "status") == "False")
        bad += (bad.empty() ? "" : "; ") + printable(key, 130) + ": " +
               printable(text_at(condition, "message"), 200);
    }
  }
  if (!bad.empty())
    return finding(kCheck, Level::Problem, bad, "kubectl describe carbonawarepolicies -A");
  return finding(
      kCheck, Level::Ok,
      fmt::format("{} in force; where none applies {} hold", count,
                  cluster_wide ? "those of the system namespace" : "the built-in defaults"));
}

Finding check_signals(const std::optional<carbon::Signals>& signals,
                      const std::vector<std::string>& notes, TimePoint now) {
  constexpr const char* kCheck = "signals";
  constexpr const char* kAdvice =
      "kubectl karbonetes signal; docs/runbooks.md, KarbonetesSignalUnknown";
  if (!signals)
    return finding(kCheck, Level::Warning, notes.empty() ? "not known" : notes.front(), kAdvice);
  std::string stale, unknown;
  for (const auto& [name, signal] : signals->by_source) {
    const auto freshness = carbon::freshness(*signal, now);
    auto& list = freshness == carbon::Freshness::Unknown ? unknown : stale;
    if (freshness != carbon::Freshness::Fresh)
      list += (list.empty() ? "" : ", ") + printable(name, 64);
  }
  if (!unknown.empty())
    return finding(kCheck, Level::Problem,
                   "unknown: " + unknown + (stale.empty() ? "" : "; stale: " + stale), kAdvice);
  if (!stale.empty()) return finding(kCheck, Level::Warning, "stale: " + stale, kAdvice);
  return finding(kCheck, Level::Ok, fmt::format("{} fresh", signals->by_source.size()));
}

Finding check_waiting(const Result<std::vector<JobRecord>>& jobs, TimePoint now) {
  constexpr const char* kCheck = "waiting-jobs";
  if (!jobs) return unread(kCheck, jobs.error(), "the Jobs", "");
  std::size_t waiting = 0, late = 0;
  std::string first;
  for (const auto& job : *jobs) {
    if (job.facts.state != placement::JobState::Waiting || job.facts.finished) continue;
    ++waiting;
    if (!job.facts.deadline || now - *job.facts.deadline < kLate) continue;
    if (late++ == 0) first = job.facts.key();
  }
  if (late > 0)
    return finding(kCheck, Level::Problem,
                   fmt::format("{} of {} wait past their deadline, {} among them", late, waiting,
                               printable(first, 130)),
                   "docs/runbooks.md, KarbonetesDeadlineMissed");
  return finding(kCheck, Level::Ok, fmt::format("{}, none past its deadline", waiting));
}

}  // namespace karbonetes::cli
