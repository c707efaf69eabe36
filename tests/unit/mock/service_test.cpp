#include "mock/service.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <condition_variable>

#include "json/document.hpp"

namespace karbonetes::mock {
namespace {

using testing::HasSubstr;

// What a reply was, for a test that waits for it.
struct Inbox {
  std::mutex mutex;
  std::condition_variable arrived;
  std::vector<http::Response> responses;

  http::Reply reply() {
    return [this](http::Response response) {
      const std::lock_guard lock(mutex);
      responses.push_back(std::move(response));
      arrived.notify_all();
    };
  }
  std::size_t size() {
    const std::lock_guard lock(mutex);
    return responses.size();
  }
  http::Response first() {
    std::unique_lock lock(mutex);
    EXPECT_TRUE(
        arrived.wait_for(lock, std::chrono::seconds(10), [&] { return !responses.empty(); }));
    return responses.empty() ? http::Response{0, {}, {}} : responses.front();
  }
};

class ServiceTest : public testing::Test {
 protected:
  http::Response ask(std::string method, std::string target, std::string body = {},
                     std::vector<http::Header> headers = {}) {
    Inbox inbox;
    service.handle({std::move(method), std::move(target), std::move(headers), std::move(body)},
                   inbox.reply());
    EXPECT_EQ(inbox.size(), 1u);
    return inbox.first();
  }
  std::string etag() {
    return std::string(*http::find_header(ask("GET", "/v1/signal").headers, "ETag"));
  }
  void poll(Inbox& inbox, const std::string& tag, const char* prefer = "wait=30",
            const char* method = "GET") {
    service.handle({method, "/v1/signal", {{"If-None-Match", tag}, {"Prefer", prefer}}, {}},
                   inbox.reply());
  }

  ManualClock clock{*parse_rfc3339("2026-11-24T12:00:00Z")};
  metrics::Registry metrics;
  Service service{providers::default_windows(), clock, metrics};
};

TEST_F(ServiceTest, GetAnswersTheSignal) {
  const auto response = ask("GET", "/v1/signal");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(*http::find_header(response.headers, "content-type"), "application/json");
  EXPECT_EQ((*json::parse(response.body))["green"], false);
}

TEST_F(ServiceTest, HeadHasNoBody) {
  const auto response = ask("HEAD", "/v1/signal");
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(response.body.empty());
  EXPECT_TRUE(http::find_header(response.headers, "ETag"));
}

TEST_F(ServiceTest, OtherMethodsAndPathsAreRefusedInJson) {
  for (const auto& [method, target, status] :
       {std::tuple{"POST", "/v1/signal", 405}, std::tuple{"DELETE", "/healthz", 405},
        std::tuple{"GET", "/", 404}, std::tuple{"GET", "/v1/signals", 404},
        std::tuple{"GET", "/v1/signal?zone=%zz", 400},
        std::tuple{"GET", "/v1/signal?zone=DE", 404}}) {
    const auto response = ask(method, target);
    EXPECT_EQ(response.status, status) << method << " " << target;
    const auto body = json::parse(response.body);
    ASSERT_TRUE(body) << target;
    EXPECT_TRUE((*body)["error"].is_string());
  }
  EXPECT_EQ(*http::find_header(ask("POST", "/v1/signal").headers, "Allow"), "GET, HEAD, PUT");
}

TEST_F(ServiceTest, ItsOwnZoneAndNoZoneAreServed) {
  EXPECT_EQ(ask("GET", "/v1/signal?zone=local").status, 200);
  EXPECT_EQ(ask("GET", "/v1/signal?zone=").status, 200);
}

TEST_F(ServiceTest, PutForcesAndNullTakesItBack) {
  const auto forced = json::parse(ask("PUT", "/v1/signal", R"({"green": true})").body);
  EXPECT_EQ((*forced)["green"], true);
  EXPECT_EQ((*forced)["forced"], true);
  EXPECT_TRUE((*forced)["greenWindows"].empty());
  const auto automatic = json::parse(ask("PUT", "/v1/signal", R"({"green": null})").body);
  EXPECT_EQ((*automatic)["green"], false);
  EXPECT_EQ((*automatic)["forced"], false);
  EXPECT_FALSE((*automatic)["greenWindows"].empty());
}

TEST_F(ServiceTest, BadPutChangesNothing) {
  const auto before = etag();
  EXPECT_EQ(ask("PUT", "/v1/signal", "green").status, 400);
  EXPECT_EQ(etag(), before);
}

TEST_F(ServiceTest, KnownEtagWithoutPreferIsAnsweredAtOnce) {
  EXPECT_EQ(ask("GET", "/v1/signal", "", {{"If-None-Match", etag()}}).status, 304);
  EXPECT_EQ(
      ask("GET", "/v1/signal", "", {{"If-None-Match", "\"old\""}, {"Prefer", "wait=30"}}).status,
      200);
  EXPECT_EQ(ask("GET", "/v1/signal", "", {{"If-None-Match", etag()}, {"Prefer", "wait=0"}}).status,
            304);
}

TEST_F(ServiceTest, PollEndsWithNotModifiedAtItsTime) {
  Inbox inbox;
  poll(inbox, etag(), "wait=30");
  clock.advance(Seconds(29));
  service.tick();
  EXPECT_EQ(inbox.size(), 0u);
  clock.advance(Seconds(1));
  service.tick();
  EXPECT_EQ(inbox.first().status, 304);
  EXPECT_EQ(service.polls(), 0u);
}

TEST_F(ServiceTest, PutAnswersPollsAtOnce) {
  Inbox inbox;
  poll(inbox, etag());
  ASSERT_EQ(inbox.size(), 0u);
  (void)ask("PUT", "/v1/signal", R"({"green": true})");
  const auto response = inbox.first();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ((*json::parse(response.body))["green"], true);
}

TEST_F(ServiceTest, WindowThatOpensByTimeAnswersPolls) {
  clock.set(*parse_rfc3339("2026-11-24T21:59:50Z"));
  Inbox inbox;
  poll(inbox, etag());
  clock.advance(Seconds(9));
  service.tick();
  EXPECT_EQ(inbox.size(), 0u);
  clock.advance(Seconds(1));
  service.tick();
  const auto response = inbox.first();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ((*json::parse(response.body))["green"], true);
}

TEST_F(ServiceTest, ForceThatEndsByTimeAnswersPollsByTheServicesOwnThread) {
  (void)ask("PUT", "/v1/signal", R"({"green": true, "for": "10m"})");
  Inbox inbox;
  poll(inbox, etag(), "wait=60");
  clock.advance(std::chrono::minutes(10));
  EXPECT_EQ(inbox.first().status, 200);  // nobody called tick()
}

TEST_F(ServiceTest, HeadPollGetsNoBody) {
  Inbox inbox;
  poll(inbox, etag(), "wait=30", "HEAD");
  (void)ask("PUT", "/v1/signal", R"({"green": true})");
  EXPECT_EQ(inbox.first().status, 200);
  EXPECT_TRUE(inbox.first().body.empty());
}

TEST_F(ServiceTest, PollsBeyondTheLimitAreAnsweredAtOnce) {
  const auto tag = etag();
  Inbox waiting;
  for (std::size_t i = 0; i < kMaxPolls; ++i) poll(waiting, tag);
  EXPECT_EQ(service.polls(), kMaxPolls);
  EXPECT_EQ(waiting.size(), 0u);
  Inbox one_more;
  poll(one_more, tag);
  ASSERT_EQ(one_more.size(), 1u);
  EXPECT_EQ(one_more.first().status, 304);
  service.stop();
  EXPECT_EQ(waiting.size(), kMaxPolls);
}

TEST_F(ServiceTest, StopAnswersPollsAndLetsNoneWait) {
  Inbox inbox;
  const auto tag = etag();
  poll(inbox, tag);
  service.stop();
  EXPECT_EQ(inbox.first().status, 304);
  EXPECT_EQ(ask("GET", "/v1/signal", "", {{"If-None-Match", tag}, {"Prefer", "wait=30"}}).status,
            304);
  EXPECT_EQ(ask("GET", "/readyz").status, 503);
  EXPECT_EQ(ask("GET", "/healthz").status, 200);
}

TEST_F(ServiceTest, MetricsTellStateAndRequests) {
  (void)ask("PUT", "/v1/signal", R"({"green": true})");
  (void)ask("GET", "/nothing");
  const auto body = ask("GET", "/metrics").body;
  EXPECT_THAT(body, HasSubstr("signal_green 1\n"));
  EXPECT_THAT(body, HasSubstr("signal_forced 1\n"));
  EXPECT_THAT(body, HasSubstr("signal_http_requests_total{code=\"200\"} 1\n"));
  EXPECT_THAT(body, HasSubstr("signal_http_requests_total{code=\"404\"} 1\n"));
}

}  // namespace
}  // namespace karbonetes::mock
