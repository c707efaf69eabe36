#include "dashboard/savings_json.hpp"

#include "cli/report.hpp"
#include "cli/text.hpp"
#include "dashboard/cluster_state.hpp"
#include "ledger/codec/account_codec.hpp"

namespace karbonetes::dashboard {

namespace {

using json::Document;

cli::ReportInput input_of(const ClusterState& state, TimePoint now) {
  cli::ReportInput input;
  input.group_by = cli::GroupBy::Day;
  input.since = ledger::day_of(now) - kSavingsDays;
  if (!state.scope.ns.empty()) input.ns = state.scope.ns;
  if (state.books) {
    input.books = *state.books;
    return input;
  }
  for (const auto& job : state.jobs) {
    if (job.account.empty()) continue;
    auto account = ledger::decode_account(job.account);
    if (!account) continue;  // edited by hand
    input.jobs.push_back(
        {job.facts.ns, job.facts.state == placement::JobState::Shadow, std::move(*account)});
  }
  return input;
}

template <class Kind>
bool was_valued(const ledger::KindTotals<Kind>& totals) {
  return totals.covered_seconds > 0 || totals.counterfactual.value != 0 || totals.actual.value != 0;
}

Document number(const std::optional<double>& value) {
  return value ? Document(*value) : Document(nullptr);
}

template <class Kind>
Document totals_json(const ledger::KindTotals<Kind>& totals, double run_seconds) {
  if (!was_valued(totals)) return nullptr;
  return {{"actualGrams", totals.actual.value},
          {"atOnceGrams", totals.counterfactual.value},
          {"avoidedGrams", totals.avoided().value},
          {"avoidedPercent", number(cli::avoided_percent(totals))},
          {"coveragePercent", number(cli::coverage_percent(totals, run_seconds))}};
}

template <class Kind>
Document day_json(const ledger::KindTotals<Kind>& totals) {
  if (!was_valued(totals)) return nullptr;
  return {{"actualGrams", totals.actual.value}, {"atOnceGrams", totals.counterfactual.value}};
}

}  // namespace

Document savings_json(const ClusterState& state, TimePoint now) {
  const auto input = input_of(state, now);
  const auto report = cli::report(input);
  const auto& sum = report.enforced;
  Document out = {{"since", ledger::format_day(*input.since)},
                  {"jobs", sum.jobs},
                  {"kWh", sum.kwh},
                  {"waitSeconds", sum.wait_seconds},
                  {"average", totals_json(sum.average, sum.run_seconds)},
                  {"marginal", totals_json(sum.marginal, sum.run_seconds)},
                  {"days", Document::array()},
                  {"shadowJobs", report.shadow.jobs},
                  {"notes", Document::array()}};
  for (const auto& row : report.rows) {
    if (row.shadow) continue;
    out["days"].push_back({{"day", row.group},
                           {"jobs", row.totals.jobs},
                           {"average", day_json(row.totals.average)},
                           {"marginal", day_json(row.totals.marginal)}});
  }
  for (const auto& note : report.notes) out["notes"].push_back(cli::printable(note));
  return out;
}

}  // namespace karbonetes::dashboard
