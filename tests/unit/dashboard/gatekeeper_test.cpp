#include "dashboard/gatekeeper.hpp"

#include <gmock/gmock.h>

#include "dashboard/query.hpp"
#include "dashboard/secret.hpp"

namespace karbonetes::dashboard {
namespace {

using testing::HasSubstr;

constexpr std::uint16_t kPort = 4321;

http::Request ask(std::string target, std::vector<http::Header> headers = {}) {
  http::Request request;
  request.target = std::move(target);
  request.headers = {{"Host", "127.0.0.1:4321"}};
  request.headers.insert(request.headers.end(), headers.begin(), headers.end());
  return request;
}

class GatekeeperTest : public testing::Test {
 protected:
  Gatekeeper keeper_{"t0ken", "t1cket", kPort};
};

TEST_F(GatekeeperTest, TokenOpensAsOftenAsAsked) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(keeper_.check(ask("/?token=t0ken")), Verdict::Admitted);
  EXPECT_EQ(keeper_.check(ask("/model?a=b&token=t0ken")), Verdict::Admitted);
}

TEST_F(GatekeeperTest, TicketOpensOnce) {
  EXPECT_EQ(keeper_.check(ask("/?token=t1cket")), Verdict::Admitted);
  EXPECT_EQ(keeper_.check(ask("/?token=t1cket")), Verdict::NoSecret);
  EXPECT_EQ(keeper_.check(ask("/?token=")), Verdict::NoSecret) << "a used ticket is no empty one";
}

TEST_F(GatekeeperTest, CookieOfThisPortOpens) {
  EXPECT_EQ(keeper_.check(ask("/", {{"Cookie", "a=b; karbonetes-4321=t0ken; c=d"}})),
            Verdict::Allowed);
  EXPECT_EQ(keeper_.check(ask("/", {{"cookie", "karbonetes-4321=t0ken"}})), Verdict::Allowed);
  EXPECT_EQ(keeper_.check(ask("/", {{"Cookie", "karbonetes-1=t0ken"}})), Verdict::NoSecret);
  EXPECT_EQ(keeper_.check(ask("/", {{"Cookie", "karbonetes-4321=t1cket"}})), Verdict::NoSecret);
  EXPECT_EQ(keeper_.check(ask("/", {{"Cookie", "karbonetes-4321"}})), Verdict::NoSecret);
  EXPECT_EQ(keeper_.check(ask("/", {{"Cookie", "=;;="}})), Verdict::NoSecret);
  EXPECT_EQ(keeper_.cookie(), "karbonetes-4321=t0ken; Path=/; HttpOnly; SameSite=Lax");
}

TEST_F(GatekeeperTest, WithoutASecretNothingOpens) {
  for (const char* target : {"/", "/?token", "/?token=t0ke", "/?token=t0kenx", "/?TOKEN=t0ken",
                             "/?xtoken=t0ken", "/?token=%", "/assets/main.js"}) {
    EXPECT_EQ(keeper_.check(ask(target)), Verdict::NoSecret) << target;
  }
}

// A page whose name was made to point at 127.0.0.1 is recognised by its name.
TEST_F(GatekeeperTest, OtherHostsAreRefused) {
  for (const char* host :
       {"evil.example:4321", "evil.example", "127.0.0.1", "127.0.0.1:80", "127.0.0.1:43210",
        "127.0.0.1.evil.example:4321", "localhost.evil.example:4321", "10.0.0.1:4321", ":4321", "",
        "[::2]:4321", "0.0.0.0:4321"}) {
    http::Request request = ask("/?token=t0ken");
    request.headers = {{"Host", host}};
    EXPECT_EQ(keeper_.check(request), Verdict::WrongHost) << host;
  }
  http::Request none = ask("/?token=t0ken");
  none.headers.clear();
  EXPECT_EQ(keeper_.check(none), Verdict::WrongHost);
  EXPECT_EQ(keeper_.check(ask("/?token=t0ken", {{"host", "evil.example"}})), Verdict::WrongHost)
      << "of two hosts none is believed";
}

TEST_F(GatekeeperTest, LoopbackNamesAreOurs) {
  for (const char* host : {"127.0.0.1:4321", "localhost:4321", "LOCALHOST:4321", "[::1]:4321"}) {
    http::Request request = ask("/?token=t0ken");
    request.headers = {{"Host", host}};
    EXPECT_EQ(keeper_.check(request), Verdict::Admitted) << host;
  }
  Gatekeeper web("t", "u", 80);
  http::Request request = ask("/?token=t");
  request.headers = {{"Host", "127.0.0.1"}};
  EXPECT_EQ(web.check(request), Verdict::Admitted) << "browsers leave the port 80 out";
}

TEST_F(GatekeeperTest, OnlyReading) {
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE", "OPTIONS", "get"}) {
    http::Request request = ask("/?token=t0ken");
    request.method = method;
    EXPECT_EQ(keeper_.check(request), Verdict::WrongMethod) << method;
  }
}

TEST_F(GatekeeperTest, OtherSitesMayOpenThePageAndReadNothing) {
  const http::Header cookie{"Cookie", "karbonetes-4321=t0ken"};
  for (const char* site : {"cross-site", "same-site"}) {
    EXPECT_EQ(keeper_.check(ask("/events", {cookie, {"Sec-Fetch-Site", site}})),
              Verdict::CrossSite);
    EXPECT_EQ(keeper_.check(ask("/", {cookie, {"Sec-Fetch-Site", site}})), Verdict::CrossSite);
    EXPECT_EQ(keeper_.check(ask("/", {cookie,
                                      {"Sec-Fetch-Site", site},
                                      {"Sec-Fetch-Mode", "navigate"},
                                      {"Sec-Fetch-Dest", "iframe"}})),
              Verdict::CrossSite);
    EXPECT_EQ(keeper_.check(ask("/", {cookie,
                                      {"Sec-Fetch-Site", site},
                                      {"Sec-Fetch-Mode", "navigate"},
                                      {"Sec-Fetch-Dest", "document"}})),
              Verdict::Allowed);
  }
  EXPECT_EQ(keeper_.check(ask("/events", {cookie, {"Sec-Fetch-Site", "same-origin"}})),
            Verdict::Allowed);
}

TEST(LoopbackAddress, RefusesWhatOthersCanReach) {
  EXPECT_EQ(loopback_address("127.0.0.1").value_or(""), "127.0.0.1");
  EXPECT_EQ(loopback_address("127.8.0.9").value_or(""), "127.8.0.9");
  EXPECT_EQ(loopback_address("::1").value_or(""), "::1");
  EXPECT_EQ(loopback_address("localhost").value_or(""), "127.0.0.1");
  for (const char* host : {"", "0.0.0.0", "::", "192.168.1.4", "example.com", "127.0.0.1 ", "::2",
                           "::ffff:10.0.0.1", "0127.0.0.1"}) {
    const auto address = loopback_address(host);
    ASSERT_FALSE(address) << host;
    EXPECT_EQ(address.error().code, Errc::InvalidArgument);
    EXPECT_THAT(address.error().message, HasSubstr("write 127.0.0.1:PORT"));
  }
}

TEST(Secret, IsLongAndNeverTheSame) {
  const auto one = make_secret();
  const auto two = make_secret();
  ASSERT_TRUE(one && two);
  EXPECT_EQ(one->size(), 64U);
  EXPECT_EQ(one->find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_NE(*one, *two);
}

TEST(Secret, ComparesAllOfIt) {
  EXPECT_TRUE(same_secret("abc", "abc"));
  for (const char* guess : {"", "ab", "abcd", "abd", "bbc", "ABC"})
    EXPECT_FALSE(same_secret("abc", guess)) << guess;
  EXPECT_FALSE(same_secret("", "")) << "no secret is no way in";
}

TEST(Query, IsTakenApart) {
  EXPECT_EQ(path_of("/a/b?c=d"), "/a/b");
  EXPECT_EQ(path_of("/a"), "/a");
  EXPECT_EQ(query_value("/?a=1&b=x%20y+z&a=2", "a"), "1");
  EXPECT_EQ(query_value("/?a=1&b=x%20y+z", "b"), "x y z");
  EXPECT_EQ(query_value("/?a=%2F%3d&", "a"), "/=");
  EXPECT_EQ(query_value("/?a", "a"), "");
  EXPECT_EQ(query_value("/?a=", "a"), "");
  for (const char* target : {"/", "/?", "/?&&&", "/?b=1", "/a=1"})
    EXPECT_EQ(query_value(target, "a"), std::nullopt) << target;
  for (const char* target : {"/?a=%", "/?a=%2", "/?a=%zz", "/?a=1%"})
    EXPECT_EQ(query_value(target, "a"), std::nullopt) << target;
}

}  // namespace
}  // namespace karbonetes::dashboard
