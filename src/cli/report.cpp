#include "cli/report.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "base/text.hpp"

namespace karbonetes::cli {

namespace {

using ledger::Day;
using ledger::RowKey;
using ledger::Totals;

class Summing {
 public:
  explicit Summing(const ReportInput& input) : input_(input) { out_.group_by = input.group_by; }

  [[nodiscard]] bool wants(Day day) const {
    return (!input_.since || day >= *input_.since) && (!input_.until || day <= *input_.until);
  }
  void add(Day day, const RowKey& key, const Totals& totals) {
    if (input_.ns && key.ns != *input_.ns) return;
    rows_[{key.shadow, group(day, key)}] += totals;
    (key.shadow ? out_.shadow : out_.enforced) += totals;
    out_.first = std::min(out_.first.value_or(day), day);
    out_.last = std::max(out_.last.value_or(day), day);
  }
  void note(std::string sentence) { out_.notes.push_back(std::move(sentence)); }
  [[nodiscard]] Report done() {
    for (auto& [key, totals] : rows_) out_.rows.push_back({key.second, key.first, totals});
    return std::move(out_);
  }

 private:
  [[nodiscard]] std::string group(Day day, const RowKey& key) const {
    switch (input_.group_by) {
      case GroupBy::Namespace:
        return key.ns;
      case GroupBy::Policy:
        return key.policy;
      case GroupBy::Day:
        return ledger::format_day(day);
      case GroupBy::Total:
        break;
    }
    return "total";
  }

  const ReportInput& input_;
  std::map<std::pair<bool, std::string>, Totals> rows_;
  Report out_;
};

std::optional<double> percent(double part, double whole) {
  if (!(whole > 0)) return std::nullopt;
  return 100 * part / whole;
}

}  // namespace

Result<GroupBy> parse_group_by(std::string_view text) {
  for (const GroupBy by : {GroupBy::Namespace, GroupBy::Policy, GroupBy::Day, GroupBy::Total}) {
    if (text == name(by)) return by;
  }
  return fail(Errc::InvalidArgument,
              in_quotes(text) +
                  R"( is nothing to group by: write "namespace", "policy", "day" or "total")");
}

std::string_view name(GroupBy group_by) {
  switch (group_by) {
    case GroupBy::Namespace:
      return "namespace";
    case GroupBy::Policy:
      return "policy";
    case GroupBy::Day:
      return "day";
    case GroupBy::Total:
      break;
  }
  return "total";
}

Report report(const ReportInput& input) {
  Summing sum(input);
  std::set<Day> booked;
  bool folded = false;
  for (const ledger::DayBook& book : input.books) {
    booked.insert(book.day);
    if (!sum.wants(book.day)) continue;
    for (const auto& [key, totals] : book.rows) {
      folded = folded || key.ns == ledger::kOther;
      sum.add(book.day, key, totals);
    }
  }
  std::size_t from_jobs = 0;
  for (const JobAccount& job : input.jobs) {
    const Day day = ledger::day_of(job.account.run.finished);
    if (booked.contains(day) || !sum.wants(day)) continue;
    sum.add(day, {job.ns, job.account.policy, job.shadow}, ledger::totals_of(job.account));
    ++from_jobs;
  }
  for (const std::string& note : input.notes) sum.note(note);
  if (folded) {
    sum.note("(other) stands for small namespaces that were merged to keep a day's book small");
  }
  if (from_jobs > 0) {
    sum.note(std::to_string(from_jobs) + (from_jobs == 1 ? " account was" : " accounts were") +
             " read from Jobs, on days without a book: Jobs that were deleted are missing");
  }
  return sum.done();
}

template <carbon::IntensityKind Kind>
std::optional<double> avoided_percent(const ledger::KindTotals<Kind>& totals) {
  return percent(totals.avoided().value, totals.counterfactual.value);
}
template std::optional<double> avoided_percent(const ledger::KindTotals<carbon::Average>&);
template std::optional<double> avoided_percent(const ledger::KindTotals<carbon::Marginal>&);

template <carbon::IntensityKind Kind>
std::optional<double> would_avoid_percent(const ledger::KindTotals<Kind>& totals) {
  return percent(totals.would_avoid.value, totals.counterfactual.value);
}
template std::optional<double> would_avoid_percent(const ledger::KindTotals<carbon::Average>&);
template std::optional<double> would_avoid_percent(const ledger::KindTotals<carbon::Marginal>&);

template <carbon::IntensityKind Kind>
std::optional<double> coverage_percent(const ledger::KindTotals<Kind>& totals, double run_seconds) {
  return percent(totals.covered_seconds, run_seconds);
}
template std::optional<double> coverage_percent(const ledger::KindTotals<carbon::Average>&, double);
template std::optional<double> coverage_percent(const ledger::KindTotals<carbon::Marginal>&,
                                                double);

}  // namespace karbonetes::cli
