#include "dashboard/cluster_state.hpp"

#include <algorithm>

#include "cli/status.hpp"
#include "cli/text.hpp"
#include "dashboard/job_json.hpp"
#include "dashboard/savings_json.hpp"
#include "dashboard/views_json.hpp"

namespace karbonetes::dashboard {

namespace {

using json::Document;

Document about_json(const ClusterState& state) {
  const Scope& scope = state.scope;
  const auto text = [](const std::string& s) {
    return s.empty() ? Document(nullptr) : Document(cli::printable(s, 253));
  };
  return {{"cluster", text(scope.cluster)},
          {"namespace", text(scope.ns)},
          {"selector", text(scope.selector)},
          {"version", scope.version},
          {"listed", state.listed}};
}

Document problem_json(const std::optional<Problem>& problem) {
  if (!problem) return nullptr;
  return {{"text", cli::printable(problem->text)},
          {"since", problem->since.time_since_epoch().count()}};
}

struct Shown {
  Phase phase = Phase::Waiting;
  TimePoint last;  // by which those of a phase are ordered, the latest first
  const cli::JobRecord* job = nullptr;
};

std::vector<Shown> in_order(const ClusterState& state, TimePoint now) {
  std::vector<Shown> out;
  for (const auto& job : state.jobs) {
    if (!cli::concerns_us(job)) continue;
    const Phase phase = phase_of(job);
    const TimePoint last = job.facts.finished_at.value_or(job.facts.created);
    if ((phase == Phase::Finished || phase == Phase::Failed) && last < now - kBehind) continue;
    out.push_back({phase, last, &job});
  }
  std::ranges::stable_sort(out, [](const Shown& a, const Shown& b) {
    const auto rank = [](Phase phase) {
      return phase == Phase::Failed ? static_cast<int>(Phase::Finished) : static_cast<int>(phase);
    };
    if (rank(a.phase) != rank(b.phase)) return rank(a.phase) < rank(b.phase);
    return a.last > b.last;
  });
  return out;
}

Document counts_json(const std::vector<Shown>& jobs) {
  Document out = Document::object();
  for (const Phase phase : kPhases) {
    out[std::string(name(phase))] =
        std::ranges::count_if(jobs, [&](const Shown& job) { return job.phase == phase; });
  }
  out["left"] = jobs.size() > kMaxJobs ? jobs.size() - kMaxJobs : 0;
  return out;
}

}  // namespace

Model model_of(const ClusterState& state, TimePoint now) {
  auto shown = in_order(state, now);
  Model out;
  const auto add = [&](const char* name, const Document& json) {
    out.sections[name] = text_of(json);
  };
  add("about", about_json(state));
  add("problem", problem_json(state.problem));
  add("counts", counts_json(shown));
  add("views", views_json(state.signals, state.policies, now));
  add("savings", savings_json(state, now));
  Document notes = Document::array();
  for (const auto& note : state.notes) notes.push_back(cli::printable(note));
  add("notes", notes);

  if (shown.size() > kMaxJobs) shown.resize(kMaxJobs);
  cli::StatusInput input;
  input.policies = state.policies;
  input.signals = state.signals;
  input.system_namespace = state.scope.system_namespace;
  input.all = true;
  std::map<std::string, const Shown*, std::less<>> by_key;
  for (const Shown& job : shown) {
    input.jobs.push_back(*job.job);
    by_key[job.job->facts.key()] = &job;
  }
  for (const auto& row : cli::report(input, now).rows) {
    const auto found = by_key.find(row.ns + "/" + row.name);
    if (found == by_key.end()) continue;
    out.jobs[found->first] = text_of(job_json(*found->second->job, found->second->phase, row));
  }
  return out;
}

}  // namespace karbonetes::dashboard
