// The Kubernetes client against an HTTP server of ours that plays the API server.
#include "kube/client/client.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "http/server.hpp"

namespace karbonetes::kube {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// Hands out t1, t2, ...: the next after each invalidate().
class CountingToken final : public TokenSource {
 public:
  Result<std::string> token() override { return "t" + std::to_string(generation_.load()); }
  void invalidate() override { ++generation_; }

 private:
  std::atomic<int> generation_{1};
};

class KubeClient : public testing::Test {
 protected:
  void serve(std::function<http::Response(const http::Request&, int)> respond) {
    http::ServerOptions options;
    options.address = "127.0.0.1";
    server =
        *http::Server::start(options, [this, respond](http::Request&& request, http::Reply reply) {
          int number = 0;
          {
            const std::lock_guard lock(mutex);
            seen.push_back(request);
            number = static_cast<int>(seen.size());
          }
          reply(respond(request, number));
        });
    ClusterConfig config;
    config.server = {false, "127.0.0.1", server->port(), prefix};
    config.token = token;
    client = *Client::make(config, "karbonetes/test", clock, metrics);
  }
  std::size_t calls() {
    const std::lock_guard lock(mutex);
    return seen.size();
  }
  double counted(const std::string& code, const std::string& method) {
    return metrics
        .counter("rest_client_requests_total",
                 "Number of HTTP requests, partitioned by status code and method.",
                 {{"code", code}, {"method", method}})
        .value();
  }

  ManualClock clock{*parse_rfc3339("2026-11-24T12:00:00Z")};
  metrics::Registry metrics;
  std::shared_ptr<TokenSource> token = std::make_shared<CountingToken>();
  std::string prefix = "/";
  std::mutex mutex;
  std::vector<http::Request> seen;  // guarded by mutex
  std::unique_ptr<http::Server> server;
  std::unique_ptr<Client> client;
};

http::Response ok(const http::Request&, int) { return {200, {}, "{}"}; }

TEST_F(KubeClient, GetSendsTokenAgentAndAccept) {
  serve(ok);
  EXPECT_EQ(*client->get("/api/v1/pods?limit=1"), "{}");
  ASSERT_EQ(calls(), 1u);
  EXPECT_EQ(seen[0].method, "GET");
  EXPECT_EQ(seen[0].target, "/api/v1/pods?limit=1");
  EXPECT_EQ(find_header(seen[0].headers, "authorization"), "Bearer t1");
  EXPECT_EQ(find_header(seen[0].headers, "user-agent"), "karbonetes/test");
  EXPECT_EQ(find_header(seen[0].headers, "accept"), "application/json");
  EXPECT_EQ(counted("200", "GET"), 1);
  EXPECT_THAT(metrics.expose(),
              HasSubstr("rest_client_request_duration_seconds_count{verb=\"GET\"} 1"));
}

TEST_F(KubeClient, WritesCarryMethodTypeAndManager) {
  serve(ok);
  CallOptions options;
  options.field_manager = "me & you";
  options.force = true;
  ASSERT_TRUE(client->create("/a", "body", options));
  ASSERT_TRUE(client->replace("/a", "body", options));
  ASSERT_TRUE(client->patch("/a", PatchType::Json, "[]", options));
  ASSERT_TRUE(client->patch("/a?dryRun=All", PatchType::Merge, "{}", options));
  ASSERT_TRUE(client->patch("/a", PatchType::Apply, "{}", options));
  ASSERT_TRUE(client->remove("/a"));
  std::vector<std::string> lines;
  for (const http::Request& request : seen) {
    lines.push_back(request.method + ' ' + request.target + ' ' +
                    std::string(find_header(request.headers, "content-type").value_or("-")));
  }
  EXPECT_THAT(
      lines,
      ElementsAre("POST /a?fieldManager=me%20%26%20you application/json",
                  "PUT /a?fieldManager=me%20%26%20you application/json",
                  "PATCH /a?fieldManager=me%20%26%20you application/json-patch+json",
                  "PATCH /a?dryRun=All&fieldManager=me%20%26%20you application/merge-patch+json",
                  "PATCH /a?fieldManager=me%20%26%20you&force=true application/apply-patch+yaml",
                  "DELETE /a -"));
}

TEST_F(KubeClient, ApplyWithoutManagerIsRefusedBeforeItIsSent) {
  serve(ok);
  EXPECT_EQ(client->patch("/a", PatchType::Apply, "{}").error().code, Errc::InvalidArgument);
  EXPECT_EQ(calls(), 0u);
}

TEST_F(KubeClient, ServerUrlWithAPathIsAPrefix) {
  prefix = "/k8s/clusters/c1/";
  serve(ok);
  ASSERT_TRUE(client->get("/api"));
  EXPECT_EQ(seen[0].target, "/k8s/clusters/c1/api");
}

TEST_F(KubeClient, ErrorHasTheServersWordsAndNoQuery) {
  serve([](const http::Request&, int) {
    return http::Response{404, {}, R"({"message":"jobs.batch \"a\" not found"})"};
  });
  const auto result = client->get("/x?continue=long");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::NotFound);
  EXPECT_EQ(result.error().message, "GET /x: HTTP 404: jobs.batch \"a\" not found");
  EXPECT_EQ(calls(), 1u);
}

TEST_F(KubeClient, UnauthorizedLooksForANewTokenOnce) {
  serve([](const http::Request& request, int) {
    return find_header(request.headers, "authorization") == "Bearer t2"
               ? http::Response{200, {}, "{}"}
               : http::Response{401, {}, ""};
  });
  EXPECT_TRUE(client->patch("/a", PatchType::Merge, "{}"));
  EXPECT_EQ(calls(), 2u);
}

TEST_F(KubeClient, UnauthorizedTwiceIsTheAnswer) {
  serve([](const http::Request&, int) {
    return http::Response{401, {}, R"({"message":"Unauthorized"})"};
  });
  const auto result = client->get("/a");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::Unauthorized);
  EXPECT_THAT(result.error().message, Not(HasSubstr("t1")));
  EXPECT_EQ(calls(), 2u);
}

TEST_F(KubeClient, WithoutTokenA401IsNotRepeated) {
  token = nullptr;
  serve([](const http::Request&, int) { return http::Response{401, {}, ""}; });
  EXPECT_FALSE(client->get("/a"));
  EXPECT_EQ(calls(), 1u);
  EXPECT_EQ(find_header(seen[0].headers, "authorization"), std::nullopt);
}

TEST_F(KubeClient, UnavailableGetIsTriedAgain) {
  serve([](const http::Request&, int number) {
    return number < 3 ? http::Response{503, {}, ""} : http::Response{200, {}, "{}"};
  });
  EXPECT_TRUE(client->get("/a"));
  EXPECT_EQ(calls(), 3u);
  EXPECT_EQ(counted("503", "GET"), 2);
}

TEST_F(KubeClient, UnavailableGetGivesUpAfterThreeMore) {
  serve([](const http::Request&, int) { return http::Response{500, {}, ""}; });
  EXPECT_EQ(client->get("/a").error().code, Errc::Unavailable);
  EXPECT_EQ(calls(), 4u);
}

TEST_F(KubeClient, RetriesEndWithTheDeadlineAndWithTheStop) {
  serve(
      [](const http::Request&, int) { return http::Response{503, {{"Retry-After", "600"}}, ""}; });
  EXPECT_EQ(client->get("/a").error().code, Errc::Unavailable);
  EXPECT_EQ(calls(), 1u);

  std::stop_source source;
  CallOptions options;
  options.timeout = std::chrono::hours(1);
  options.stop = source.get_token();
  const std::jthread stopper([&] {
    while (calls() < 2) std::this_thread::yield();
    source.request_stop();
  });
  EXPECT_EQ(client->get("/a", options).error().code, Errc::Cancelled);
}

TEST_F(KubeClient, UnavailableWriteIsNotRepeated) {
  serve([](const http::Request&, int) { return http::Response{503, {}, ""}; });
  EXPECT_EQ(client->patch("/a", PatchType::Merge, "{}").error().code, Errc::Unavailable);
  EXPECT_EQ(calls(), 1u);
}

TEST_F(KubeClient, TooManyRequestsCarriesRetryAfterAndIsNotRepeated) {
  serve([](const http::Request&, int) { return http::Response{429, {{"Retry-After", "7"}}, ""}; });
  const auto result = client->get("/a");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::TooManyRequests);
  EXPECT_EQ(result.error().retry_after, Seconds(7));
  EXPECT_EQ(calls(), 1u);
}

TEST_F(KubeClient, FailedPatchTestIsConflictOnlyWithATest) {
  serve([](const http::Request&, int) {
    return http::Response{
        422,
        {},
        R"({"message":"the server rejected our request due to an error in our request","reason":"Invalid","details":{}})"};
  });
  EXPECT_EQ(
      client->patch("/a", PatchType::Json, R"([{"op":"test","path":"/x","value":1}])").error().code,
      Errc::Conflict);
  EXPECT_EQ(client->patch("/a", PatchType::Json, R"([{"op":"remove","path":"/x"}])").error().code,
            Errc::Invalid);
  EXPECT_EQ(client->patch("/a", PatchType::Merge, R"([{"op":"test"}])").error().code,
            Errc::Invalid);
}

TEST_F(KubeClient, NoServerIsUnavailableAndCounted) {
  serve(ok);
  server->stop(Millis(0));
  const auto result = client->create("/a", "{}");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::Unavailable);
  EXPECT_EQ(counted("<error>", "POST"), 1);
}

TEST_F(KubeClient, WatchDeliversLines) {
  serve(
      [](const http::Request&, int) { return http::Response{200, {}, "{\"a\":1}\n{\"b\":2}\n"}; });
  std::vector<std::string> lines;
  const Status status = client->watch("/a?watch=1", Seconds(10), {}, [&](std::string_view line) {
    lines.emplace_back(line);
    return true;
  });
  EXPECT_TRUE(status);
  EXPECT_THAT(lines, ElementsAre("{\"a\":1}", "{\"b\":2}"));
}

TEST_F(KubeClient, WatchEndsWhenTold) {
  serve([](const http::Request&, int) { return http::Response{200, {}, "a\nb\nc\n"}; });
  int lines = 0;
  EXPECT_TRUE(client->watch("/a", Seconds(10), {}, [&](std::string_view) { return ++lines < 2; }));
  EXPECT_EQ(lines, 2);
}

TEST_F(KubeClient, WatchErrorsAreTyped) {
  serve([](const http::Request&, int) {
    return http::Response{410, {}, R"({"reason":"Expired","message":"too old"})"};
  });
  const Status gone = client->watch("/a", Seconds(10), {}, [](std::string_view) { return true; });
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, Errc::Gone);
  EXPECT_THAT(gone.error().message, HasSubstr("too old"));
}

TEST_F(KubeClient, WatchLooksForANewTokenToo) {
  serve([](const http::Request&, int number) {
    return number == 1 ? http::Response{401, {}, ""} : http::Response{200, {}, "a\n"};
  });
  int lines = 0;
  EXPECT_TRUE(client->watch("/a", Seconds(10), {}, [&](std::string_view) { return ++lines > 0; }));
  EXPECT_EQ(lines, 1);
}

TEST_F(KubeClient, EndlessWatchLineIsParse) {
  serve([](const http::Request&, int) {
    return http::Response{200, {}, std::string((16u << 20) + 1, 'x')};
  });
  const Status status = client->watch("/a", Seconds(10), {}, [](std::string_view) { return true; });
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Errc::Parse);
}

TEST_F(KubeClient, UnreadableCertificateNamesTheContext) {
  ClusterConfig config;
  config.server = {true, "127.0.0.1", 1, "/"};
  config.context = "main";
  config.tls.ca_pem = "junk";
  const auto made = Client::make(config, "x", clock, metrics);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Errc::InvalidArgument);
  EXPECT_THAT(made.error().message, HasSubstr("context main"));
}

}  // namespace
}  // namespace karbonetes::kube
