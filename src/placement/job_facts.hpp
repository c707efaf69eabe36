// What Karbonetes knows of one Job: owned, compact, made from a JobView. The one reading of a Job
// that webhook, controller and CLI share. Values; pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "kube/model/job.hpp"
#include "ledger/energy.hpp"
#include "placement/plan_note.hpp"
#include "placement/pod_template.hpp"
#include "policy/overrides.hpp"

namespace karbonetes::placement {

enum class JobState {
  None,           // never seen by Karbonetes
  Waiting,        // held until green or its deadline
  Released,       // let go, by the webhook or later
  UserSuspended,  // its author suspended it: never released by us
  Missed,         // already started when first seen: left alone
  Shadow,         // its policy only watches: what would be done is recorded
};

struct JobFacts {
  std::string ns, name, uid, resource_version;
  TimePoint created{};  // epoch before the API server has set it
  JobState state = JobState::None;
  policy::Overrides overrides;
  std::optional<TimePoint> deadline;  // carbon-aware.io/deadline, when readable
  std::optional<TimePoint> waiting_since;
  std::optional<TimePoint> released_at;
  std::string cronjob;                    // the owning CronJob's name; empty: none
  std::optional<TimePoint> scheduled_at;  // a CronJob child's scheduled time
  bool opted_in = false;
  bool suspend = false;
  bool started = false;  // status.startTime is set, or pods are active
  bool finished = false;
  bool deleting = false;
  bool queued_by_kueue = false;  // label kueue.x-k8s.io/queue-name
  bool foreign_manager = false;  // spec.managedBy names a controller other than the built-in one
  bool has_labels = false, has_annotations = false;
  std::string kueue_gates;  // kueue.x-k8s.io/admission-gated-by as written
  std::string generate_name;
  std::optional<PlanNote> note;  // carbon-aware.io/plan, when readable
  bool accounted = false;        // it carries its carbon account
  bool complete = false;         // finished, and not failed
  std::optional<TimePoint> started_at, finished_at;
  double pods = 1;            // that run side by side
  bool indexed = false;       // completionMode: Indexed
  ledger::Requests requests;  // of one pod; read only for Jobs that wait, or have to be accounted
  PodTemplate pod;
  // Something too large to be kept was left out, of `pod` or of `kueue_gates`: whoever writes to
  // the Job reads it first.
  bool abridged = false;

  [[nodiscard]] std::string key() const { return ns + "/" + name; }
  // We may hold and release it by its `suspend` field.
  [[nodiscard]] bool suspend_is_ours() const { return !queued_by_kueue && !foreign_manager; }
  [[nodiscard]] bool gated() const;  // our entry is among kueue_gates
};

// `ignored`, when given, gets a sentence for each annotation whose value was ignored.
[[nodiscard]] JobFacts facts_of(const kube::JobView& job,
                                std::vector<std::string>* ignored = nullptr);

// Leaves out what is too large to be kept for every Job (more than kMaxKept bytes; Kubernetes lets
// an author write a megabyte) and is needed only when the Job is written to. gated() stays as it
// is.
inline constexpr std::size_t kMaxKept = 4096;
void abridge(JobFacts& facts);

// Finished, of interest to the ledger, and without an account yet: it ran under Karbonetes' eyes.
[[nodiscard]] bool needs_account(const JobFacts& job);

[[nodiscard]] std::string_view name(JobState state);        // the state label's value; "" for None
[[nodiscard]] JobState state_from(std::string_view label);  // unknown text: None

}  // namespace karbonetes::placement
