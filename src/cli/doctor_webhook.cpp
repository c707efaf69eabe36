// The checks of doctor.hpp that look at the way of a Job through the webhook.
#include <algorithm>

#include "base/base64.hpp"
#include "certs/inspect.hpp"
#include "cli/doctor.hpp"
#include "cli/doctor_finding.hpp"
#include "cli/doctor_json.hpp"
#include "cli/text.hpp"

namespace karbonetes::cli {

namespace {

using json::Document;

// A certificate is renewed with a third of its life left; with less than this somebody must look.
constexpr Millis kNearExpiry = std::chrono::hours(24 * 7);

// Our webhook in our configuration; null when it is not there.
const Document* our_webhook(const Document& configurations, std::string* configuration = nullptr) {
  for (const auto& each : array_at(configurations, "items")) {
    for (const auto& webhook : array_at(each, "webhooks")) {
      if (text_at(webhook, "name") != "jobs.carbon-aware.io") continue;
      if (configuration != nullptr) *configuration = text_at(object_at(each, "metadata"), "name");
      return &webhook;
    }
  }
  return nullptr;
}

}  // namespace

Finding check_webhook(const Fetched& configurations) {
  constexpr const char* kCheck = "webhook";
  constexpr const char* kAdvice =
      "helm upgrade makes it anew; without it Jobs run at once, and the controller catches up with "
      "those that have not started";
  if (!configurations)
    return unread(kCheck, configurations.error(), "the MutatingWebhookConfigurations", kAdvice);
  std::string configuration;
  const auto* webhook = our_webhook(*configurations, &configuration);
  if (webhook == nullptr)
    return finding(kCheck, Level::Problem, "no configuration has the webhook jobs.carbon-aware.io",
                   kAdvice);
  std::string odd;
  const auto note = [&](bool good, const char* what) {
    if (!good) odd += (odd.empty() ? "" : "; ") + std::string(what);
  };
  bool creates_jobs = false;
  for (const auto& rule : array_at(*webhook, "rules")) {
    const auto has = [&](const char* key, const char* value) {
      return std::ranges::any_of(array_at(rule, key),
                                 [&](const Document& each) { return each == value; });
    };
    creates_jobs = creates_jobs || (has("resources", "jobs") && has("operations", "CREATE"));
  }
  note(creates_jobs, "its rules do not send it Jobs at CREATE");
  note(!array_at(*webhook, "matchConditions").empty(),
       "it has no matchConditions: Jobs that did not opt in are sent, too");
  note(text_at(*webhook, "failurePolicy") == "Ignore",
       "failurePolicy is not Ignore: opted-in Jobs cannot be created while it is down");
  const auto& client = object_at(*webhook, "clientConfig");
  if (!creates_jobs || text_at(client, "caBundle").empty()) {
    note(!text_at(client, "caBundle").empty(),
         "it has no caBundle: the API server cannot trust it");
    return finding(kCheck, Level::Problem, printable(configuration, 100) + ": " + odd, kAdvice);
  }
  if (!odd.empty())
    return finding(kCheck, Level::Warning, printable(configuration, 100) + ": " + odd, kAdvice);
  return finding(kCheck, Level::Ok,
                 printable(configuration, 100) + " sends opted-in Jobs at CREATE, and fails open");
}

Finding check_certificate(const Fetched& configurations, const Fetched& secret, TimePoint now) {
  constexpr const char* kCheck = "certificate";
  constexpr const char* kAdvice = "docs/runbooks.md, KarbonetesCertificateNearExpiry";
  const auto* webhook = configurations ? our_webhook(*configurations) : nullptr;
  if (webhook == nullptr) return finding(kCheck, Level::Skipped, "there is no webhook to look at");
  const auto bundle =
      base64_decode(text_at(object_at(*webhook, "clientConfig"), "caBundle")).value_or("");
  const auto roots = certs::read_certificates(bundle);
  if (!roots) return finding(kCheck, Level::Problem, "the caBundle holds no certificate", kAdvice);
  if (std::ranges::none_of(*roots, [&](const auto& root) { return root.valid_at(now); }))
    return finding(kCheck, Level::Problem,
                   "no CA of the caBundle is in its time: the last ended at " +
                       format_rfc3339(roots->back().not_after),
                   kAdvice);
  if (!secret) {
    if (secret.error().code == Errc::NotFound)
      return finding(kCheck, Level::Skipped,
                     "the caBundle is in its time; no Secret of the chart's holds the certificate");
    return finding(kCheck, Level::Skipped,
                   "the caBundle is in its time; you may not read the Secret with the certificate");
  }
  const auto& data = object_at(*secret, "data");
  const auto pem = base64_decode(text_at(data, "tls.crt")).value_or("");
  const auto chain = certs::read_certificates(pem);
  if (!chain)
    return finding(kCheck, Level::Problem, "the Secret holds no certificate yet",
                   "see the controller's log");
  const auto& leaf = chain->front();
  if (!leaf.valid_at(now))
    return finding(kCheck, Level::Problem,
                   "the certificate is valid from " + format_rfc3339(leaf.not_before) + " to " +
                       format_rfc3339(leaf.not_after),
                   kAdvice);
  const bool trusted = std::ranges::any_of(*roots, [&](const auto& root) {
    return root.valid_at(now) && (certs::signed_by(leaf, root) || root.pem == leaf.pem);
  });
  if (!trusted && chain->size() == 1)
    return finding(
        kCheck, Level::Problem,
        "the caBundle does not verify the certificate: the API server cannot call the webhook",
        kAdvice);
  const auto what = "valid until " + format_rfc3339(leaf.not_after) + ", and trusted";
  if (leaf.not_after - now < kNearExpiry) return finding(kCheck, Level::Warning, what, kAdvice);
  return finding(kCheck, Level::Ok, what);
}

Finding check_admission(const Fetched& job, std::string_view ns) {
  constexpr const char* kCheck = "admission";
  if (!job) {
    if (job.error().code == Errc::Forbidden)
      return finding(kCheck, Level::Skipped,
                     "you may not create Jobs in namespace " + printable(ns, 64));
    return finding(kCheck, Level::Problem,
                   "a Job that opts in is refused: " + printable(job.error().message), "");
  }
  const auto state =
      text_at(object_at(object_at(*job, "metadata"), "labels"), "carbon-aware.io/state");
  if (state.empty())
    return finding(kCheck, Level::Problem,
                   "a Job that opts in came past the webhook: the API server does not reach it, or "
                   "its selectors leave namespace " +
                       printable(ns, 64) + " out",
                   "docs/runbooks.md, KarbonetesWebhookMissesJobs");
  return finding(
      kCheck, Level::Ok,
      "a dry run in namespace " + printable(ns, 64) + " came back " + printable(state, 40));
}

}  // namespace karbonetes::cli
