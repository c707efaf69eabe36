// What the commands read from the API server: lists in pages of 500, single objects. Blocking. The
// fetch is a function, so that tests need no server. Errors are the client's, with a sentence on
// what could not be read.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/pages.hpp"

namespace karbonetes::cli {

// GET path (query included) -> JSON body.
using Fetch = std::function<Result<std::string>(const std::string& path)>;

// ns empty: all namespaces. A list that outlives the server's snapshot (410) is read once more from
// its start.
[[nodiscard]] Result<std::vector<JobRecord>> list_jobs(const Fetch& fetch, std::string_view ns,
                                                       std::string_view selector);

// Policies of these namespaces, or of all when the list is empty. What cannot be read (no right,
// CRD not installed) is told in `notes`: status and explain work without.
[[nodiscard]] policy::PolicySet list_policies(const Fetch& fetch,
                                              const std::vector<std::string>& namespaces,
                                              std::vector<std::string>& notes);

// Errors: NotFound, "job \"x\" is not in namespace \"y\"".
[[nodiscard]] Result<JobRecord> get_job(const Fetch& fetch, std::string_view ns,
                                        std::string_view name);

// nullopt with a note when it cannot be read.
[[nodiscard]] std::optional<plan::CronFacts> get_cronjob(const Fetch& fetch, std::string_view ns,
                                                         std::string_view name,
                                                         std::vector<std::string>& notes);

}  // namespace karbonetes::cli
