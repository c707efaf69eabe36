// Reflector, elector and recorder on the real Client, against an HTTP server on the loopback:
// paths, verbs and bodies.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "eventually.hpp"
#include "http/server.hpp"
#include "kube/runtime/event_recorder.hpp"
#include "kube/runtime/leader_election.hpp"
#include "kube/runtime/reflector.hpp"
#include "recording_sink.hpp"

namespace karbonetes::kube {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Seen {
  std::vector<std::string> requests;  // "GET /path?query"
  std::vector<std::string> bodies;
};

class ClientAdaptersTest : public ::testing::Test {
 protected:
  void SetUp() override {
    http::ServerOptions options;
    options.address = "127.0.0.1";
    auto server =
        http::Server::start(options, [this](http::Request&& request, const http::Reply& reply) {
          const std::string what = request.method + " " + request.target;
          const http::Response response = answer_(what, request.body);
          seen_.with([&](Seen& seen) {
            seen.requests.push_back(what);
            seen.bodies.push_back(std::move(request.body));
          });
          reply(response);
        });
    ASSERT_TRUE(server) << server.error().message;
    server_ = std::move(*server);
    ClusterConfig config;
    config.server = http::parse_url("http://127.0.0.1:" + std::to_string(server_->port())).value();
    auto client = Client::make(std::move(config), "test", clock_, metrics_);
    ASSERT_TRUE(client) << client.error().message;
    client_ = std::move(*client);
  }
  bool wait_requests(std::size_t count) {
    return seen_.wait([count](const Seen& seen) { return seen.requests.size() >= count; });
  }
  static http::Response json(int status, std::string body) {
    return {status, {{"Content-Type", "application/json"}}, std::move(body)};
  }

  SystemClock clock_;
  metrics::Registry metrics_;
  Watched<Seen> seen_;
  std::function<http::Response(const std::string& what, const std::string& body)>
      answer_;  // set before traffic
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<Client> client_;
};

TEST_F(ClientAdaptersTest, ReflectorFallsBackToPagesWhenTheServerAnswers422) {
  answer_ = [](const std::string& what, const std::string&) {
    if (what.find("sendInitialEvents") != std::string::npos) {
      return json(
          422,
          R"({"kind":"Status","code":422,"reason":"Invalid","message":"sendInitialEvents: Forbidden"})");
    }
    if (what.find("watch=1") != std::string::npos) {
      return json(200,
                  "{\"type\":\"MODIFIED\",\"object\":{\"metadata\":{\"name\":\"a\","
                  "\"resourceVersion\":\"9\"}}}\n");
    }
    return json(
        200,
        R"({"metadata":{"resourceVersion":"8"},"items":[{"metadata":{"name":"a","resourceVersion":"3"}}]})");
  };
  RecordingSink sink;
  Reflector reflector(*client_, clock_, metrics_, {"/apis/batch/v1/jobs", "jobs", ""}, sink);
  reflector.start();
  ASSERT_TRUE(reflector.wait_synced(kTestDeadline, {}));
  ASSERT_TRUE(wait_requests(4));
  const auto requests = seen_.get().requests;
  EXPECT_THAT(requests[0], StartsWith("GET /apis/batch/v1/jobs?watch=1&sendInitialEvents=true"));
  EXPECT_EQ(requests[1], "GET /apis/batch/v1/jobs?limit=500");
  EXPECT_THAT(requests[2], HasSubstr("resourceVersion=8&"));
  EXPECT_THAT(requests[3], HasSubstr("resourceVersion=9&"));
  const auto lines = sink.lines();
  ASSERT_GE(lines.size(), 5U);
  EXPECT_THAT(RecordingSink::Lines(lines.begin(), lines.begin() + 5),
              ElementsAre("begin", "begin", "added a@3", "end", "modified a@9"));
}

TEST_F(ClientAdaptersTest, ElectorReadsCreatesAndReleasesTheLease) {
  answer_ = [](const std::string& what, const std::string& body) {
    if (what.starts_with("GET"))
      return json(404, R"({"kind":"Status","code":404,"reason":"NotFound"})");
    return json(what.starts_with("POST") ? 201 : 200, body);
  };
  Watched<bool> led;
  {
    LeaderElector elector(*client_, clock_, metrics_,
                          {.ns = "ns", .name = "karbonetes", .identity = "me"},
                          [&](bool leading) { led.with([&](bool& l) { l = l || leading; }); });
    elector.start();
    ASSERT_TRUE(led.wait([](bool l) { return l; }));
  }
  const Seen seen = seen_.get();
  ASSERT_THAT(seen.requests,
              ElementsAre("GET /apis/coordination.k8s.io/v1/namespaces/ns/leases/karbonetes",
                          "POST /apis/coordination.k8s.io/v1/namespaces/ns/leases",
                          "PUT /apis/coordination.k8s.io/v1/namespaces/ns/leases/karbonetes"));
  EXPECT_THAT(seen.bodies[1], HasSubstr("\"holderIdentity\":\"me\""));
  EXPECT_THAT(seen.bodies[2], HasSubstr("\"holderIdentity\":\"\""));
}

TEST_F(ClientAdaptersTest, RecorderCreatesAndPatchesEvents) {
  answer_ = [](const std::string& what, const std::string&) {
    return json(what.starts_with("POST") ? 201 : 200, "{}");
  };
  {
    EventRecorder recorder(*client_, clock_, metrics_, "controller", "pod-1");
    EventSpec spec;
    spec.regarding = {"batch/v1", "Job", "ml", "train", "u"};
    spec.reason = "CarbonWaiting";
    recorder.record(spec);
    recorder.record(spec);
    ASSERT_TRUE(wait_requests(2));
  }
  const Seen seen = seen_.get();
  ASSERT_GE(seen.requests.size(), 2U);
  EXPECT_EQ(seen.requests[0], "POST /apis/events.k8s.io/v1/namespaces/ml/events");
  EXPECT_THAT(seen.requests[1],
              StartsWith("PATCH /apis/events.k8s.io/v1/namespaces/ml/events/train."));
  EXPECT_THAT(seen.bodies[1], HasSubstr("\"count\":2"));
}

}  // namespace
}  // namespace karbonetes::kube
