// Every adapter on every bad day: a typed error with a sentence, or a clean series; never a crash,
// never a wrong number.
#include <gmock/gmock.h>

#include "provider_world.hpp"

namespace karbonetes::providers {
namespace {

using std::chrono::hours;
using test::prepared;
using test::Reader;
using test::World;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct Day {
  const char* name;
  const char* fault;         // without path
  std::optional<Errc> code;  // absent: a clean series, or an error that says why there is none
};

void PrintTo(const Day& day, std::ostream* out) { *out << day.name; }

class BadDay : public testing::TestWithParam<std::tuple<std::string, Day>> {
 protected:
  const std::string& source() const { return std::get<0>(GetParam()); }
  const Day& day() const { return std::get<1>(GetParam()); }
  World world;
};

void expect_clean(const Reading& reading, TimePoint now, std::string_view day) {
  const auto series = prepared(reading);
  ASSERT_NE(series, nullptr);
  ASSERT_LE(series->starts().size(), 10'000u);
  for (std::size_t i = 1; i < series->starts().size(); ++i) {
    ASSERT_LT(series->starts()[i - 1], series->starts()[i]);
  }
  // The second of two values for one instant is 1000 higher here: the first holds.
  for (const double value : series->values()) {
    ASSERT_GE(value, 99.99);
    ASSERT_LE(value, 260);
  }
  ASSERT_GE(series->end(), series->starts().back());
  if (day == "duplicates" || day == "shuffled" || day == "dst") {
    for (int ahead = 0; ahead < 10; ++ahead) {
      EXPECT_NEAR(series->at(now + hours(ahead)), 124 + ahead, 0.01) << ahead;
    }
  }
  // Where points are missing the value before holds on: two slots of six are gone at most.
  if (day == "gaps" || day == "nulls") {
    for (int ahead = 0; ahead < 10; ++ahead) {
      EXPECT_NEAR(series->at(now + hours(ahead)), 124 + ahead, 3.01) << ahead;
    }
  }
}

TEST_P(BadDay, EndsInAnErrorOrInACleanSeries) {
  world.put_fault(std::string(R"({"path":"/",)") + day().fault + "}");
  Reader reader(world, world.source(source()));
  const auto reading = reader.read();
  if (day().code) {
    ASSERT_FALSE(reading);
    EXPECT_EQ(reading.error().code, *day().code) << reading.error().message;
  }
  if (!day().code) RecordProperty("reading", reading ? "clean" : reading.error().message);
  if (reading) {
    expect_clean(*reading, world.clock.now(), day().name);
  } else {
    EXPECT_THAT(reading.error().message, Not(IsEmpty()));
    EXPECT_THAT(reading.error().message, Not(HasSubstr("lovelace")));
    EXPECT_LT(reading.error().message.size(), 400u);
  }
  // And the day after is good again, with the same adapter.
  world.end_faults();
  world.clock.advance(hours(1));
  const auto after = reader.read();
  ASSERT_TRUE(after) << after.error().message;
  EXPECT_NEAR(prepared(*after)->at(world.clock.now()), 125, 0.01);
}

const std::vector<Day>& days() {
  static const std::vector<Day> all = {
      {"401", R"("status":401)", Errc::Unauthorized},
      {"403", R"("status":403)", Errc::Forbidden},
      {"404", R"("status":404)", Errc::NotFound},
      {"429", R"("status":429,"retryAfter":7)", Errc::TooManyRequests},
      {"500", R"("status":500)", Errc::Unavailable},
      {"redirect", R"("status":302)", Errc::Invalid},
      {"cut", R"("kind":"cut")", Errc::Unavailable},
      {"html", R"("kind":"html")", Errc::Parse},
      {"truncated", R"("kind":"truncated")", Errc::Parse},
      {"huge", R"("kind":"huge")", Errc::Invalid},
      {"nulls", R"("kind":"nulls")", std::nullopt},
      {"duplicates", R"("kind":"duplicates")", std::nullopt},
      {"gaps", R"("kind":"gaps")", std::nullopt},
      {"shuffled", R"("kind":"shuffled")", std::nullopt},
      {"dst", R"("kind":"dst")", std::nullopt},
      {"year", R"("kind":"year")", std::nullopt},
  };
  return all;
}

INSTANTIATE_TEST_SUITE_P(Each, BadDay,
                         testing::Combine(testing::ValuesIn(test::all_sources()),
                                          testing::ValuesIn(days())),
                         [](const auto& one) {
                           std::string name =
                               std::get<0>(one.param) + "_" + std::get<1>(one.param).name;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

TEST(BadDays, RetryAfterIsHandedOn) {
  World world;
  world.put_fault(R"({"path":"/","status":429,"retryAfter":7})");
  for (const auto& name : test::all_sources()) {
    Reader reader(world, world.source(name));
    const auto reading = reader.read();
    ASSERT_FALSE(reading) << name;
    EXPECT_EQ(reading.error().retry_after, Seconds(7)) << name;
  }
}

TEST(BadDays, HtmlIsCalledHtml) {
  World world;
  world.put_fault(R"({"path":"/","kind":"html"})");
  for (const auto& name : test::all_sources()) {
    Reader reader(world, world.source(name));
    EXPECT_THAT(reader.read().error().message, HasSubstr("HTML")) << name;
  }
}

// The clock stands still, so the answer never comes; the client's own time does not.
TEST(BadDays, SlowAnswersTimeOut) {
  World world;
  world.put_fault(R"({"path":"/","kind":"delay","delay":"60s"})");
  for (const auto& name : test::all_sources()) {
    Reader reader(world, world.source(name), Millis(100));
    const auto reading = reader.read();
    ASSERT_FALSE(reading) << name;
    EXPECT_EQ(reading.error().code, Errc::Timeout) << name;
  }
}

// 02:30 comes twice: instants of the second one must not overwrite the first's.
TEST(BadDays, TheHourThatComesTwice) {
  test::WorldOptions options;
  options.start = *parse_rfc3339("2026-10-24T22:10:00Z");
  World world(std::move(options));
  world.put_fault(R"({"path":"/","kind":"dst"})");
  for (const char* name : {"uk", "maps", "moer", "sdk", "own"}) {
    Reader reader(world, world.source(name));
    const auto reading = reader.read();
    ASSERT_TRUE(reading) << name << ": " << reading.error().message;
    for (int ahead = 0; ahead < 8; ++ahead) {
      EXPECT_NEAR(prepared(*reading)->at(world.clock.now() + hours(ahead)), 124 + ahead, 0.01)
          << name << " " << ahead;
    }
  }
}

}  // namespace
}  // namespace karbonetes::providers
