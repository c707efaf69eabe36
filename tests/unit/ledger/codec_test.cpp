#include <gmock/gmock.h>

#include <random>

#include "ledger/codec/account_codec.hpp"
#include "ledger/codec/book_codec.hpp"
#include "ledger/codec/observed_codec.hpp"
#include "times.hpp"

namespace karbonetes::ledger {
namespace {

using carbon::Average;
using carbon::Grams;
using carbon::Marginal;
using testing::HasSubstr;
using testing::Not;

Account full_account() {
  ObservedZone zone;
  zone.average = observed({{at(0), 412.345}, {at(7), 151.5}}, at(20));
  zone.marginal = observed<Marginal>({{at(0), 640}, {at(7), 700}}, at(20));
  ledger::Run job = run(at(1, 2, 3), at(7, 8, 9), at(13, 8, 9), 0.110050);
  job.would_start = at(9);
  return account_of(job, "team-a/default", zone);
}

TEST(AccountCodec, SaysWhatTheJobSaved) {
  ObservedZone zone;
  zone.average = observed({{at(0), 400}, {at(4), 150}}, at(8));
  EXPECT_EQ(encode_account(account_of(run(at(0), at(4), at(6), 0.2), "team-a/default", zone)),
            R"({"kWh":0.2,"energySource":"model","policy":"team-a/default",)"
            R"("submitted":"2026-11-24T00:00:00Z","started":"2026-11-24T04:00:00Z",)"
            R"("finished":"2026-11-24T06:00:00Z","average":{"actualGrams":30.0,)"
            R"("counterfactualGrams":80.0,"avoidedGrams":50.0,"coverage":1.0}})");
}

TEST(AccountCodec, RoundTrip) {
  const Account a = full_account();
  const std::string text = encode_account(a);
  EXPECT_LT(text.size(), kMaxAccountBytes);
  const auto b = decode_account(text);
  ASSERT_TRUE(b) << b.error().message;
  EXPECT_EQ(b->policy, a.policy);
  EXPECT_EQ(b->run.submitted, a.run.submitted);
  EXPECT_EQ(b->run.started, a.run.started);
  EXPECT_EQ(b->run.finished, a.run.finished);
  EXPECT_EQ(b->run.would_start, a.run.would_start);
  EXPECT_NEAR(b->run.energy.kwh, a.run.energy.kwh, 1e-9);
  EXPECT_NEAR(b->average->actual.value, a.average->actual.value, 1e-6);
  EXPECT_NEAR(b->marginal->avoided().value, a.marginal->avoided().value, 1e-6);
  EXPECT_NEAR(b->shadow->average->avoided().value, a.shadow->average->avoided().value, 1e-6);
  EXPECT_EQ(encode_account(*b), text);
}

TEST(AccountCodec, MeasuredEnergyIsMarked) {
  Account a = full_account();
  a.run.energy.source = EnergySource::Measured;
  EXPECT_THAT(encode_account(a), HasSubstr(R"("energySource":"measured")"));
  EXPECT_EQ(decode_account(encode_account(a))->run.energy.source, EnergySource::Measured);
}

TEST(AccountCodec, StaysBelowOneKiBWhateverItsNumbersAndNames) {
  Account a = full_account();
  a.policy = std::string(63, 'n') + "/" + std::string(253, 'p');
  const double large = 123456789012.123456;
  a.run.energy.kwh = large;
  const Emissions<Average> average{Grams<Average>(-large), Grams<Average>(large), 0.123456};
  const Emissions<Marginal> marginal{Grams<Marginal>(-large), Grams<Marginal>(large), 0.123456};
  a.average = a.shadow->average = average;
  a.marginal = a.shadow->marginal = marginal;
  const std::string text = encode_account(a);
  EXPECT_LE(text.size(), kMaxAccountBytes);
  EXPECT_TRUE(decode_account(text));
  a.policy = "team-a/default";
  EXPECT_THAT(encode_account(a), HasSubstr("team-a/default"));
  EXPECT_LE(encode_account(a).size(), kMaxAccountBytes);
}

struct Bad {
  const char* text;
  const char* message;
};
class BadAccount : public testing::TestWithParam<Bad> {};
TEST_P(BadAccount, IsRefusedNamingTheField) {
  const auto a = decode_account(GetParam().text);
  ASSERT_FALSE(a);
  EXPECT_EQ(a.error().code, Errc::Parse);
  EXPECT_THAT(a.error().message, HasSubstr(GetParam().message));
}
INSTANTIATE_TEST_SUITE_P(
    All, BadAccount,
    testing::Values(Bad{"", "account: JSON"}, Bad{"[]", "account: write an object"},
                    Bad{"{}", "submitted: write a time"}, Bad{R"({"kWh":-1})", "kWh: write"},
                    Bad{R"({"kWh":"1"})", "kWh: write"},
                    Bad{R"({"energySource":"guess"})", "energySource: write"},
                    Bad{R"({"submitted":"now"})", "submitted: \"now\""},
                    Bad{R"({"submitted":"2026-11-24T00:00:00Z","started":"2026-11-24T00:00:00Z",
                        "finished":"2026-11-24T00:00:00Z","average":{"coverage":2}})",
                        "average.coverage: write"},
                    Bad{R"({"submitted":"2026-11-24T00:00:00Z","started":"2026-11-24T00:00:00Z",
                        "finished":"2026-11-24T00:00:00Z","shadow":{}})",
                        "shadow.start: write"},
                    Bad{R"({"submitted":"2026-11-24T00:00:00Z","started":"2026-11-24T00:00:00Z",
                        "finished":"2026-11-24T00:00:00Z","marginal":[]})",
                        "marginal: write an object"}));

TEST(ObservedCodec, RoundTripToAThousandthOfAGram) {
  Observed a;
  std::mt19937 random(5);
  a.zones["DE"].average = random_series(random, 100);
  a.zones["DE"].marginal = random_series<Marginal>(random, 100);
  a.zones[""].average = ObservedSeries<Average>({{at(0), at(2), carbon::Intensity<Average>(1.0005)},
                                                 {at(4), at(5), carbon::Intensity<Average>(-2)}},
                                                at(5));
  const std::string text = encode_observed(a);
  const auto b = decode_observed(text);
  ASSERT_TRUE(b) << b.error().message;
  ASSERT_EQ(b->zones.size(), 2u);
  const auto expect_same = [](const auto& x, const auto& y) {
    EXPECT_EQ(x.observed_until(), y.observed_until());
    ASSERT_EQ(x.steps().size(), y.steps().size());
    for (std::size_t i = 0; i < x.steps().size(); ++i) {
      EXPECT_EQ(x.steps()[i].from, y.steps()[i].from);
      EXPECT_EQ(x.steps()[i].until, y.steps()[i].until);
      EXPECT_NEAR(x.steps()[i].value.grams_per_kwh, y.steps()[i].value.grams_per_kwh, 0.0005001);
    }
  };
  expect_same(a.zone("DE").average, b->zone("DE").average);
  expect_same(a.zone("DE").marginal, b->zone("DE").marginal);
  expect_same(a.zone("").average, b->zone("").average);
  EXPECT_EQ(encode_observed(*b), text);  // what was rounded stays
}

TEST(ObservedCodec, GapsAreNull) {
  Observed a;
  a.zones["DE"].average =
      ObservedSeries<Average>({{at(0), at(1), carbon::Intensity<Average>(400)},
                               {at(2), at(3), carbon::Intensity<Average>(300.5)}},
                              at(3));
  EXPECT_EQ(encode_observed(a),
            R"({"version":1,"zones":{"DE":{"average":{"observedUntil":"2026-11-24T03:00:00Z",)"
            R"("start":"2026-11-24T00:00:00Z","seconds":[3600,3600,3600],)"
            R"("gramsPerKwh":[400.0,null,300.5]}}}})");
}

TEST(ObservedCodec, TheOldestGoesWhenAllDoesNotFit) {
  Observed a;
  std::mt19937 random(6);
  for (int zone = 0; zone < 40; ++zone) {
    carbon::Series<Average> s;
    for (int i = 0; i < 14 * 24 * 4; ++i) {  // 14 days of quarters
      s.points.push_back({at(0, i * 15), carbon::Intensity<Average>(
                                             static_cast<double>(random() % 500'000) / 1000)});
    }
    s.end = s.observed_until = at(14 * 24);
    a.merge("zone-" + std::to_string(zone), s, s.end);
  }
  const std::string text = encode_observed(a);
  EXPECT_LE(text.size(), kMaxObservedBytes);
  EXPECT_GT(text.size(), kMaxObservedBytes / 2);
  const auto b = decode_observed(text);
  ASSERT_TRUE(b);
  ASSERT_EQ(b->zones.size(), 40u);
  const TimePoint kept = b->zone("zone-0").average.steps().front().from;
  for (const auto& [zone, series] : b->zones) {
    EXPECT_EQ(series.average.steps().front().from, kept);
    EXPECT_EQ(series.average.steps().back().until, at(14 * 24));
  }
}

class BadObserved : public testing::TestWithParam<Bad> {};
TEST_P(BadObserved, IsRefusedNamingTheField) {
  const auto o = decode_observed(GetParam().text);
  ASSERT_FALSE(o);
  EXPECT_EQ(o.error().code, Errc::Parse);
  EXPECT_THAT(o.error().message, HasSubstr(GetParam().message));
}
#define SERIES(rest) \
  R"({"version":1,"zones":{"DE":{"average":{"observedUntil":"2026-11-24T00:00:00Z",)" rest "}}}}"
INSTANTIATE_TEST_SUITE_P(
    All, BadObserved,
    testing::Values(
        Bad{"", "observed: JSON"}, Bad{R"({"version":2})", "version: write 1"},
        Bad{R"({"version":1,"zones":[]})", "zones: write an object"},
        Bad{R"({"version":1,"zones":{"DE":{"average":{}}}})", R"(zones["DE"].average.start)"},
        Bad{SERIES(R"("start":"2026-11-24T00:00:00Z","seconds":[1],"gramsPerKwh":[])"),
            "of the same length"},
        Bad{SERIES(R"("start":"2026-11-24T00:00:00Z","seconds":[0],"gramsPerKwh":[1])"),
            "whole seconds above 0"},
        Bad{SERIES(R"("start":"2026-11-24T00:00:00Z","seconds":[-5],"gramsPerKwh":[1])"),
            "whole seconds above 0"},
        Bad{SERIES(R"("start":"2026-11-24T00:00:00Z","seconds":[18446744073709551615],)"
                   R"("gramsPerKwh":[1])"),
            "whole seconds above 0"},
        Bad{SERIES(R"("start":"2026-11-24T00:00:00Z","seconds":[60],"gramsPerKwh":["1"])"),
            "numbers or null"}));
#undef SERIES

DayBook two_rows() {
  DayBook b;
  b.day = day_of(at(0));
  Entry e;
  e.uid = "2b6f0cc9";
  e.ns = "team-a";
  e.name = "train";
  e.policy = "team-a/default";
  e.totals = totals_of(full_account());
  e.account = encode_account(full_account());
  book(b, e);
  e.uid = "5";
  e.shadow = true;
  book(b, e);
  return b;
}

TEST(BookCodec, RoundTripIsExact) {
  DayBook a = two_rows();
  const auto text = encode_book(a);
  ASSERT_TRUE(text);
  auto b = decode_book(*text);
  ASSERT_TRUE(b) << b.error().message;
  EXPECT_EQ(b->day, a.day);
  ASSERT_EQ(b->rows.size(), 2u);
  const Totals &x = a.rows.begin()->second, &y = b->rows.begin()->second;
  EXPECT_EQ(b->rows.begin()->first, a.rows.begin()->first);
  EXPECT_EQ(x.jobs, y.jobs);
  EXPECT_EQ(x.kwh, y.kwh);
  EXPECT_EQ(x.run_seconds, y.run_seconds);
  EXPECT_EQ(x.wait_seconds, y.wait_seconds);
  EXPECT_EQ(x.average.actual, y.average.actual);
  EXPECT_EQ(x.average.counterfactual, y.average.counterfactual);
  EXPECT_EQ(x.average.would_avoid, y.average.would_avoid);
  EXPECT_EQ(x.marginal.avoided(), y.marginal.avoided());
  EXPECT_EQ(x.marginal.covered_seconds, y.marginal.covered_seconds);
  EXPECT_EQ(b->pending.at("5").name, "train");
  EXPECT_EQ(b->pending.at("5").account, a.pending.at("5").account);
  EXPECT_EQ(*encode_book(*b), *text);
}

TEST(BookCodec, FoldsWhatDoesNotFitAndSaysSo) {
  DayBook a;
  a.day = day_of(at(0));
  for (int i = 0; i < 6000; ++i) {
    Totals& t = a.rows[{"namespace-" + std::to_string(i), std::string(200, 'p'), false}];
    t.jobs = 1;
    t.kwh = i;
  }
  for (std::size_t i = 0; i < DayBook::kMaxPending; ++i) {
    a.pending[std::to_string(i)] = {"ns", "job", std::string(kMaxAccountBytes, 'x')};
  }
  const auto text = encode_book(a);
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_LE(text->size(), kMaxBookBytes);
  EXPECT_GT(text->size(), kMaxBookBytes / 2);
  const auto b = decode_book(*text);
  ASSERT_TRUE(b) << b.error().message;
  EXPECT_EQ(b->pending.size(), DayBook::kMaxPending);
  EXPECT_GT(b->folded, 0);
  EXPECT_EQ(b->folded, a.folded);
  std::int64_t jobs = 0;
  for (const auto& [key, totals] : b->rows) jobs += totals.jobs;
  EXPECT_EQ(jobs, 6000);
  EXPECT_EQ(b->rows.at({"(other)", "(other)", false}).jobs, b->folded);
  EXPECT_TRUE(b->rows.contains({"namespace-5999", std::string(200, 'p'), false}));
}

TEST(BookCodec, PendingIsNeverDroppedToFit) {
  DayBook a;
  for (int i = 0; i < 1000; ++i) a.pending[std::to_string(i)] = {"n", "j", std::string(4000, 'x')};
  const auto text = encode_book(a);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, Errc::Invalid);
}

TEST(BookCodec, HostileNamesAreWrittenAsText) {
  DayBook a;
  a.rows[{"a\"b\\\n\xFF", "p", false}].jobs = 1;
  const auto text = encode_book(a);
  ASSERT_TRUE(text);
  EXPECT_TRUE(decode_book(*text));
  EXPECT_THAT(*text, Not(HasSubstr("\n")));
}

class BadBook : public testing::TestWithParam<Bad> {};
TEST_P(BadBook, IsRefusedNamingTheField) {
  const auto b = decode_book(GetParam().text);
  ASSERT_FALSE(b);
  EXPECT_EQ(b.error().code, Errc::Parse);
  EXPECT_THAT(b.error().message, HasSubstr(GetParam().message));
}
#define BOOK(rest) R"({"version":1,"day":"2026-11-24",)" rest "}"
INSTANTIATE_TEST_SUITE_P(
    All, BadBook,
    testing::Values(Bad{"", "account book: JSON"}, Bad{"{}", "version: write 1"},
                    Bad{R"({"version":1})", "day: \"\" is not a day"},
                    Bad{R"({"version":1,"day":7})", "day: write a string"},
                    Bad{BOOK(R"("rows":{})"), "rows: write an array"},
                    Bad{BOOK(R"("rows":[7])"), "rows[0]: write an object"},
                    Bad{BOOK(R"("rows":[{},{"jobs":-1}])"), "rows[1].jobs: write"},
                    Bad{BOOK(R"("rows":[{"kWh":1e99}])"), "rows[0].kWh: write"},
                    Bad{BOOK(R"("rows":[{"shadow":"no"}])"), "rows[0].shadow: write true or false"},
                    Bad{BOOK(R"("rows":[{"average":{"actualGrams":"1"}}])"),
                        "rows[0].average.actualGrams: write"},
                    Bad{BOOK(R"("pending":[])"), "pending: write an object"},
                    Bad{BOOK(R"("pending":{"u":{"account":1}})"),
                        "pending[\"u\"].account: write"}));
#undef BOOK

TEST(Codecs, WideAndLargeObjectsAreRefusedAtOnce) {
  std::string wide = R"({"version":1,"zones":{)";
  for (int i = 0; i < 50'000; ++i) wide += "\"" + std::to_string(i) + "\":{},";
  wide += "\"x\":{}}}";
  EXPECT_THAT(decode_observed(wide).error().message, HasSubstr("2000 members"));
  EXPECT_THAT(decode_observed(std::string(3U << 20, ' ')).error().message,
              HasSubstr("larger than"));
  EXPECT_THAT(decode_book(std::string(3U << 20, ' ')).error().message, HasSubstr("larger than"));
  EXPECT_THAT(decode_account(std::string(5000, ' ')).error().message, HasSubstr("larger than"));
}

// Texts with a few bytes changed are decoded or refused.
TEST(Codecs, DamagedTextsNeverCrash) {
  std::mt19937 random(9);
  DayBook b = two_rows();
  Observed o;
  o.zones["DE"].average = random_series(random, 5);
  const std::vector<std::string> texts{*encode_book(b), encode_observed(o),
                                       encode_account(full_account())};
  int refused = 0;
  for (int i = 0; i < 6000; ++i) {
    std::string text = texts[static_cast<std::size_t>(i) % 3];
    for (int n = 0; n < 3; ++n) text[random() % text.size()] = static_cast<char>(random());
    const bool read = i % 3 == 0   ? decode_book(text).has_value()
                      : i % 3 == 1 ? decode_observed(text).has_value()
                                   : decode_account(text).has_value();
    refused += read ? 0 : 1;
  }
  EXPECT_GT(refused, 3000);
}

}  // namespace
}  // namespace karbonetes::ledger
