// The adapter over real HTTP: against the mock service, and against servers on their bad days.
#include "providers/signal_service.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "eventually.hpp"
#include "http/server.hpp"
#include "mock/service.hpp"

namespace karbonetes::providers {
namespace {

using carbon::Freshness;
using carbon::GreenState;
using testing::HasSubstr;

constexpr std::uint16_t kAnyPort = 0;

std::unique_ptr<http::Server> serve(http::Handler handler, std::uint16_t port = kAnyPort) {
  http::ServerOptions options;
  options.address = "127.0.0.1";
  options.port = port;
  auto server = http::Server::start(std::move(options), std::move(handler));
  if (!server) ADD_FAILURE() << server.error().message;
  return server ? std::move(*server) : nullptr;
}

// The mock service behind a real server, which can go away and come back on its port.
struct MockServer {
  explicit MockServer(const Clock& clock) : service(default_windows(), clock, metrics) { up(); }
  ~MockServer() { down(); }
  void up() {
    server = serve([this](http::Request&& r,
                          http::Reply reply) { service.handle(std::move(r), std::move(reply)); },
                   port);
    ASSERT_TRUE(server);
    port = server->port();
  }
  void down() { server.reset(); }
  void put(const char* body) {
    service.handle({"PUT", "/v1/signal", {}, body}, [](http::Response) {});
  }

  metrics::Registry metrics;
  mock::Service service;
  std::uint16_t port = 0;
  std::unique_ptr<http::Server> server;
};

class SignalServiceTest : public testing::Test {
 protected:
  std::unique_ptr<Provider> make(std::uint16_t port, std::string zone = {}) {
    SignalServiceOptions options;
    options.url = *http::parse_url("http://127.0.0.1:" + std::to_string(port));
    options.zone = std::move(zone);
    options.first_retry = Millis(10);
    options.longest_retry = Millis(40);
    auto provider = make_signal_service(std::move(options), clock, metrics);
    EXPECT_TRUE(provider);
    return std::move(*provider);
  }
  double fetches(const char* result) {
    return metrics
        .counter("karbonetes_signal_fetch_total", "Fetches of the carbon signal, by their result",
                 {{"source", "karbonetes-signal"}, {"result", result}})
        .value();
  }
  GreenState state(const Provider& provider) {
    return carbon::state_at(*provider.current(), clock.now());
  }
  Freshness freshness(const Provider& provider) {
    return carbon::freshness(*provider.current(), clock.now());
  }

  // A server whose every answer is this; the provider must count `result` and never publish.
  void expect_refused(http::Response answer, const char* result) {
    const auto server =
        serve([answer](http::Request&&, const http::Reply& reply) { reply(answer); });
    Changes changes;
    const auto provider = make(server->port());
    provider->start(changes.callback());
    EXPECT_TRUE(changes.until([&] { return fetches(result) >= 2; })) << result;
    EXPECT_EQ(state(*provider), GreenState::Unknown);
    EXPECT_EQ(fetches("ok"), 0);
    EXPECT_EQ(changes.count(), 0);
    provider->stop();
  }

  ManualClock clock{*parse_rfc3339("2026-11-24T12:00:00Z")};
  metrics::Registry metrics;
};

TEST_F(SignalServiceTest, UnknownBeforeTheFirstAnswer) {
  const auto provider = make(1);
  ASSERT_NE(provider->current(), nullptr);
  EXPECT_EQ(state(*provider), GreenState::Unknown);
}

TEST_F(SignalServiceTest, ChangeArrivesAtOnceByLongPoll) {
  MockServer mock(clock);
  Changes changes;
  const auto provider = make(mock.port, "local");
  provider->start(changes.callback());
  ASSERT_TRUE(changes.until([&] { return state(*provider) == GreenState::NotGreen; }));
  ASSERT_TRUE(changes.until([&] { return mock.service.polls() == 1; }));
  const auto began = std::chrono::steady_clock::now();
  mock.put(R"({"green": true})");
  ASSERT_TRUE(changes.until([&] { return state(*provider) == GreenState::Green; }));
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(1));
  // And again: the poll was taken up anew.
  ASSERT_TRUE(changes.until([&] { return mock.service.polls() == 1; }));
  mock.put(R"({"green": null})");
  ASSERT_TRUE(changes.until([&] { return state(*provider) == GreenState::NotGreen; }));
  EXPECT_GE(changes.count(), 3);
  provider->stop();
}

TEST_F(SignalServiceTest, WindowThatOpensByTimeArrives) {
  MockServer mock(clock);
  Changes changes;
  const auto provider = make(mock.port);
  provider->start(changes.callback());
  ASSERT_TRUE(changes.until([&] { return mock.service.polls() == 1; }));
  clock.set(*parse_rfc3339("2026-11-24T22:00:00Z"));
  mock.service.tick();
  ASSERT_TRUE(changes.until([&] { return provider->current()->green; }));
  provider->stop();
}

TEST_F(SignalServiceTest, ServerGoesAwayThenStaleThenUnknownThenBack) {
  MockServer mock(clock);
  Changes changes;
  const auto provider = make(mock.port);
  provider->start(changes.callback());
  ASSERT_TRUE(changes.until([&] { return mock.service.polls() == 1; }));
  mock.down();
  ASSERT_TRUE(changes.until([&] { return fetches("unavailable") >= 1; }));
  EXPECT_EQ(freshness(*provider), Freshness::Fresh);
  const int before = changes.count();

  clock.advance(Seconds(91));
  EXPECT_EQ(freshness(*provider), Freshness::Stale);
  EXPECT_EQ(state(*provider), GreenState::NotGreen);  // stale is still used
  EXPECT_TRUE(changes.until([&] { return changes.count() == before + 1; }));

  clock.advance(Seconds(210));
  EXPECT_EQ(freshness(*provider), Freshness::Unknown);
  EXPECT_EQ(state(*provider), GreenState::Unknown);
  EXPECT_TRUE(changes.until([&] { return changes.count() == before + 2; }));

  mock.up();
  ASSERT_TRUE(changes.until([&] { return freshness(*provider) == Freshness::Fresh; }));
  EXPECT_EQ(state(*provider), GreenState::NotGreen);
  EXPECT_TRUE(changes.until([&] { return changes.count() == before + 3; }));
  provider->stop();
}

TEST_F(SignalServiceTest, NotModifiedRefreshesTheAge) {
  MockServer mock(clock);
  Changes changes;
  const auto provider = make(mock.port);
  provider->start(changes.callback());
  ASSERT_TRUE(changes.until([&] { return mock.service.polls() == 1; }));
  const int before = changes.count();
  clock.advance(Seconds(25));
  mock.service.tick();  // the poll's time is over: 304
  ASSERT_TRUE(changes.until([&] { return fetches("not_modified") >= 1; }));
  ASSERT_TRUE(changes.until([&] { return provider->current()->observed_at == clock.now(); }));
  EXPECT_EQ(changes.count(), before);
  provider->stop();
}

TEST_F(SignalServiceTest, StopInterruptsALongPollAndABackOff) {
  MockServer mock(clock);
  Changes changes;
  const auto provider = make(mock.port);
  provider->start(changes.callback());
  ASSERT_TRUE(changes.until([&] { return mock.service.polls() == 1; }));
  auto began = std::chrono::steady_clock::now();
  provider->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(2));

  SignalServiceOptions slow;
  slow.url = *http::parse_url("http://127.0.0.1:1");
  slow.first_retry = std::chrono::minutes(5);
  slow.longest_retry = std::chrono::minutes(5);
  auto waiting = make_signal_service(std::move(slow), clock, metrics);
  (*waiting)->start({});
  ASSERT_TRUE(changes.until([&] { return fetches("unavailable") >= 1; }));
  began = std::chrono::steady_clock::now();
  (*waiting)->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(2));
}

TEST_F(SignalServiceTest, HtmlInsteadOfJson) {
  expect_refused({200, {{"Content-Type", "text/html"}}, "<html>login</html>"}, "parse");
}
TEST_F(SignalServiceTest, WrongTypes) { expect_refused({200, {}, R"({"green":"yes"})"}, "parse"); }
TEST_F(SignalServiceTest, EmptyBody) { expect_refused({200, {}, ""}, "parse"); }
TEST_F(SignalServiceTest, InternalServerError) { expect_refused({500, {}, "oops"}, "unavailable"); }
TEST_F(SignalServiceTest, Unauthorized) { expect_refused({401, {}, ""}, "unauthorized"); }
TEST_F(SignalServiceTest, RedirectIsNotFollowed) {
  expect_refused({302, {{"Location", "http://127.0.0.1:1/"}}, ""}, "invalid");
}
TEST_F(SignalServiceTest, NotModifiedThatWasNotAskedFor) {
  expect_refused({304, {}, ""}, "invalid");
}
TEST_F(SignalServiceTest, HugeBody) {
  expect_refused({200, {}, std::string(5u << 20, ' ')}, "invalid");
}

TEST_F(SignalServiceTest, AnswerForAnotherZone) {
  const auto server = serve([](http::Request&&, const http::Reply& reply) {
    reply({200, {}, R"({"green":true,"zone":"FR"})"});
  });
  Changes changes;
  const auto provider = make(server->port(), "DE");
  provider->start(changes.callback());
  EXPECT_TRUE(changes.until([&] { return fetches("invalid") >= 1; }));
  EXPECT_EQ(state(*provider), GreenState::Unknown);
  provider->stop();
}

TEST_F(SignalServiceTest, ZoneIsSentEncoded) {
  std::mutex mutex;
  std::string target;
  const auto server = serve([&](http::Request&& request, const http::Reply& reply) {
    {
      const std::lock_guard lock(mutex);
      target = request.target;
    }
    reply({200, {}, R"({"green":true,"zone":"A&B C"})"});
  });
  Changes changes;
  const auto provider = make(server->port(), "A&B C");
  provider->start(changes.callback());
  ASSERT_TRUE(changes.until([&] { return state(*provider) == GreenState::Green; }));
  provider->stop();
  EXPECT_EQ(target, "/v1/signal?zone=A%26B%20C");
}

TEST_F(SignalServiceTest, TooManyRequestsHoldsRetryAfter) {
  std::atomic<int> requests = 0;
  const auto server = serve([&](http::Request&&, const http::Reply& reply) {
    ++requests;
    reply({429, {{"Retry-After", "600"}}, ""});
  });
  Changes changes;
  const auto provider = make(server->port());
  provider->start(changes.callback());
  ASSERT_TRUE(changes.until([&] { return fetches("too_many_requests") >= 1; }));
  // The back-off alone would have asked dozens of times by now.
  EXPECT_FALSE(changes.until([&] { return requests > 1; }, Millis(500)));
  provider->stop();
}

TEST_F(SignalServiceTest, SourceThatNeverHoldsPollsIsNotAskedInALoop) {
  std::atomic<int> requests = 0;
  const auto server = serve([&](http::Request&&, const http::Reply& reply) {
    ++requests;
    reply({200, {{"ETag", "\"same\""}}, R"({"green":true})"});
  });
  Changes changes;
  const auto provider = make(server->port());
  provider->start(changes.callback());
  ASSERT_TRUE(changes.until([&] { return state(*provider) == GreenState::Green; }));
  EXPECT_FALSE(changes.until([&] { return requests > 3; }, Millis(700)));
  EXPECT_EQ(changes.count(), 1);
  provider->stop();
}

TEST_F(SignalServiceTest, BadAnswerKeepsTheLastSignal) {
  const auto server = serve([](http::Request&& request, const http::Reply& reply) {
    const bool again = http::find_header(request.headers, "If-None-Match").has_value();
    reply({200, {{"ETag", "\"1\""}}, again ? "{\"green\":" : R"({"green":true})"});
  });
  Changes changes;
  const auto provider = make(server->port());
  provider->start(changes.callback());
  ASSERT_TRUE(changes.until([&] { return fetches("parse") >= 1; }));
  EXPECT_EQ(state(*provider), GreenState::Green);
  provider->stop();
}

// A peer that promises 1000 bytes, sends a few and hangs up.
TEST_F(SignalServiceTest, BodyThatIsCutOff) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  ASSERT_GE(listener, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(listener, 8), 0);
  ASSERT_EQ(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), 0);
  std::thread peer([listener] {
    for (;;) {
      const int connection = accept(listener, nullptr, nullptr);
      if (connection < 0) return;
      char buffer[4096];
      (void)!read(connection, buffer, sizeof buffer);
      constexpr std::string_view kCut =
          "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"green\":true,";
      (void)!write(connection, kCut.data(), kCut.size());
      close(connection);
    }
  });
  Changes changes;
  const auto provider = make(ntohs(address.sin_port));
  provider->start(changes.callback());
  EXPECT_TRUE(changes.until([&] { return fetches("unavailable") >= 2; }));
  EXPECT_EQ(state(*provider), GreenState::Unknown);
  provider->stop();
  shutdown(listener, SHUT_RDWR);
  peer.join();
  close(listener);
}

TEST_F(SignalServiceTest, UrlWithAQueryIsRefused) {
  SignalServiceOptions options;
  options.url = *http::parse_url("http://127.0.0.1:1/?x=1");
  const auto provider = make_signal_service(std::move(options), clock, metrics);
  ASSERT_FALSE(provider);
  EXPECT_EQ(provider.error().code, Errc::InvalidArgument);
}

}  // namespace
}  // namespace karbonetes::providers
