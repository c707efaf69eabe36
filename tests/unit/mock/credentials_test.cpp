#include "mock/credentials.hpp"

#include <gtest/gtest.h>

#include "base/base64.hpp"

namespace karbonetes::mock {
namespace {

using std::chrono::minutes;

const TimePoint kNow = *parse_rfc3339("2026-11-24T12:00:00Z");

TEST(EqualInConstantTime, ComparesWhole) {
  EXPECT_TRUE(equal_in_constant_time("secret", "secret"));
  for (const char* wrong : {"", "s", "secre", "secrets", "Secret", "secretsecret"}) {
    EXPECT_FALSE(equal_in_constant_time(wrong, "secret")) << wrong;
  }
  EXPECT_TRUE(equal_in_constant_time("", ""));
  EXPECT_FALSE(equal_in_constant_time("a", ""));
}

TEST(Credentials, NothingIsAskedForWithoutFlags) {
  Credentials open({});
  EXPECT_TRUE(open.token_ok(std::nullopt));
  EXPECT_TRUE(open.bearer_token_ok(std::nullopt));
  EXPECT_TRUE(open.log_in(std::nullopt, kNow));
  EXPECT_TRUE(open.session_ok("Bearer anything", kNow));
}

TEST(Credentials, Token) {
  const Credentials strict({"t0ken", ""});
  EXPECT_TRUE(strict.token_ok("t0ken"));
  EXPECT_FALSE(strict.token_ok("token"));
  EXPECT_FALSE(strict.token_ok(std::nullopt));
  EXPECT_TRUE(strict.bearer_token_ok("Bearer t0ken"));
  EXPECT_FALSE(strict.bearer_token_ok("t0ken"));
}

TEST(Credentials, LoginGivesATokenForHalfAnHour) {
  Credentials strict({"", "ada:lovelace"});
  EXPECT_FALSE(strict.log_in(std::nullopt, kNow));
  EXPECT_FALSE(strict.log_in("Basic !!!", kNow));
  EXPECT_FALSE(strict.log_in("Basic " + base64_encode("ada:babbage"), kNow));
  const auto token = strict.log_in("Basic " + base64_encode("ada:lovelace"), kNow);
  ASSERT_TRUE(token);
  EXPECT_FALSE(strict.session_ok(std::nullopt, kNow));
  EXPECT_FALSE(strict.session_ok("Bearer x", kNow));
  EXPECT_TRUE(strict.session_ok("Bearer " + *token, kNow + minutes(30) - Millis(1)));
  EXPECT_FALSE(strict.session_ok("Bearer " + *token, kNow + minutes(30)));
  const auto another = strict.log_in("Basic " + base64_encode("ada:lovelace"), kNow);
  EXPECT_NE(*another, *token);
  EXPECT_TRUE(strict.session_ok("Bearer " + *token, kNow)) << "an earlier one stays good";
}

}  // namespace
}  // namespace karbonetes::mock
