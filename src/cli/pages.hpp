// Answers of the API server, decoded for this command: pages of a list, and single objects. Pure;
// owned values. Errors: Parse.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/job_record.hpp"
#include "plan/deadline.hpp"
#include "policy/resolve.hpp"

namespace karbonetes::cli {

inline constexpr int kPageSize = 500;

// "?limit=500&labelSelector=...&continue=...": what a page is asked with. Empty parts are left out.
[[nodiscard]] std::string page_query(std::string_view selector, std::string_view continue_token);

// Appends those of the page's Jobs that concern us, and returns the token of the next page ("": it
// was the last).
[[nodiscard]] Result<std::string> read_jobs(std::string_view body, std::vector<JobRecord>& out);

// Appends the page's policies. One that cannot be read is left out, with a sentence in `notes`.
[[nodiscard]] Result<std::string> read_policies(std::string_view body, policy::PolicySet& out,
                                                std::vector<std::string>& notes);

[[nodiscard]] Result<JobRecord> read_job(std::string_view body);
[[nodiscard]] Result<plan::CronFacts> read_cronjob(std::string_view body);

}  // namespace karbonetes::cli
