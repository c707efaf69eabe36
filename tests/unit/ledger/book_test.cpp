#include "ledger/book.hpp"

#include <gmock/gmock.h>

#include "times.hpp"

namespace karbonetes::ledger {
namespace {

using carbon::Average;
using carbon::Grams;
using carbon::Marginal;
using testing::HasSubstr;

Entry entry(std::string uid, std::string ns = "team-a", double kwh = 1, bool shadow = false) {
  Entry e;
  e.uid = std::move(uid);
  e.policy = ns + "/default";
  e.ns = std::move(ns);
  e.name = "job-" + e.uid;
  e.shadow = shadow;
  e.account = "{}";
  e.totals.jobs = 1;
  e.totals.kwh = kwh;
  e.totals.average.actual = Grams<Average>(100 * kwh);
  e.totals.average.counterfactual = Grams<Average>(300 * kwh);
  return e;
}

Totals sum_of(const DayBook& book) {
  Totals sum;
  for (const auto& [key, totals] : book.rows) sum += totals;
  return sum;
}

TEST(Book, DaysAreThoseOfUtc) {
  EXPECT_EQ(format_day(day_of(at(0))), "2026-11-24");
  EXPECT_EQ(format_day(day_of(at(23, 59, 59))), "2026-11-24");
  EXPECT_EQ(format_day(day_of(at(24))), "2026-11-25");
  EXPECT_EQ(format_day(day_of(at(0) - Millis(1))), "2026-11-23");
  EXPECT_EQ(*parse_day("2026-11-24"), day_of(at(5)));
  for (const char* bad : {"", "2026-11-31", "2026-1-1", "yesterday!", "2026-11-24T"}) {
    const auto day = parse_day(bad);
    ASSERT_FALSE(day) << bad;
    EXPECT_THAT(day.error().message, HasSubstr("2026-11-24"));
  }
}

TEST(Book, HasANameThatTellsItsDay) {
  EXPECT_EQ(book_name(day_of(at(0))), "karbonetes-account-2026-11-24");
  EXPECT_EQ(day_of_book("karbonetes-account-2026-11-24"), day_of(at(0)));
  EXPECT_EQ(day_of_book("karbonetes-account-latest"), std::nullopt);
  EXPECT_EQ(day_of_book("kube-root-ca.crt"), std::nullopt);
}

TEST(Book, ExpiresAfterTheDaysThatItIsKept) {
  const std::chrono::days keep(30);
  EXPECT_FALSE(expired(day_of(at(0)), at(24 * 30), keep));
  EXPECT_TRUE(expired(day_of(at(0)), at(24 * 31), keep));
}

TEST(Book, TotalsOfAnAccount) {
  ObservedZone zone;
  zone.average = observed({{at(0), 400}, {at(4), 150}}, at(8));
  zone.marginal = observed<Marginal>({{at(4), 700}}, at(8));
  ledger::Run job = run(at(0), at(4), at(6), 2);
  job.would_start = at(4);
  const Totals t = totals_of(account_of(job, "p", zone));
  EXPECT_EQ(t.jobs, 1);
  EXPECT_EQ(t.kwh, 2);
  EXPECT_EQ(t.run_seconds, 7200);
  EXPECT_EQ(t.wait_seconds, 4 * 3600);
  EXPECT_EQ(t.average.actual, Grams<Average>(300));
  EXPECT_EQ(t.average.avoided(), Grams<Average>(500));
  EXPECT_EQ(t.average.would_avoid, Grams<Average>(500));
  EXPECT_EQ(t.average.covered_seconds, 7200);
  EXPECT_EQ(t.marginal.covered_seconds, 3600);  // the counterfactual span was not observed
  EXPECT_EQ(totals_of(Account{}).average.actual, Grams<Average>(0));
}

TEST(Book, AddsUpByNamespacePolicyAndMode) {
  DayBook b;
  EXPECT_TRUE(book(b, entry("1")));
  EXPECT_TRUE(book(b, entry("2", "team-a", 2)));
  EXPECT_TRUE(book(b, entry("3", "team-b")));
  EXPECT_TRUE(book(b, entry("4", "team-a", 1, true)));
  ASSERT_EQ(b.rows.size(), 3u);
  const Totals& a = b.rows.at({"team-a", "team-a/default", false});
  EXPECT_EQ(a.jobs, 2);
  EXPECT_EQ(a.kwh, 3);
  EXPECT_EQ(a.average.avoided(), Grams<Average>(600));
  EXPECT_EQ(b.pending.size(), 4u);
}

TEST(Book, AUidCountsOnce) {
  DayBook b;
  EXPECT_TRUE(book(b, entry("1")));
  EXPECT_FALSE(book(b, entry("1")));
  EXPECT_EQ(sum_of(b).jobs, 1);
  EXPECT_TRUE(drop(b, "1"));
  EXPECT_FALSE(drop(b, "1"));
  EXPECT_EQ(sum_of(b).jobs, 1);
}

TEST(Book, WhatIsDueForAFinishedJob) {
  DayBook b;
  EXPECT_EQ(next_act(b, {"1", false}), BookAct::Book);
  EXPECT_EQ(next_act(b, {"1", true}), BookAct::Nothing);
  book(b, entry("1"));
  EXPECT_EQ(next_act(b, {"1", false}), BookAct::Annotate);
  EXPECT_EQ(next_act(b, {"1", true}), BookAct::Drop);
}

TEST(Book, WhatIsPendingIsBounded) {
  DayBook b;
  for (std::size_t i = 0; i < DayBook::kMaxPending; ++i) book(b, entry(std::to_string(i)));
  EXPECT_EQ(next_act(b, {"new", false}), BookAct::Full);
  EXPECT_EQ(next_act(b, {"7", false}), BookAct::Annotate);
  EXPECT_EQ(next_act(b, {"7", true}), BookAct::Drop);
  drop(b, "7");
  EXPECT_EQ(next_act(b, {"new", false}), BookAct::Book);
}

TEST(Book, FoldsTheSmallestNamespacesAndKeepsTheSums) {
  DayBook b;
  for (int i = 0; i < 20; ++i) {
    const std::string ns = "team-" + std::to_string(i);
    book(b, entry(ns, ns, i + 1));
    book(b, entry(ns + "s", ns, 0.5, true));
  }
  const Totals before = sum_of(b);
  fold(b, 12);
  EXPECT_LE(b.rows.size(), 12u);
  EXPECT_EQ(b.folded, 30);  // 15 namespaces of two rows each; 5 stay, and two rows of the rest
  EXPECT_TRUE(b.rows.contains({"team-19", "team-19/default", false}));
  EXPECT_FALSE(b.rows.contains({"team-0", "team-0/default", false}));
  EXPECT_EQ(b.rows.at({"(other)", "(other)", true}).jobs, 15);
  const Totals after = sum_of(b);
  EXPECT_EQ(after.jobs, before.jobs);
  EXPECT_DOUBLE_EQ(after.kwh, before.kwh);
  EXPECT_DOUBLE_EQ(after.average.actual.value, before.average.actual.value);

  fold(b, 0);
  EXPECT_EQ(b.rows.size(), 2u);
  EXPECT_EQ(sum_of(b).jobs, before.jobs);
  const auto folded = b.folded;
  fold(b, 2);
  EXPECT_EQ(b.folded, folded);
}

}  // namespace
}  // namespace karbonetes::ledger
