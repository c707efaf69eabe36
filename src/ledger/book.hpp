// The durable totals: one book for each day (UTC, of the Jobs' finish), kept where several writers
// can reach it (a ConfigMap), each update guarded by its version. Values and the rule by which a
// Job is booked exactly once; pure. The writer does the I/O:
//
//   1. read the book of the Job's day; then read the Job itself, from the API server, not a cache
//   2. next_act() says what is due
//        Book:     book() and write the book under the version that was read; on a conflict: 1
//        Annotate: write the account that the book keeps onto the Job (guarded by its UID)
//        Drop:     drop() with the next update of the book, whenever that is
//   3. a Job that is gone (404, or another UID) whose UID is pending: drop(). A new writer looks up
//      each pending Job of each book once: it may have missed that one went.
//
// Why each Job counts once: booking and remembering the UID is one guarded update, so a second
// writer's update fails and it reads again. The UID is forgotten only when the Job itself carries
// the account, and a Job that does is never booked. The order in 1 matters: a Job read before the
// book may lack an account that was written and dropped from the book in between.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/account.hpp"

namespace karbonetes::ledger {

using Day = std::chrono::sys_days;

[[nodiscard]] Day day_of(TimePoint t);
// "2026-11-24". Errors: Parse.
[[nodiscard]] std::string format_day(Day day);
[[nodiscard]] Result<Day> parse_day(std::string_view text);
// "karbonetes-account-2026-11-24", and back; nullopt for another name.
[[nodiscard]] std::string book_name(Day day);
[[nodiscard]] std::optional<Day> day_of_book(std::string_view name);
// True when a book of `day` is no longer kept: it may be deleted, and no Job is booked into it.
[[nodiscard]] bool expired(Day day, TimePoint now, std::chrono::days keep);

// Stands for what was merged to keep a book small. No namespace can have this name.
inline constexpr std::string_view kOther = "(other)";

struct RowKey {
  std::string ns, policy;
  bool shadow = false;  // the policy's mode: nothing was shifted
  auto operator<=>(const RowKey&) const = default;
};

template <carbon::IntensityKind Kind>
struct KindTotals {
  carbon::Grams<Kind> actual, counterfactual;
  // Of shadow Jobs: what their would-be starts would have avoided.
  carbon::Grams<Kind> would_avoid;
  double covered_seconds = 0;  // of Totals::run_seconds

  [[nodiscard]] carbon::Grams<Kind> avoided() const { return counterfactual - actual; }
  KindTotals& operator+=(const KindTotals& other);
};

struct Totals {
  std::int64_t jobs = 0;
  double kwh = 0;
  double run_seconds = 0;   // Jobs' durations, not pods'
  double wait_seconds = 0;  // from submission to start
  KindTotals<carbon::Average> average;
  KindTotals<carbon::Marginal> marginal;

  Totals& operator+=(const Totals& other);
};

[[nodiscard]] Totals totals_of(const Account& account);

// Booked, and the Job does not carry its account yet.
struct Pending {
  std::string ns, name;
  std::string account;  // the annotation's text
};

struct DayBook {
  static constexpr std::size_t kMaxPending = 256;

  Day day{};
  std::map<RowKey, Totals> rows;
  std::map<std::string, Pending, std::less<>> pending;  // by UID
  std::int64_t folded = 0;  // rows that were merged into kOther to keep the book small
};

// A finished Job, as read after the book of its day.
struct FinishedJob {
  std::string_view uid;
  bool has_account = false;  // carries the account annotation
};

enum class BookAct {
  Nothing,
  Book,
  Annotate,
  Drop,
  Full,  // more than kMaxPending Jobs wait for their annotation: write those first
};
[[nodiscard]] BookAct next_act(const DayBook& book, const FinishedJob& job);

struct Entry {
  std::string uid, ns, name, policy;
  bool shadow = false;
  Totals totals;
  std::string account;  // the annotation's text
};

// Adds the Job to its row and to pending. A UID that is pending already changes nothing and answers
// false.
bool book(DayBook& book, const Entry& entry);
bool drop(DayBook& book, std::string_view uid);

// Merges rows into kOther, those of the namespaces with the least energy first, until at most
// `most` are left (never fewer than two: enforced and shadow). Sums stay what they were.
void fold(DayBook& book, std::size_t most);

}  // namespace karbonetes::ledger
