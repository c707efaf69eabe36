// `kubectl karbonetes report`: what was emitted, and what was avoided by waiting, over a period.
// From day books to rows to text; pure. Where a day's book cannot be read, the accounts that Jobs
// carry stand in for it: fewer, for Jobs are deleted, and never both.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/account.hpp"
#include "ledger/book.hpp"

namespace karbonetes::cli {

enum class GroupBy { Namespace, Policy, Day, Total };
// "namespace" | "policy" | "day" | "total". Errors: InvalidArgument.
[[nodiscard]] Result<GroupBy> parse_group_by(std::string_view text);
[[nodiscard]] std::string_view name(GroupBy group_by);

// An account as a Job carries it.
struct JobAccount {
  std::string ns;
  bool shadow = false;
  ledger::Account account;
};

struct ReportInput {
  std::vector<ledger::DayBook> books;
  std::vector<JobAccount> jobs;             // counted only on days without a book
  std::vector<std::string> notes;           // what could not be read
  std::optional<ledger::Day> since, until;  // by the Jobs' finish; both inclusive; absent: open
  std::optional<std::string> ns;            // one namespace alone
  GroupBy group_by = GroupBy::Namespace;
};

struct ReportRow {
  std::string group;  // a namespace, a policy, a day; "total"
  bool shadow = false;
  ledger::Totals totals;
};

struct Report {
  GroupBy group_by = GroupBy::Namespace;
  std::optional<ledger::Day> first, last;  // days on which something was booked
  std::vector<ReportRow> rows;             // by group; those of shadow policies after the others
  // Shadow Jobs were not shifted: they are no part of the sums of those that were.
  ledger::Totals enforced, shadow;
  std::vector<std::string> notes;
};

[[nodiscard]] Report report(const ReportInput& input);

// Avoided emissions in percent of the counterfactual; nullopt when that is not above zero.
template <carbon::IntensityKind Kind>
[[nodiscard]] std::optional<double> avoided_percent(const ledger::KindTotals<Kind>& totals);
// Of a shadow row: what the would-be starts would have avoided.
template <carbon::IntensityKind Kind>
[[nodiscard]] std::optional<double> would_avoid_percent(const ledger::KindTotals<Kind>& totals);
// The part of the run time for which an intensity was observed, in percent; nullopt without a run.
template <carbon::IntensityKind Kind>
[[nodiscard]] std::optional<double> coverage_percent(const ledger::KindTotals<Kind>& totals,
                                                     double run_seconds);

// A headline with the percentage of each kind, then the table.
[[nodiscard]] std::string render_report_text(const Report& report, bool colours);
[[nodiscard]] std::string render_report_json(const Report& report);
// RFC 4180: CR LF, a header line, fields quoted where needed. A text that a spreadsheet would take
// for a formula is preceded by an apostrophe.
[[nodiscard]] std::string render_report_csv(const Report& report);

}  // namespace karbonetes::cli
