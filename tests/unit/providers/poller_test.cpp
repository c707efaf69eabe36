// Any adapter behind the poller, over real HTTP and TLS, on the source's bad days.
#include "providers/poller.hpp"

#include <gmock/gmock.h>

#include "../http/certificates.hpp"
#include "../http/raw_peer.hpp"
#include "eventually.hpp"
#include "provider_server.hpp"
#include "providers/electricity_maps.hpp"
#include "providers/prometheus.hpp"
#include "temp_file.hpp"

namespace karbonetes::providers {
namespace {

using carbon::Freshness;
using testing::HasSubstr;
using testing::Not;

const TimePoint kNow = *parse_rfc3339("2026-11-24T12:10:00Z");
constexpr const char* kQuery = "/api/v1/query";

std::int64_t seconds(TimePoint t) {
  return std::chrono::floor<Seconds>(t).time_since_epoch().count();
}

class PollerTest : public testing::Test {
 protected:
  std::unique_ptr<Provider> make(std::unique_ptr<Adapter> adapter, TransportOptions transport) {
    PollerOptions options;
    options.name = "s";
    options.zone = "Z";
    options.times = {Millis(20), Millis(5), Millis(20)};
    options.stale_after = Seconds(60);
    options.unknown_after = Seconds(600);
    auto made = Transport::make(transport);
    EXPECT_TRUE(made) << made.error().message;
    return make_poller(std::move(options), std::move(adapter), std::move(*made), clock, metrics);
  }
  std::unique_ptr<Provider> prometheus(const std::string& url, Millis timeout = Seconds(10)) {
    TransportOptions transport;
    transport.url = url;
    transport.timeout = timeout;
    return make(make_prometheus({"q", {}, carbon::KindTag::Average, {}, std::chrono::hours(24)}),
                transport);
  }
  double fetches(const char* result) {
    return metrics
        .counter("karbonetes_signal_fetch_total", "Fetches of the carbon signal, by their result",
                 {{"source", "s"}, {"result", result}})
        .value();
  }
  // The provider fails for this reason, publishes nothing and goes on.
  void expect_failure(Provider& provider, const char* result, const char* sentence) {
    provider.start(changes.callback());
    EXPECT_TRUE(changes.until([&] { return fetches(result) >= 2; })) << result;
    provider.stop();
    EXPECT_EQ(changes.count(), 0);
    EXPECT_EQ(fetches("ok"), 0);
    EXPECT_GE(provider.health().failures_in_a_row, 2);
    EXPECT_THAT(provider.health().last_error, HasSubstr(sentence));
    EXPECT_EQ(carbon::freshness(*provider.current(), clock.now()), Freshness::Unknown);
  }

  ManualClock clock{kNow};
  metrics::Registry metrics;
  Changes changes;
};

TEST_F(PollerTest, UnchangedAnswersOnlyRenewTheAgeAndKeepTheForecast) {
  ProviderServer server;
  server.answer(kQuery, vector_of(250, seconds(kNow)));
  const auto provider = prometheus(server.url());
  EXPECT_TRUE(provider->current()->source.empty());
  EXPECT_FALSE(provider->current()->says_green);
  provider->start(changes.callback());
  ASSERT_TRUE(changes.until([&] { return fetches("ok") >= 1 && changes.count() == 1; }));
  const auto first = provider->current();
  EXPECT_EQ(first->source, "s");
  EXPECT_EQ(first->zone, "Z");
  EXPECT_EQ(carbon::intensity_at(*first, kNow), 250);
  clock.advance(Seconds(30));
  ASSERT_TRUE(changes.until([&] { return provider->current()->observed_at == clock.now(); }));
  EXPECT_EQ(provider->current()->forecast, first->forecast);
  EXPECT_EQ(changes.count(), 1);
  server.answer(kQuery, vector_of(90, seconds(kNow) + 60));
  ASSERT_TRUE(changes.until([&] { return changes.count() == 2; }));
  // What was observed before stays in front.
  EXPECT_EQ(provider->current()->forecast->at(kNow), 250);
  EXPECT_EQ(provider->current()->forecast->at(kNow + Seconds(61)), 90);
  provider->stop();
}

TEST_F(PollerTest, ServerGoesAwayThenStaleThenUnknownThenBack) {
  ProviderServer server;
  server.answer(kQuery, vector_of(250, seconds(kNow)));
  const auto provider = prometheus(server.url());
  provider->start(changes.callback());
  ASSERT_TRUE(changes.until([&] { return fetches("ok") >= 1; }));
  server.down();
  ASSERT_TRUE(changes.until([&] { return provider->health().failures_in_a_row >= 3; }));
  clock.advance(Seconds(61));
  EXPECT_EQ(carbon::freshness(*provider->current(), clock.now()), Freshness::Stale);
  clock.advance(Seconds(600));
  EXPECT_EQ(carbon::freshness(*provider->current(), clock.now()), Freshness::Unknown);
  EXPECT_THAT(provider->health().last_error, HasSubstr("connecting to"));
  server.up();
  ASSERT_TRUE(changes.until(
      [&] { return carbon::freshness(*provider->current(), clock.now()) == Freshness::Fresh; }));
  ASSERT_TRUE(changes.until([&] { return provider->health().failures_in_a_row == 0; }));
  EXPECT_EQ(provider->health().last_error, "");
  provider->stop();
}

TEST_F(PollerTest, HtmlInsteadOfJson) {
  ProviderServer server;
  server.answer(kQuery, "<html><body>Sign in</body></html>");
  expect_failure(*prometheus(server.url()), "parse", "HTML");
}
TEST_F(PollerTest, InternalServerError) {
  ProviderServer server;
  server.answer(kQuery, {500, {}, "oops"});
  expect_failure(*prometheus(server.url()), "unavailable", "500");
}
TEST_F(PollerTest, Unauthorized) {
  ProviderServer server;
  server.answer(kQuery, {401, {}, ""});
  expect_failure(*prometheus(server.url()), "unauthorized", "credentials");
}
TEST_F(PollerTest, Forbidden) {
  ProviderServer server;
  server.answer(kQuery, {403, {}, ""});
  expect_failure(*prometheus(server.url()), "forbidden", "denied");
}
TEST_F(PollerTest, RedirectIsNotFollowed) {
  ProviderServer server;
  server.answer(kQuery, {302, {{"Location", "http://127.0.0.1:1/"}}, ""});
  expect_failure(*prometheus(server.url()), "invalid", "redirects are not followed");
}
TEST_F(PollerTest, HugeBody) {
  ProviderServer server;
  server.answer(kQuery, std::string(5u << 20, ' '));
  expect_failure(*prometheus(server.url()), "invalid", "larger than");
}
TEST_F(PollerTest, SilentServer) {
  ProviderServer server;
  server.be_silent(true);
  expect_failure(*prometheus(server.url(), Millis(50)), "timeout", "took too long");
}
TEST_F(PollerTest, AnswerThatIsCutOff) {
  test::RawServer server([](test::RawConnection& peer, int) {
    peer.read_message();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"status\":\"succ");
  });
  expect_failure(*prometheus("http://127.0.0.1:" + std::to_string(server.port())), "unavailable",
                 "cut");
}

TEST_F(PollerTest, RetryAfterIsWaitedFor) {
  ProviderServer server;
  server.answer(kQuery, {429, {{"Retry-After", "600"}}, ""});
  const auto provider = prometheus(server.url());
  provider->start(changes.callback());
  ASSERT_TRUE(changes.until([&] { return provider->health().failures_in_a_row == 1; }));
  EXPECT_EQ(fetches(name(Errc::TooManyRequests)), 1);
  EXPECT_GE(provider->health().next_fetch, clock.now() + Seconds(600));
  const auto began = std::chrono::steady_clock::now();
  provider->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - began, Seconds(2));
  EXPECT_EQ(server.asked(), 1);
}

TEST_F(PollerTest, RotatedSecretIsTriedWithinASecondAndNeverLogged) {
  testing::internal::CaptureStdout();  // where the default logger writes
  ProviderServer server;
  TempFile token("hunter2");
  server.answer("/v3/carbon-intensity/latest", {401, {{"Retry-After", "600"}}, "hunter2 is wrong"});
  TransportOptions transport;
  transport.url = server.url("/v3/");
  const auto provider =
      make(make_electricity_maps({"DE", token.path(), std::chrono::hours(24)}), transport);
  provider->start(changes.callback());
  ASSERT_TRUE(changes.until([&] { return provider->health().failures_in_a_row == 1; }));
  server.answer("/v3/carbon-intensity/latest", latest("DE", 300, "2026-11-24T12:00:00.000Z"));
  server.answer("/v3/carbon-intensity/forecast", {403, {}, ""});
  token.write("hunter3");
  ASSERT_TRUE(changes.until([&] { return fetches("ok") >= 1; }, Seconds(5)));
  provider->stop();
  EXPECT_EQ(http::find_header(server.requests().back().headers, "auth-token"), "hunter3");
  const std::string log = testing::internal::GetCapturedStdout();
  EXPECT_THAT(log, testing::AllOf(HasSubstr(token.path()), HasSubstr("answers again"),
                                  HasSubstr("plan"), Not(HasSubstr("hunter"))));
  EXPECT_THAT(metrics.expose(), Not(HasSubstr("hunter")));
}

TEST_F(PollerTest, TlsIsVerifiedAgainstTheGivenAuthority) {
  const auto authority = test::make_authority("ca");
  const auto identity = test::make_identity(authority, "127.0.0.1", "IP:127.0.0.1");
  ProviderServer server(http::ServerTls{identity.certificate_pem, identity.private_key_pem, {}});
  server.answer(kQuery, vector_of(250, seconds(kNow)));
  expect_failure(*prometheus(server.url()), "unavailable", "is not trusted");
  TempFile ca(authority.certificate_pem);
  TransportOptions transport;
  transport.url = server.url();
  transport.ca_file = ca.path();
  const auto provider = make(
      make_prometheus({"q", {}, carbon::KindTag::Average, {}, std::chrono::hours(24)}), transport);
  provider->start(changes.callback());
  EXPECT_TRUE(changes.until([&] { return fetches("ok") >= 1; }));
  provider->stop();
}

TEST_F(PollerTest, ACaFileWithoutCertificateIsRefused) {
  TempFile ca("nothing");
  TransportOptions transport;
  transport.url = "https://127.0.0.1:1";
  transport.ca_file = ca.path();
  EXPECT_THAT(Transport::make(transport).error().message, HasSubstr("no PEM certificate"));
  transport.ca_file.clear();
  transport.url = "https://api.example";
  transport.environment = [](const char* name) -> std::optional<std::string> {
    if (std::string_view(name) == "HTTPS_PROXY") return "https://u:hunter2@p";
    return std::nullopt;
  };
  EXPECT_THAT(Transport::make(transport).error().message,
              testing::AllOf(HasSubstr("HTTPS_PROXY"), Not(HasSubstr("hunter2"))));
}

}  // namespace
}  // namespace karbonetes::providers
