#include "cli/report.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "json/document.hpp"

namespace karbonetes::cli {
namespace {

using carbon::Average;
using carbon::Grams;
using carbon::Marginal;
using ledger::Day;
using ledger::DayBook;
using ledger::Totals;
using testing::HasSubstr;
using testing::Not;

Day day(const char* text) { return *ledger::parse_day(text); }

// `jobs` hours of 1 kWh each, all observed, that emitted `actual` instead of `counterfactual`.
Totals totals(int jobs, double actual, double counterfactual) {
  Totals t;
  t.jobs = jobs;
  t.kwh = jobs;
  t.run_seconds = 3600.0 * jobs;
  t.wait_seconds = 7200.0 * jobs;
  t.average.actual = Grams<Average>(actual);
  t.average.counterfactual = Grams<Average>(counterfactual);
  t.average.covered_seconds = t.run_seconds;
  return t;
}

DayBook book(const char* text) {
  DayBook b;
  b.day = day(text);
  return b;
}

ReportInput two_days() {
  ReportInput in;
  in.books = {book("2026-11-24"), book("2026-11-25")};
  in.books[0].rows[{"team-a", "team-a/default", false}] = totals(2, 150, 400);
  in.books[0].rows[{"team-b", "system/default", false}] = totals(1, 300, 200);
  in.books[1].rows[{"team-a", "team-a/nightly", false}] = totals(1, 50, 200);
  return in;
}

TEST(Report, ByNamespace) {
  const Report r = report(two_days());
  ASSERT_EQ(r.rows.size(), 2u);
  EXPECT_EQ(r.rows[0].group, "team-a");
  EXPECT_EQ(r.rows[0].totals.jobs, 3);
  EXPECT_EQ(r.rows[0].totals.average.avoided(), Grams<Average>(400));
  EXPECT_DOUBLE_EQ(*avoided_percent(r.rows[0].totals.average), 100 * 400.0 / 600);
  EXPECT_EQ(r.rows[1].group, "team-b");
  EXPECT_DOUBLE_EQ(*avoided_percent(r.rows[1].totals.average), -50);
  EXPECT_EQ(r.enforced.jobs, 4);
  EXPECT_EQ(r.first, day("2026-11-24"));
  EXPECT_EQ(r.last, day("2026-11-25"));
}

TEST(Report, GroupsAddUpToTheSameSum) {
  for (const char* by : {"namespace", "policy", "day", "total"}) {
    ReportInput in = two_days();
    in.group_by = *parse_group_by(by);
    const Report r = report(in);
    Totals sum;
    for (const ReportRow& row : r.rows) sum += row.totals;
    EXPECT_EQ(sum.jobs, r.enforced.jobs) << by;
    EXPECT_DOUBLE_EQ(sum.average.actual.value, r.enforced.average.actual.value) << by;
  }
  ReportInput in = two_days();
  in.group_by = GroupBy::Day;
  const Report r = report(in);
  ASSERT_EQ(r.rows.size(), 2u);
  EXPECT_EQ(r.rows[1].group, "2026-11-25");
  in.group_by = GroupBy::Policy;
  EXPECT_EQ(report(in).rows.size(), 3u);
}

TEST(Report, OfAPeriodAndOfOneNamespace) {
  ReportInput in = two_days();
  in.since = in.until = day("2026-11-25");
  EXPECT_EQ(report(in).enforced.jobs, 1);
  in.since = day("2026-11-26");
  in.until.reset();
  EXPECT_EQ(report(in).enforced.jobs, 0);
  EXPECT_THAT(render_report_text(report(in), false), HasSubstr("Nothing was booked"));
  in = two_days();
  in.ns = "team-b";
  EXPECT_EQ(report(in).enforced.jobs, 1);
}

JobAccount on_job(const char* finished, double kwh) {
  JobAccount j;
  j.ns = "team-c";
  j.account.policy = "team-c/default";
  j.account.run.finished = *parse_rfc3339(finished);
  j.account.run.started = j.account.run.finished - std::chrono::hours(1);
  j.account.run.submitted = j.account.run.started;
  j.account.run.energy.kwh = kwh;
  return j;
}

TEST(Report, JobsStandInOnlyForDaysWithoutABook) {
  ReportInput in = two_days();
  in.jobs = {on_job("2026-11-24T23:59:59Z", 8), on_job("2026-11-26T00:00:00Z", 16)};
  const Report r = report(in);
  EXPECT_EQ(r.enforced.jobs, 5);
  EXPECT_EQ(r.enforced.kwh, 4 + 16);
  EXPECT_EQ(r.last, day("2026-11-26"));
  EXPECT_THAT(render_report_text(r, false), HasSubstr("1 account was read from Jobs"));
}

TEST(Report, ShadowJobsAreNoPartOfWhatWasShifted) {
  ReportInput in = two_days();
  Totals shadow = totals(5, 1000, 1000);
  shadow.average.would_avoid = Grams<Average>(250);
  in.books[0].rows[{"team-a", "team-a/default", true}] = shadow;
  const Report r = report(in);
  EXPECT_EQ(r.enforced.jobs, 4);
  EXPECT_EQ(r.shadow.jobs, 5);
  ASSERT_EQ(r.rows.size(), 3u);
  EXPECT_TRUE(r.rows[2].shadow);
  const std::string text = render_report_text(r, false);
  EXPECT_THAT(text, HasSubstr("Shadow, 5 Jobs: would avoid 25.0 % of the average emissions "
                              "(250.0 g of 1.00 kg)\n"));
  EXPECT_THAT(text, HasSubstr("would 25.0 %, 250.0 g"));
}

TEST(Report, TextPutsThePercentageFirst) {
  EXPECT_EQ(render_report_text(report(two_days()), false),
            "From 2026-11-24 to 2026-11-25 (UTC)\n"
            "Avoided by waiting, 4 Jobs: 37.5 % of the average emissions (300.0 g of 800.0 g)\n"
            "\n"
            "NAMESPACE   JOBS   ENERGY      MEAN WAIT   AVOIDED             EMITTED   OBSERVED\n"
            "team-a      3      3.000 kWh   2h          66.7 %, 400.0 g     200.0 g   100.0 %\n"
            "team-b      1      1.000 kWh   2h          -50.0 %, -100.0 g   300.0 g   100.0 %\n");
}

TEST(Report, AverageAndMarginalStandApart) {
  ReportInput in = two_days();
  Totals& t = in.books[0].rows.begin()->second;
  t.marginal.actual = Grams<Marginal>(900);
  t.marginal.counterfactual = Grams<Marginal>(800);
  t.marginal.covered_seconds = 1800;
  const std::string text = render_report_text(report(in), false);
  EXPECT_THAT(text,
              HasSubstr("37.5 % of the average emissions (300.0 g of 800.0 g); apart from "
                        "that, -12.5 % of the marginal emissions (-100.0 g of 800.0 g, 12.5 % "
                        "observed)\n"));
  EXPECT_THAT(text, HasSubstr("MARGINAL AVOIDED"));
  EXPECT_THAT(render_report_text(report(two_days()), false), Not(HasSubstr("MARGINAL")));
}

TEST(Report, WithoutAnIntensityItSaysSo) {
  ReportInput in;
  in.books = {book("2026-11-24")};
  in.books[0].rows[{"a", "p", false}].jobs = 1;
  const std::string text = render_report_text(report(in), false);
  EXPECT_THAT(text, HasSubstr("On 2026-11-24 (UTC)\n1 Job: no carbon intensity was observed\n"));
  EXPECT_THAT(text, Not(HasSubstr("nan")));
}

TEST(Report, FoldedNamespacesAndNotesAreTold) {
  ReportInput in = two_days();
  in.notes = {"the book of 2026-11-23 cannot be read"};
  in.books[0].rows[{"(other)", "(other)", false}] = totals(9, 1, 2);
  const std::string text = render_report_text(report(in), false);
  EXPECT_THAT(text, HasSubstr("Note: the book of 2026-11-23 cannot be read\n"));
  EXPECT_THAT(text, HasSubstr("Note: (other) stands for small namespaces"));
}

TEST(Report, Json) {
  const auto doc = json::parse(render_report_json(report(two_days())));
  ASSERT_TRUE(doc);
  EXPECT_EQ((*doc)["groupBy"], "namespace");
  EXPECT_EQ((*doc)["firstDay"], "2026-11-24");
  EXPECT_EQ((*doc)["enforced"]["average"]["avoidedPercent"], 37.5);
  EXPECT_EQ((*doc)["enforced"]["marginal"]["avoidedPercent"], nullptr);
  ASSERT_EQ((*doc)["rows"].size(), 2u);
  EXPECT_EQ((*doc)["rows"][0]["group"], "team-a");
  EXPECT_EQ((*doc)["rows"][0]["average"]["avoidedGrams"], 400.0);
  EXPECT_EQ((*doc)["rows"][0]["shadow"], false);
}

TEST(Report, Csv) {
  ReportInput in;
  in.books = {book("2026-11-24")};
  in.books[0].rows[{"team-b", "p", false}] = totals(1, 300, 200);
  EXPECT_EQ(render_report_csv(report(in)),
            "namespace,mode,jobs,kWh,runSeconds,waitSeconds,averageAvoidedPercent,"
            "averageAvoidedGrams,averageActualGrams,averageCounterfactualGrams,"
            "averageWouldAvoidGrams,averageCoveragePercent,marginalAvoidedPercent,"
            "marginalAvoidedGrams,marginalActualGrams,marginalCounterfactualGrams,"
            "marginalWouldAvoidGrams,marginalCoveragePercent\r\n"
            "team-b,enforced,1,1,3600,7200,-50,-100,300,200,0,100,,0,0,0,0,0\r\n");
}

TEST(Report, CsvIsSafeToOpenInASpreadsheet) {
  ReportInput in;
  in.books = {book("2026-11-24")};
  for (const char* ns :
       {"=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "a,b", "a\"b", "a\r\n=b", "\t=c"}) {
    in.books[0].rows[{ns, "p", false}].jobs = 1;
  }
  const std::string csv = render_report_csv(report(in));
  EXPECT_THAT(csv, HasSubstr("\n'=cmd|' /C calc'!A0,"));
  EXPECT_THAT(csv, HasSubstr("\n'+1,"));
  EXPECT_THAT(csv, HasSubstr("\n'-1,"));
  EXPECT_THAT(csv, HasSubstr("\n'@SUM(A1),"));
  EXPECT_THAT(csv, HasSubstr("\n\"a,b\","));
  EXPECT_THAT(csv, HasSubstr("\n\"a\"\"b\","));
  EXPECT_THAT(csv, HasSubstr("\na  =b,"));
  // A tab becomes a space: what follows it must not become a formula by being trimmed.
  EXPECT_THAT(csv, HasSubstr("\n' =c,"));
  EXPECT_EQ(std::ranges::count(csv, '\n'), 9);
}

TEST(Report, WhatToGroupBy) {
  EXPECT_EQ(*parse_group_by("day"), GroupBy::Day);
  EXPECT_THAT(parse_group_by("weather").error().message, HasSubstr("write \"namespace\""));
}

TEST(Report, SmallAndLargeMassesAreReadable) {
  ReportInput in;
  in.books = {book("2026-11-24")};
  in.books[0].rows[{"a", "p", false}] = totals(1, 2'500'000, 2'500'000);
  in.books[0].rows[{"b", "p", false}] = totals(1, 2500, 2500.01);
  const std::string text = render_report_text(report(in), false);
  EXPECT_THAT(text, HasSubstr("0.0 %, 0 mg    2.50 t"));
  EXPECT_THAT(text, HasSubstr("0.0 %, 10 mg   2.50 kg"));
  EXPECT_THAT(text, Not(HasSubstr("-0.0")));
}

}  // namespace
}  // namespace karbonetes::cli
