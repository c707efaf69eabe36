#include "dashboard/job_json.hpp"

#include "cli/text.hpp"
#include "ledger/codec/account_codec.hpp"

namespace karbonetes::dashboard {

namespace {

using json::Document;

Document text(const std::string& s) {
  return s.empty() ? Document(nullptr) : Document(cli::printable(s));
}

template <class Kind>
Document emissions_json(const std::optional<ledger::Emissions<Kind>>& emissions) {
  if (!emissions) return nullptr;
  return {{"actualGrams", emissions->actual.value}, {"avoidedGrams", emissions->avoided().value}};
}

// nullptr, too, when somebody has edited it by hand.
Document account_json(const std::string& annotation) {
  if (annotation.empty()) return nullptr;
  const auto account = ledger::decode_account(annotation);
  if (!account) return nullptr;
  return {{"kWh", account->run.energy.kwh},
          {"average", emissions_json(account->average)},
          {"marginal", emissions_json(account->marginal)}};
}

}  // namespace

std::string_view name(Phase phase) {
  static constexpr std::array<std::string_view, kPhases.size()> kNames{
      "waiting", "starting", "running", "suspended", "finished", "failed"};
  return kNames[static_cast<std::size_t>(phase)];
}

Phase phase_of(const cli::JobRecord& job) {
  if (job.failed) return Phase::Failed;
  if (job.complete || job.facts.finished) return Phase::Finished;
  if (cli::waits(job)) return Phase::Waiting;
  if (job.facts.started && !job.facts.suspend) return Phase::Running;
  return job.facts.suspend ? Phase::Suspended : Phase::Starting;
}

Document job_json(const cli::JobRecord& job, Phase phase, const cli::StatusRow& row) {
  const auto& facts = job.facts;
  Document out = {{"namespace", cli::printable(facts.ns, 63)},
                  {"name", cli::printable(facts.name, 253)},
                  {"state", row.state},
                  {"phase", name(phase)},
                  {"createdAt", instant(facts.scheduled_at.value_or(facts.created))},
                  {"waitingSince", instant(facts.waiting_since)},
                  {"plannedAt", instant(row.planned)},
                  {"deadlineAt", instant(row.until ? row.until : facts.deadline)},
                  {"releasedAt", instant(facts.released_at)},
                  {"startedAt", instant(facts.started ? facts.started_at : std::nullopt)},
                  {"finishedAt", instant(facts.finished_at)},
                  {"expectedMs", nullptr},
                  {"policy", text(row.policy)},
                  {"signal", text(row.signal)},
                  {"cronJob", text(row.cronjob)},
                  {"why", text(row.why)},
                  {"reason", text(job.release_reason)},
                  {"shadow", facts.state == placement::JobState::Shadow},
                  {"account", account_json(job.account)}};
  if (facts.finished) out["startedAt"] = instant(facts.started_at);
  if (facts.note && facts.note->duration) {
    out["expectedMs"] = facts.note->duration->count();
  } else if (facts.overrides.expected_duration) {
    out["expectedMs"] = facts.overrides.expected_duration->count();
  }
  return out;
}

std::string text_of(const Document& document) {
  return document.dump(-1, ' ', true, Document::error_handler_t::replace);
}

Document instant(const std::optional<TimePoint>& t) {
  // Before the API server has set it.
  if (!t || *t == TimePoint{}) return nullptr;
  return t->time_since_epoch().count();
}

}  // namespace karbonetes::dashboard
