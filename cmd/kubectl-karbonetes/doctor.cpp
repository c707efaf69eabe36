// doctor: fetches what the checks look at, side by side, and prints what they found.
#include "cli/doctor.hpp"

#include <future>

#include "commands.hpp"
#include "http/types.hpp"
#include "json/document.hpp"
#include "kube/client/paths.hpp"
#include "signals.hpp"

namespace karbonetes::cmd {

namespace {

using json::Document;

constexpr Millis kPatience = std::chrono::seconds(10);
constexpr kube::Resource kDeployments{"apps", "v1", "deployments"};
constexpr kube::Resource kPolicies{"carbon-aware.io", "v1alpha1", "carbonawarepolicies"};
constexpr kube::Resource kNodePools{"karpenter.sh", "v1", "nodepools"};
constexpr kube::Resource kDefinitions{"apiextensions.k8s.io", "v1", "customresourcedefinitions"};
constexpr const char* kReviews = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

cli::Fetched parsed(const Result<std::string>& body) {
  if (!body) return fail(body.error());
  return json::parse(*body);
}

cli::Fetched get(const Context& context, const std::string& path) {
  kube::CallOptions options;
  options.timeout = kPatience;
  return parsed(context.client.get(path, options));
}

cli::Fetched post(const Context& context, const std::string& path, const Document& body) {
  kube::CallOptions options;
  options.timeout = kPatience;
  return parsed(context.client.create(path, body.dump(), options));
}

// What the webhook is asked with; nothing is stored.
Document probe(const std::string& ns) {
  return {{"apiVersion", "batch/v1"},
          {"kind", "Job"},
          {"metadata",
           {{"generateName", "karbonetes-doctor-"},
            {"namespace", ns},
            {"annotations", {{"carbon-aware.io/enabled", "true"}}}}},
          {"spec",
           {{"template",
             {{"spec",
               {{"restartPolicy", "Never"},
                {"securityContext",
                 {{"runAsNonRoot", true}, {"seccompProfile", {{"type", "RuntimeDefault"}}}}},
                {"containers",
                 {{{"name", "probe"},
                   {"image", "registry.k8s.io/pause:3.10"},
                   {"resources", {{"requests", {{"cpu", "1m"}, {"memory", "1Mi"}}}}},
                   {"securityContext",
                    {{"allowPrivilegeEscalation", false},
                     {"capabilities", {{"drop", {"ALL"}}}}}}}}}}}}}}}};
}

cli::Access may(const Context& context, const char* verb, const kube::Resource& resource,
                const std::string& ns, const char* needed_for) {
  const Document review = {{"apiVersion", "authorization.k8s.io/v1"},
                           {"kind", "SelfSubjectAccessReview"},
                           {"spec",
                            {{"resourceAttributes",
                              {{"verb", verb},
                               {"group", resource.group},
                               {"resource", resource.plural},
                               {"namespace", ns}}}}}};
  cli::Access out{std::string(verb) + " " + std::string(resource.plural), needed_for, {}};
  const auto answer = post(context, kReviews, review);
  if (answer && answer->is_object() && answer->contains("status") &&
      (*answer)["status"].is_object())
    out.allowed = (*answer)["status"].value("allowed", false);
  return out;
}

std::vector<cli::Access> access(const Context& context, const std::string& ns) {
  const auto& system = context.flags.system_namespace;
  return {may(context, "list", kube::kJobs, ns, "status"),
          may(context, "patch", kube::kJobs, ns, "run-now"),
          may(context, "list", kPolicies, ns, "explain"),
          may(context, "get", kube::kConfigMaps, system, "signal"),
          may(context, "list", kube::kConfigMaps, system, "report")};
}

}  // namespace

int doctor(const Context& context) {
  const auto& system = context.flags.system_namespace;
  const std::string ns = context.ns.empty() ? "default" : context.ns;
  const auto fetch = [&](std::string path) {
    return std::async(std::launch::async,
                      [&context, path = std::move(path)] { return get(context, path); });
  };
  auto version = fetch("/version");
  auto crd = fetch(kube::cluster_object_path(kDefinitions, "carbonawarepolicies.carbon-aware.io"));
  auto own =
      fetch(kube::namespace_path(kDeployments, system) + "?labelSelector=" +
            http::percent_encode(
                "app.kubernetes.io/part-of=karbonetes,app.kubernetes.io/component=controller"));
  auto all = fetch(kube::cluster_path(kDeployments));
  auto leases = fetch(kube::namespace_path(kube::kLeases, system));
  auto webhooks = fetch(kube::cluster_path(kube::kMutatingWebhooks));
  auto secret = fetch(kube::object_path(kube::kSecrets, system, "karbonetes-webhook-tls"));
  auto policies = fetch(kube::cluster_path(kPolicies));
  auto pools = fetch(kube::cluster_path(kNodePools));
  auto dry_run = std::async(std::launch::async, [&] {
    return post(context, kube::namespace_path(kube::kJobs, ns) + "?dryRun=All", probe(ns));
  });
  auto rights = std::async(std::launch::async, [&] { return access(context, ns); });
  auto jobs =
      std::async(std::launch::async, [&] { return cli::list_jobs(context.fetch, context.ns, ""); });
  std::vector<std::string> notes;
  const auto policy_set = cli::list_policies(context.fetch, {}, notes);
  notes.clear();
  const auto signals = known_signals(context, notes);

  const auto now = context.clock.now();
  const auto reached = version.get();
  std::vector<cli::Finding> found{cli::check_api_server(reached)};
  if (reached) {
    const auto configurations = webhooks.get();
    const auto deployments = all.get();
    found.insert(
        found.end(),
        {cli::check_crd(crd.get()), cli::check_controller(own.get(), system),
         cli::check_leader(leases.get(), system, now), cli::check_webhook(configurations),
         cli::check_certificate(configurations, secret.get(), now),
         cli::check_admission(dry_run.get(), ns), cli::check_policies(policies.get(), system),
         cli::check_signals(signals, notes, now),
         cli::check_node_pools(pools.get(), policy_set, system), cli::check_karpenter(deployments),
         cli::check_kueue(deployments), cli::check_waiting(jobs.get(), now),
         cli::check_access(rights.get())});
  }
  const int printed =
      print(context.flags.output.empty() ? cli::render_text(found, colours(context.flags))
                                         : structured(context.flags, cli::render_json(found)));
  return printed != 0 || !cli::sound(found) ? 1 : 0;
}

}  // namespace karbonetes::cmd
