#include "providers/points.hpp"

#include <gmock/gmock.h>

#include "base/time_text.hpp"
#include "carbon/forecast.hpp"
#include "providers/answer.hpp"
#include "providers/history.hpp"
#include "providers/secret_file.hpp"
#include "scripted_fetch.hpp"
#include "temp_file.hpp"

namespace karbonetes::providers {
namespace {

using carbon::KindTag;
using testing::HasSubstr;
using testing::Not;

const TimePoint kNow = at("2026-11-24T12:10:00Z");
constexpr auto kHour = std::chrono::hours(1);

TEST(SourceTime, WhatSourcesWrite) {
  const TimePoint noon = at("2018-01-20T12:00:00Z");
  for (const char* text :
       {"2018-01-20T12:00:00Z", "2018-01-20T12:00Z", "2018-01-20T12:00", "2018-01-20 12:00:00",
        "2018-01-20T13:00:00+01:00", "2018-01-20T13:00+0100", "2018-01-20T12:00:00.0000000+00:00",
        "2018-01-20 12:00:00 UTC", "2018-01-20T12:00:00.000Z"}) {
    const auto t = parse_source_time(text);
    ASSERT_TRUE(t) << text;
    EXPECT_EQ(*t, noon) << text;
  }
  EXPECT_EQ(*parse_source_time("2018-01-20"), at("2018-01-20T00:00:00Z"));
}

TEST(SourceTime, WhatIsNone) {
  for (const std::string& text :
       {std::string(), std::string("tomorrow"), std::string("2018-13-20T12:00Z"),
        std::string("2018-01-20T25:00Z"), std::string(10'000, '1'), std::string("2018-01-20T12"),
        std::string("2018-01-20T12:00:00Zjunk")}) {
    EXPECT_FALSE(parse_source_time(text)) << text.substr(0, 30);
  }
  EXPECT_FALSE(from_epoch_seconds(-1));
  EXPECT_FALSE(from_epoch_seconds(1e300));
  EXPECT_EQ(*from_epoch_seconds(1.5), TimePoint(Millis(1500)));
}

TEST(Points, SortedFirstOfDuplicatesHoldsGapsHoldOn) {
  Points points;
  points.add(at("2026-11-24T14:00:00Z"), 140, false);
  points.add(at("2026-11-24T12:00:00Z"), 120, true);
  points.add(at("2026-11-24T14:00:00Z"), 999, false);
  points.add(at("2026-11-24T17:00:00Z"), 170, false);
  points.add(at("2026-11-24T13:00:00Z"), 130, false);
  const auto reading = points.finish(KindTag::Average, kNow);
  ASSERT_TRUE(reading);
  const auto& s = series(*reading);
  ASSERT_EQ(s.points.size(), 4U);
  EXPECT_EQ(s.points[2].value.grams_per_kwh, 140);
  EXPECT_EQ(s.end, at("2026-11-24T18:00:00Z"));  // the usual step is an hour
  EXPECT_EQ(s.observed_until, at("2026-11-24T13:00:00Z"));
  EXPECT_EQ(carbon::Forecast::prepare(reading->series)->at(at("2026-11-24T16:30:00Z")), 140);
}

TEST(Points, AbsurdValuesAndNullsAreLeftOutAndSaid) {
  Points points;
  points.add(kNow, -1, false);
  points.add(kNow, 100'001, false);
  points.add(kNow, std::numeric_limits<double>::quiet_NaN(), false);
  points.add_null();
  const auto none = points.finish(KindTag::Average, kNow);
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, HasSubstr("1 null, 3 outside"));
  points.add(kNow, 0, false);
  const auto some = points.finish(KindTag::Marginal, kNow);
  ASSERT_TRUE(some);
  EXPECT_EQ(series<carbon::Marginal>(*some).points.size(), 1U);
  ASSERT_EQ(some->warnings.size(), 1U);
  EXPECT_THAT(some->warnings[0], HasSubstr("3 values outside"));
}

TEST(Points, TheNewestValueHoldsWhenTheSourceKnowsOnlyThePresent) {
  Points points;
  points.add(at("2026-11-24T10:00:00Z"), 300, true);
  const auto reading = points.finish(KindTag::Average, kNow);
  EXPECT_EQ(series(*reading).end, at("2026-11-24T14:00:00Z"));
  EXPECT_EQ(series(*reading).observed_until, at("2026-11-24T11:00:00Z"));
  EXPECT_FALSE(carbon::Forecast::prepare(reading->series)->reaches_beyond(kNow));
}

TEST(Points, AnOldValueDoesNotHoldForEver) {
  Points points;
  points.add(at("2026-11-23T10:00:00Z"), 300, true);
  const auto reading = points.finish(KindTag::Average, kNow);
  EXPECT_EQ(series(*reading).end, at("2026-11-23T11:00:00Z"));
  ASSERT_EQ(reading->warnings.size(), 1U);
  EXPECT_THAT(reading->warnings[0], HasSubstr("2026-11-23T10:00:00Z"));
}

TEST(Points, MoreThanTheMostKeepsTheNewest) {
  Points points;
  for (int i = 0; i < 10'050; ++i) points.add(kNow + std::chrono::minutes(i), i, false);
  const auto reading = points.finish(KindTag::Average, kNow);
  EXPECT_EQ(series(*reading).points.size(), Points::kMax);
  EXPECT_EQ(series(*reading).points.front().value.grams_per_kwh, 50);
}

TEST(History, ObservedHoursAreKeptInFrontOfANewAnswer) {
  Points before, next;
  for (int h = 0; h < 3; ++h) before.add(kNow - (3 - h) * kHour, 100 + h, true);
  next.add(kNow, 200, true);
  next.add(kNow + kHour, 210, false);
  const auto merged = with_history(before.finish(KindTag::Average, kNow)->series,
                                   next.finish(KindTag::Average, kNow)->series, kNow);
  const auto& s = std::get<carbon::Series<carbon::Average>>(merged);
  ASSERT_EQ(s.points.size(), 5U);
  EXPECT_EQ(s.points.front().value.grams_per_kwh, 100);
  EXPECT_EQ(s.observed_until, kNow + kHour);
}

TEST(History, ForecastsThatPassedAreNotKept) {
  Points before, next;
  before.add(kNow - 2 * kHour, 100, true);
  before.add(kNow - kHour, 110, false);
  next.add(kNow, 200, false);
  const auto merged = with_history(before.finish(KindTag::Average, kNow)->series,
                                   next.finish(KindTag::Average, kNow)->series, kNow);
  const auto& s = std::get<carbon::Series<carbon::Average>>(merged);
  ASSERT_EQ(s.points.size(), 2U);  // the last observation holds instead
  EXPECT_EQ(s.points.front().value.grams_per_kwh, 100);
  EXPECT_EQ(s.observed_until, kNow + kHour) << "what it says of the present";
}

TEST(History, KindsAreNeverMixedAndGapsBreakIt) {
  Points before, next;
  before.add(kNow - kHour, 100, true);
  next.add(kNow, 200, true);
  const auto other = with_history(before.finish(KindTag::Marginal, kNow)->series,
                                  next.finish(KindTag::Average, kNow)->series, kNow);
  EXPECT_EQ(std::get<carbon::Series<carbon::Average>>(other).points.size(), 1U);
  Points old;
  old.add(kNow - 9 * kHour, 100, true);
  const auto gap = with_history(old.finish(KindTag::Average, kNow - 9 * kHour)->series,
                                next.finish(KindTag::Average, kNow)->series, kNow);
  EXPECT_EQ(std::get<carbon::Series<carbon::Average>>(gap).points.size(), 1U);
}

TEST(History, TwoDaysAndNoMore) {
  carbon::AnySeries known;
  for (int h = 0; h < 100; ++h) {
    Points latest;
    latest.add(kNow + h * kHour, h, true);
    known = with_history(known, latest.finish(KindTag::Average, kNow + h * kHour)->series,
                         kNow + h * kHour);
  }
  EXPECT_EQ(std::get<carbon::Series<carbon::Average>>(known).points.size(), 49U);
}

TEST(Answer, WhatIsNotJsonIsSaidAndNeverQuoted) {
  EXPECT_THAT(parse_answer("<html>hunter2").error().message, HasSubstr("HTML"));
  EXPECT_THAT(parse_answer("<html>hunter2").error().message, Not(HasSubstr("hunter2")));
  EXPECT_THAT(parse_answer("hunter2").error().message, Not(HasSubstr("hunter2")));
  EXPECT_THAT(parse_answer(" \n").error().message, HasSubstr("empty"));
  EXPECT_THAT(parse_answer(std::string(5u << 20, '1')).error().message, HasSubstr("4 MiB"));
  EXPECT_FALSE(parse_answer(std::string(200, '[')));
}

TEST(Answer, AnObjectOfAMillionMembersIsRefusedAtOnce) {
  std::string wide = "{\"data\":{";
  for (int i = 0; wide.size() < (3u << 20); ++i) wide += '"' + std::to_string(i) + "\":1,";
  wide += "\"z\":1}}";
  EXPECT_THAT(parse_answer(wide).error().message, HasSubstr("2000 members"));
}

TEST(Answer, StatusesSayWhatToDo) {
  const Asked asked{"Somebody", "zone \"DE\"", "the token in /etc/t"};
  const auto error = [&](int status) { return status_error({status, {}, "hunter2"}, kNow, asked); };
  EXPECT_EQ(error(401).code, Errc::Unauthorized);
  EXPECT_THAT(error(401).message, HasSubstr("/etc/t was refused"));
  EXPECT_EQ(error(403).code, Errc::Forbidden);
  EXPECT_THAT(error(403).message, HasSubstr("plan"));
  EXPECT_EQ(error(404).code, Errc::NotFound);
  EXPECT_THAT(error(404).message, HasSubstr("DE"));
  EXPECT_EQ(error(429).code, Errc::TooManyRequests);
  EXPECT_EQ(error(500).code, Errc::Unavailable);
  EXPECT_THAT(error(302).message, HasSubstr("redirects"));
  for (const int status : {302, 400, 401, 403, 404, 418, 429, 500}) {
    EXPECT_THAT(error(status).message, Not(HasSubstr("hunter2"))) << status;
  }
  const auto later = status_error({503, {{"Retry-After", "7200"}}, ""}, kNow, asked);
  EXPECT_EQ(later.retry_after, std::chrono::hours(1));
}

TEST(SecretFile, IsReadAgainWhenItRotates) {
  TempFile file("  first\n");
  SecretFile secret(file.path());
  EXPECT_EQ(*secret.read(), "first");
  EXPECT_FALSE(secret.changed());
  file.write("second\r\n");
  EXPECT_TRUE(secret.changed());
  EXPECT_EQ(*secret.read(), "second");
}

TEST(SecretFile, MissingEmptyOrTwoLinesIsAClearError) {
  TempFile file(" \n");
  SecretFile secret(file.path());
  auto read = secret.read();
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, testing::AllOf(HasSubstr(file.path()), HasSubstr("empty")));
  file.write("hunter2\nhunter3");
  read = secret.read();
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, Not(HasSubstr("hunter")));
  file.remove();
  EXPECT_TRUE(secret.changed());
  EXPECT_THAT(secret.read().error().message, HasSubstr("cannot be opened"));
  file.write("good");
  EXPECT_EQ(*secret.read(), "good");
  EXPECT_FALSE(SecretFile("").given());
}

}  // namespace
}  // namespace karbonetes::providers
