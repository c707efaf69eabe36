// All that is known of the cluster at an instant, and the model that a page is shown of it. The
// same functions as those of `status`, `signal` and `report` say what stands in it. Pure: time is
// an argument. What comes from the cluster is made printable; the page shows it as text alone.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "carbon/signals.hpp"
#include "cli/job_record.hpp"
#include "dashboard/model.hpp"
#include "ledger/book.hpp"
#include "policy/resolve.hpp"

namespace karbonetes::dashboard {

// Finished Jobs are shown for so long.
inline constexpr Millis kBehind = std::chrono::hours(24);
// And the forecast so far ahead.
inline constexpr Millis kAhead = std::chrono::hours(72);
// Of Jobs no more than this: those that wait first, then those that run, then the latest finished.
inline constexpr std::size_t kMaxJobs = 2'000;
inline constexpr std::chrono::days kSavingsDays{30};

// What the command was asked to show.
struct Scope {
  std::string cluster;  // the kubeconfig's context
  std::string ns;       // empty: all namespaces
  std::string selector;
  std::string system_namespace;
  std::string version;  // of this program
};

// The cluster does not answer as it should.
struct Problem {
  std::string text;
  TimePoint since{};
};

struct ClusterState {
  Scope scope;
  bool listed = false;  // the Jobs are known
  std::vector<cli::JobRecord> jobs;
  policy::PolicySet policies;
  std::optional<carbon::Signals> signals;
  std::optional<std::vector<ledger::DayBook>> books;  // absent: the accounts on Jobs stand in
  std::vector<std::string> notes;                     // what could not be read
  std::optional<Problem> problem;
};

// Sections:
//   about    {"cluster","namespace","selector","version","listed"}
//   problem  null | {"text","since"}
//   counts   {"waiting","starting","running","finished","failed","suspended","left"}: of all Jobs,
//            those included that are not shown ("left")
//   views    see views_json()
//   savings  see savings_json()
//   notes    ["..."]
// Jobs: see job_json().
[[nodiscard]] Model model_of(const ClusterState& state, TimePoint now);

}  // namespace karbonetes::dashboard
