#include "cli/cluster.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "kube/client/paths.hpp"

namespace karbonetes::cli {

namespace {

constexpr kube::Resource kPolicies{"carbon-aware.io", "v1alpha1", "carbonawarepolicies"};

// Reads page after page; `read` takes a body in and returns the next token.
Status each_page(const Fetch& fetch, const std::string& path, std::string_view selector,
                 const std::function<Result<std::string>(std::string_view)>& read) {
  std::string token;
  do {
    const auto body = fetch(path + page_query(selector, token));
    if (!body) return fail(body.error());
    auto next = read(*body);
    if (!next) return fail(next.error());
    // A server that hands the same token out for ever must not hold us for ever.
    if (!next->empty() && *next == token)
      return fail(Errc::Internal, "the server repeats one page of the list");
    token = std::move(*next);
  } while (!token.empty());
  return {};
}

}  // namespace

Result<std::vector<JobRecord>> list_jobs(const Fetch& fetch, std::string_view ns,
                                         std::string_view selector) {
  const std::string path =
      ns.empty() ? kube::cluster_path(kube::kJobs) : kube::namespace_path(kube::kJobs, ns);
  std::vector<JobRecord> jobs;
  const auto read = [&](std::string_view body) { return read_jobs(body, jobs); };
  Status listed = each_page(fetch, path, selector, read);
  if (!listed && listed.error().code == Errc::Gone) {
    jobs.clear();
    listed = each_page(fetch, path, selector, read);
  }
  if (!listed) {
    Error error = listed.error();
    error.message = "cannot list jobs: " + error.message;
    return fail(std::move(error));
  }
  return jobs;
}

policy::PolicySet list_policies(const Fetch& fetch, const std::vector<std::string>& namespaces,
                                std::vector<std::string>& notes) {
  policy::PolicySet policies;
  const auto read = [&](std::string_view body) { return read_policies(body, policies, notes); };
  bool installed = true;
  const auto list = [&](const std::string& path, const std::string& where) {
    if (!installed) return;
    const Status listed = each_page(fetch, path, "", read);
    // A namespace that does not exist lists as empty; only an unknown kind is not found.
    if (!listed && listed.error().code == Errc::NotFound) {
      installed = false;
      notes.emplace_back(
          "CarbonAwarePolicy is not installed in this cluster: built-in defaults hold");
    } else if (!listed) {
      notes.push_back(fmt::format(
          "the policies of {} cannot be read ({}), so what is said of policies may be wrong", where,
          listed.error().message));
    }
  };
  if (namespaces.empty()) list(kube::cluster_path(kPolicies), "the cluster");
  for (const auto& ns : namespaces)
    list(kube::namespace_path(kPolicies, ns), "namespace " + in_quotes(ns));
  return policies;
}

Result<JobRecord> get_job(const Fetch& fetch, std::string_view ns, std::string_view name) {
  const auto body = fetch(kube::object_path(kube::kJobs, ns, name));
  if (!body) {
    if (body.error().code == Errc::NotFound) {
      return fail(Errc::NotFound,
                  fmt::format("job {} is not in namespace {}", in_quotes(name), in_quotes(ns)));
    }
    return fail(body.error().code,
                fmt::format("cannot read job {}: {}", in_quotes(name), body.error().message));
  }
  return read_job(*body);
}

std::optional<plan::CronFacts> get_cronjob(const Fetch& fetch, std::string_view ns,
                                           std::string_view name, std::vector<std::string>& notes) {
  const auto body = fetch(kube::object_path(kube::kCronJobs, ns, name));
  const auto facts = body ? read_cronjob(*body) : Result<plan::CronFacts>(fail(body.error()));
  if (facts) return *facts;
  notes.push_back(
      fmt::format("CronJob {} cannot be read: {}", in_quotes(name), facts.error().message));
  return std::nullopt;
}

}  // namespace karbonetes::cli
