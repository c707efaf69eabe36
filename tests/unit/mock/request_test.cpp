#include "mock/request.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

namespace karbonetes::mock {
namespace {

using testing::HasSubstr;

TEST(ParseTarget, ReadsPathAndZone) {
  EXPECT_EQ(parse_target("/v1/signal")->path, "/v1/signal");
  EXPECT_EQ(parse_target("/v1/signal")->zone, std::nullopt);
  EXPECT_EQ(parse_target("/v1/signal?a=b&zone=DE%2FNW")->zone, "DE/NW");
  EXPECT_FALSE(parse_target("/v1/signal?zone=%"));
  EXPECT_FALSE(parse_target("/v1/signal?zone=%2"));
  EXPECT_FALSE(parse_target("/v1/signal?zone=%+1"));
}

TEST(NoneMatch, ComparesListsWeakly) {
  EXPECT_TRUE(none_match_hits("\"a\"", "\"a\""));
  EXPECT_TRUE(none_match_hits("\"x\" ,W/\"a\"", "\"a\""));
  EXPECT_TRUE(none_match_hits("*", "\"a\""));
  EXPECT_FALSE(none_match_hits("\"b\"", "\"a\""));
  EXPECT_FALSE(none_match_hits("a", "\"a\""));
  EXPECT_FALSE(none_match_hits("", "\"a\""));
}

TEST(PreferredWait, ReadsRfc7240) {
  EXPECT_EQ(preferred_wait("wait=25"), Seconds(25));
  EXPECT_EQ(preferred_wait("respond-async, WAIT = 10"), Seconds(10));
  EXPECT_EQ(preferred_wait("wait=\"7\""), Seconds(7));
  EXPECT_EQ(preferred_wait("wait=600"), Seconds(60));
  for (const char* bad :
       {"", "wait", "wait=", "wait=-1", "wait=1x", "wait=99999999999", "waiting=5", "xwait=5"}) {
    EXPECT_EQ(preferred_wait(bad), std::nullopt) << bad;
  }
}

TEST(ParseChange, ReadsAllThreeForms) {
  EXPECT_EQ(parse_change(R"({"green": true})")->green, true);
  EXPECT_EQ(parse_change(R"({"green": false, "for": "10m"})")->duration, std::chrono::minutes(10));
  const auto automatic = parse_change(R"({"green": null})");
  ASSERT_TRUE(automatic);
  EXPECT_EQ(automatic->green, std::nullopt);
}

TEST(ParseChange, RefusesWithASentence) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "JSON object"},
      {"[]", "JSON object"},
      {"{", "JSON object"},
      {"{}", "green is missing"},
      {R"({"green": "yes"})", "true, false or null"},
      {R"({"green": 1})", "true, false or null"},
      {R"({"green": true, "for": 10})", "for must be a duration"},
      {R"({"green": true, "for": "soon"})", "for: "},
      {R"({"green": true, "for": "0s"})", "more than zero"},
      {R"({"green": null, "for": "1m"})", "needs green"},
      {R"({"green": true, "until": "x"})", "unknown member \"until\""},
  };
  for (const auto& [body, sentence] : cases) {
    const auto change = parse_change(body);
    ASSERT_FALSE(change) << body;
    EXPECT_EQ(change.error().code, Errc::InvalidArgument);
    EXPECT_THAT(change.error().message, HasSubstr(sentence)) << body;
  }
  EXPECT_FALSE(parse_change(std::string(100'000, '[')));
}

}  // namespace
}  // namespace karbonetes::mock
