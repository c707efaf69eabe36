#include "ledger/book.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/text.hpp"

namespace karbonetes::ledger {

namespace {

constexpr std::string_view kBookPrefix = "karbonetes-account-";
constexpr std::size_t kDayLength = 10;  // "2026-11-24"

double seconds(Millis d) { return static_cast<double>(d.count()) / 1000; }

template <class Kind>
KindTotals<Kind> kind_totals(const std::optional<Emissions<Kind>>& run,
                             const std::optional<Emissions<Kind>>& shadow, double run_seconds) {
  KindTotals<Kind> out;
  if (run) {
    out.actual = run->actual;
    out.counterfactual = run->counterfactual;
    out.covered_seconds = run->coverage * run_seconds;
  }
  if (shadow) out.would_avoid = shadow->avoided();
  return out;
}

}  // namespace

Day day_of(TimePoint t) { return std::chrono::floor<std::chrono::days>(t); }

std::string format_day(Day day) { return format_rfc3339(TimePoint(day)).substr(0, kDayLength); }

Result<Day> parse_day(std::string_view text) {
  if (text.size() == kDayLength) {
    if (const auto t = parse_rfc3339(std::string(text) + "T00:00:00Z")) return day_of(*t);
  }
  return fail(Errc::Parse, in_quotes(text) + R"( is not a day: write it as "2026-11-24")");
}

std::string book_name(Day day) { return std::string(kBookPrefix) + format_day(day); }

std::optional<Day> day_of_book(std::string_view name) {
  if (!name.starts_with(kBookPrefix)) return std::nullopt;
  const auto day = parse_day(name.substr(kBookPrefix.size()));
  return day ? std::optional(*day) : std::nullopt;
}

bool expired(Day day, TimePoint now, std::chrono::days keep) { return day + keep < day_of(now); }

template <carbon::IntensityKind Kind>
KindTotals<Kind>& KindTotals<Kind>::operator+=(const KindTotals& other) {
  actual += other.actual;
  counterfactual += other.counterfactual;
  would_avoid += other.would_avoid;
  covered_seconds += other.covered_seconds;
  return *this;
}

template struct KindTotals<carbon::Average>;
template struct KindTotals<carbon::Marginal>;

Totals& Totals::operator+=(const Totals& other) {
  jobs += other.jobs;
  kwh += other.kwh;
  run_seconds += other.run_seconds;
  wait_seconds += other.wait_seconds;
  average += other.average;
  marginal += other.marginal;
  return *this;
}

Totals totals_of(const Account& account) {
  Totals out;
  out.jobs = 1;
  out.kwh = account.run.energy.kwh;
  out.run_seconds = seconds(account.run.duration());
  out.wait_seconds = seconds(account.run.waited());
  const ShadowAccount shadow = account.shadow.value_or(ShadowAccount{});
  out.average = kind_totals(account.average, shadow.average, out.run_seconds);
  out.marginal = kind_totals(account.marginal, shadow.marginal, out.run_seconds);
  return out;
}

BookAct next_act(const DayBook& book, const FinishedJob& job) {
  const bool pending = book.pending.contains(job.uid);
  if (job.has_account) return pending ? BookAct::Drop : BookAct::Nothing;
  if (pending) return BookAct::Annotate;
  return book.pending.size() < DayBook::kMaxPending ? BookAct::Book : BookAct::Full;
}

bool book(DayBook& book, const Entry& entry) {
  const bool added =
      book.pending.try_emplace(entry.uid, Pending{entry.ns, entry.name, entry.account}).second;
  if (added) book.rows[RowKey{entry.ns, entry.policy, entry.shadow}] += entry.totals;
  return added;
}

bool drop(DayBook& book, std::string_view uid) {
  const auto found = book.pending.find(uid);
  if (found == book.pending.end()) return false;
  book.pending.erase(found);
  return true;
}

void fold(DayBook& book, std::size_t most) {
  most = std::max<std::size_t>(most, 2);
  if (book.rows.size() <= most) return;

  std::map<std::string_view, double> energy;
  for (const auto& [key, totals] : book.rows) energy[key.ns] += totals.kwh;
  std::vector<std::pair<double, std::string_view>> smallest_first;
  for (const auto& [ns, kwh] : energy) {
    if (ns != kOther) smallest_first.emplace_back(kwh, ns);
  }
  std::ranges::sort(smallest_first);

  // Views into keys: the rows go only after the last look at them.
  std::map<RowKey, Totals> kept = book.rows;
  for (const auto& [kwh, ns] : smallest_first) {
    if (kept.size() <= most) break;
    for (auto row = kept.lower_bound(RowKey{std::string(ns), "", false});
         row != kept.end() && row->first.ns == ns;) {
      kept[RowKey{std::string(kOther), std::string(kOther), row->first.shadow}] += row->second;
      row = kept.erase(row);
      ++book.folded;
    }
  }
  book.rows = std::move(kept);
}

}  // namespace karbonetes::ledger
