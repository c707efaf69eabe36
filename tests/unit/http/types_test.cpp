#include "http/types.hpp"

#include <gmock/gmock.h>

namespace karbonetes::http {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(FindHeader, ComparesWithoutCase) {
  const std::vector<Header> headers{{"Content-Type", "a"}, {"content-type", "b"}};
  EXPECT_EQ(find_header(headers, "CONTENT-TYPE"), "a");
  EXPECT_EQ(find_header(headers, "Content"), std::nullopt);
}

TEST(ParseUrl, ReadsItsParts) {
  const auto url = parse_url("https://127.0.0.1:6443/path?x=1#part");
  ASSERT_TRUE(url) << url.error().message;
  EXPECT_TRUE(url->tls);
  EXPECT_EQ(url->host, "127.0.0.1");
  EXPECT_EQ(url->port, 6443);
  EXPECT_EQ(url->target, "/path?x=1");
}

TEST(ParseUrl, FillsInWhatIsLeftOut) {
  EXPECT_EQ(parse_url("http://a.example")->port, 80);
  EXPECT_EQ(parse_url("HTTPS://a.example")->port, 443);
  EXPECT_EQ(parse_url("http://a.example")->target, "/");
  EXPECT_EQ(parse_url("http://a.example?x=1")->target, "/?x=1");
}

TEST(ParseUrl, TakesIpv6OutOfItsBrackets) {
  const auto url = parse_url("https://[::1]:6443");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "::1");
  EXPECT_EQ(url->port, 6443);
}

class UnreadableUrl : public testing::TestWithParam<const char*> {};

TEST_P(UnreadableUrl, IsRefusedWithAnExample) {
  const auto url = parse_url(GetParam());
  ASSERT_FALSE(url);
  EXPECT_EQ(url.error().code, Errc::InvalidArgument);
  EXPECT_THAT(url.error().message, HasSubstr("write for example https://127.0.0.1:6443"));
}

INSTANTIATE_TEST_SUITE_P(Each, UnreadableUrl,
                         testing::Values("", "127.0.0.1:6443", "ftp://a", "https://",
                                         "https://:443", "https://a:0", "https://a:65536",
                                         "https://a:x", "https://a:", "https://[::1",
                                         "https://a b/", "https://a/\r\nX: y", "https://a<b>/",
                                         "https://::1/"));

TEST(ParseUrl, RefusesCredentialsAndDoesNotRepeatThem) {
  const auto url = parse_url("https://admin:hunter2@a.example/");
  ASSERT_FALSE(url);
  EXPECT_THAT(url.error().message, Not(HasSubstr("hunter2")));
}

TEST(PercentEncode, LeavesOnlyUnreservedCharacters) {
  EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encode("a/b?c=d e\xff"), "a%2Fb%3Fc%3Dd%20e%FF");
}

std::optional<std::chrono::milliseconds> retry_of(const char* value, std::int64_t now = 784111777) {
  return retry_after(Response{429, {{"retry-after", value}}, ""}, now);
}

TEST(RetryAfter, ReadsSecondsAndDates) {
  EXPECT_EQ(retry_of("7"), std::chrono::seconds(7));
  EXPECT_EQ(retry_of("Sun, 06 Nov 1994 08:49:47 GMT"), std::chrono::seconds(10));
}

TEST(RetryAfter, IsBounded) {
  EXPECT_EQ(retry_of("999999999999999999999999"), std::chrono::hours(1));
  EXPECT_EQ(retry_of("7200"), std::chrono::hours(1));
  EXPECT_EQ(retry_of("Sun, 06 Nov 1994 08:49:27 GMT"), std::chrono::seconds(0));  // past
}

TEST(RetryAfter, UnreadableIsAbsent) {
  EXPECT_EQ(retry_of("soon"), std::nullopt);
  EXPECT_EQ(retry_of("-1"), std::nullopt);
  EXPECT_EQ(retry_of(""), std::nullopt);
  EXPECT_EQ(retry_after(Response{}, 0), std::nullopt);
}

}  // namespace
}  // namespace karbonetes::http
