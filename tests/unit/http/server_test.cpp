#include "http/server.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <future>
#include <thread>

#include "http/client.hpp"
#include "raw_peer.hpp"

namespace karbonetes::http {
namespace {

using test::connect_raw;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

ServerOptions local() {
  ServerOptions options;
  options.address = "127.0.0.1";
  return options;
}

std::unique_ptr<Server> serve(ServerOptions options, Handler handler) {
  auto server = Server::start(std::move(options), std::move(handler));
  EXPECT_TRUE(server) << server.error().message;
  return std::move(*server);
}

void echo(Request&& request, Reply reply) {
  reply({200, {{"X-Target", request.target}}, request.body});
}
void must_not_be_called(Request&&, Reply) { ADD_FAILURE() << "the handler was called"; }

std::string ask(const Server& server, std::string_view bytes) {
  auto peer = connect_raw(server.port());
  peer.send(bytes);
  return peer.read_message();
}

TEST(Server, HandsOverTheWholeRequest) {
  const auto server = serve(local(), [](Request&& request, Reply reply) {
    EXPECT_EQ(request.method, "PUT");
    EXPECT_EQ(request.target, "/a%20b?timeout=3s");
    EXPECT_EQ(find_header(request.headers, "x-y"), "z");
    EXPECT_EQ(request.body, "abc");
    reply({201, {{"X-A", "b"}}, "done"});
  });
  EXPECT_EQ(
      ask(*server,
          "PUT /a%20b?timeout=3s HTTP/1.1\r\nHost: a\r\nX-Y: z\r\nContent-Length: 3\r\n\r\nabc"),
      "HTTP/1.1 201 Created\r\nX-A: b\r\nContent-Length: 4\r\n\r\ndone");
}

TEST(Server, ChunkedRequestBodyIsJoined) {
  const auto server = serve(local(), echo);
  EXPECT_THAT(ask(*server,
                  "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
                  "chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"),
              HasSubstr("\r\n\r\nabc"));
}

TEST(Server, RequestsInOneGoAreAnsweredInOrder) {
  const auto server = serve(local(), echo);
  auto peer = connect_raw(server->port());
  peer.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(peer.read_message(), HasSubstr("X-Target: /1"));
  EXPECT_THAT(peer.read_message(), HasSubstr("X-Target: /2"));
}

TEST(Server, ConnectionCloseAndHttp10AreClosedAfterTheAnswer) {
  const auto server = serve(local(), echo);
  for (const char* request :
       {"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"}) {
    auto peer = connect_raw(server->port());
    peer.send(request);
    EXPECT_THAT(peer.read_all(), AllOf(StartsWith("HTTP/1.1 200"), HasSubstr("Connection: close")));
  }
}

TEST(Server, AnswerThatIsCutEndsInTheMiddleOfItsBody) {
  const auto server =
      serve(local(), [](Request&&, Reply reply) { reply({200, {}, "0123456789", 4}); });
  auto peer = connect_raw(server->port());
  peer.send(kGet);
  EXPECT_EQ(peer.read_all(), "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123");
}

TEST(Server, ExpectContinueIsAnswered) {
  const auto server = serve(local(), echo);
  auto peer = connect_raw(server->port());
  peer.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(peer.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  peer.send("abc");
  EXPECT_THAT(peer.read_message(), HasSubstr("\r\n\r\nabc"));
}

class Malformed : public testing::TestWithParam<const char*> {};

TEST_P(Malformed, IsAnswered400AndClosed) {
  const auto server = serve(local(), must_not_be_called);
  auto peer = connect_raw(server->port());
  peer.send(GetParam());
  EXPECT_THAT(peer.read_all(), AllOf(StartsWith("HTTP/1.1 400"), HasSubstr("Connection: close")));
}

INSTANTIATE_TEST_SUITE_P(
    Each, Malformed,
    testing::Values(
        "nonsense\r\n\r\n", "GET / HTTP/1.1\r\n\r\n" /* no Host */,
        "GET / HTTP/1.1\r\nHost: a\r\nBad Name: x\r\n\r\n", "GET / HTTP/9.9\r\nHost: a\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: "
        "chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"));

TEST(Server, BodyBeyondTheLimitIs413EvenWhenItsLengthIsNotTold) {
  ServerOptions options = local();
  options.max_body = 10;
  const auto server = serve(options, must_not_be_called);
  EXPECT_THAT(ask(*server, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n"),
              StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(ask(*server,
                  "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
                  "chunked\r\n\r\nb\r\nabcdefghijk\r\n0\r\n\r\n"),
              StartsWith("HTTP/1.1 413"));
}

TEST(Server, TheAnswer413OutlivesABodyThatIsStillSent) {
  ServerOptions options = local();
  options.max_body = 10;
  const auto server = serve(options, must_not_be_called);
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n";
  EXPECT_THAT(ask(*server, head + std::string(200'000, 'x')), StartsWith("HTTP/1.1 413"));
}

TEST(Server, HeadBeyondTheLimitIs431) {
  const auto server = serve(local(), must_not_be_called);
  EXPECT_THAT(
      ask(*server, "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(40'000, 'x') + "\r\n\r\n"),
      StartsWith("HTTP/1.1 431"));
}

TEST(Server, SlowRequestIs408AndDoesNotHurtOthers) {
  ServerOptions options = local();
  options.read_timeout = Millis(100);
  const auto server = serve(options, echo);
  auto slow = connect_raw(server->port());
  slow.send("GET / HTT");
  for (int i = 0; i < 20; ++i) EXPECT_THAT(ask(*server, kGet), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(slow.read_all(), StartsWith("HTTP/1.1 408"));
}

TEST(Server, SilentConnectionIsClosedAfterKeepAlive) {
  ServerOptions options = local();
  options.keep_alive = Millis(50);
  const auto server = serve(options, echo);
  auto peer = connect_raw(server->port());
  EXPECT_EQ(peer.read_all(), "");
  auto after_one = connect_raw(server->port());
  after_one.send(kGet);
  EXPECT_THAT(after_one.read_all(), StartsWith("HTTP/1.1 200"));
}

TEST(Server, PeerThatDoesNotReadIsCut) {
  ServerOptions options = local();
  options.write_timeout = Millis(100);
  const auto server =
      serve(options, [](Request&&, Reply reply) { reply({200, {}, std::string(64u << 20, 'x')}); });
  auto peer = connect_raw(server->port());
  peer.send(kGet);
  // Another is served meanwhile, and stop() does not wait for the one that is stuck.
  auto other = connect_raw(server->port());
  other.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(other.read_until("\r\n\r\n"), StartsWith("HTTP/1.1 200"));
  server->stop(std::chrono::seconds(5));
  EXPECT_LT(peer.read_all().size(), 64u << 20);
}

TEST(Server, ConnectionsBeyondTheLimitAreClosed) {
  ServerOptions options = local();
  options.max_connections = 1;
  const auto server = serve(options, echo);
  auto first = connect_raw(server->port());
  first.send(kGet);
  EXPECT_THAT(first.read_message(), StartsWith("HTTP/1.1 200"));
  auto second = connect_raw(server->port());
  EXPECT_EQ(second.read_all(), "");
}

TEST(ServerReply, MayComeFromAnotherThread) {
  std::jthread thread;
  const auto server = serve(local(), [&](Request&&, Reply reply) {
    thread = std::jthread([reply = std::move(reply)] { reply({200, {}, "later"}); });
  });
  EXPECT_THAT(ask(*server, kGet), HasSubstr("later"));
}

TEST(ServerReply, DroppedIs500) {
  const auto server = serve(local(), [](Request&&, Reply) {});
  EXPECT_THAT(ask(*server, kGet), StartsWith("HTTP/1.1 500"));
}

TEST(ServerReply, ThrowingHandlerIs500AndTheServerGoesOn) {
  const auto server = serve(local(), [](Request&& request, Reply reply) {
    if (request.target == "/throw") throw std::runtime_error("bug");
    reply({});
  });
  EXPECT_THAT(ask(*server, "GET /throw HTTP/1.1\r\nHost: a\r\n\r\n"), StartsWith("HTTP/1.1 500"));
  EXPECT_THAT(ask(*server, kGet), StartsWith("HTTP/1.1 200"));
}

TEST(ServerReply, SecondCallDoesNothing) {
  const auto server = serve(local(), [](Request&&, Reply reply) {
    reply({200, {}, "one"});
    reply({200, {}, "two"});
  });
  auto peer = connect_raw(server->port());
  for (int i = 0; i < 2; ++i) {
    peer.send(kGet);
    EXPECT_THAT(peer.read_message(), HasSubstr("one"));
  }
}

TEST(ServerReply, AfterTheServersEndDoesNothing) {
  std::promise<Reply> taken;
  auto server = serve(local(), [&](Request&&, Reply reply) { taken.set_value(std::move(reply)); });
  auto peer = connect_raw(server->port());
  peer.send(kGet);
  Reply reply = taken.get_future().get();
  server.reset();
  reply({200, {}, "too late"});
  EXPECT_EQ(peer.read_all(), "");
}

TEST(ServerStop, FinishesTheRequestInFlightAndClosesIdleConnections) {
  std::promise<Reply> taken;
  auto server = serve(local(), [&](Request&& request, Reply reply) {
    if (request.target == "/slow") return taken.set_value(std::move(reply));
    reply({});
  });
  auto idle = connect_raw(server->port());
  idle.send(kGet);
  idle.read_message();
  auto busy = connect_raw(server->port());
  busy.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  Reply reply = taken.get_future().get();
  std::jthread stopper([&] { server->stop(std::chrono::seconds(10)); });
  EXPECT_EQ(idle.read_all(), "");  // the stop has begun
  reply({200, {}, "finished"});
  EXPECT_THAT(busy.read_all(), AllOf(HasSubstr("Connection: close"), HasSubstr("finished")));
  stopper.join();
  EXPECT_THROW((void)connect_raw(server->port()), std::runtime_error);
}

TEST(ServerStop, DoesNotWaitBeyondItsGrace) {
  std::promise<Reply> taken;
  auto server = serve(local(), [&](Request&&, Reply reply) { taken.set_value(std::move(reply)); });
  auto peer = connect_raw(server->port());
  peer.send(kGet);
  const Reply reply = taken.get_future().get();
  server->stop(Millis(20));
  EXPECT_EQ(peer.read_all(), "");
}

TEST(ServerStop, FreesThePortWithoutAnyConnection) {
  const auto server = serve(local(), echo);
  server->stop(Millis(0));
  EXPECT_THROW((void)connect_raw(server->port()), std::runtime_error);
}

TEST(Server, TakenPortIsUnavailable) {
  const auto server = serve(local(), echo);
  ServerOptions options = local();
  options.port = server->port();
  const auto second = Server::start(options, echo);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::Unavailable);
}

TEST(Server, UnreadableAddressIsInvalidArgument) {
  ServerOptions options;
  options.address = "localhost";
  EXPECT_EQ(Server::start(options, echo).error().code, Errc::InvalidArgument);
}

TEST(Server, SixteenCallersAtOnce) {
  ServerOptions options = local();
  options.threads = 2;
  const auto server = serve(options, echo);
  ClientOptions client_options;
  client_options.origin = {false, "127.0.0.1", server->port(), "/"};
  const auto client = *Client::make(client_options);
  std::atomic<int> good{0};
  {
    std::vector<std::jthread> callers;
    for (int caller = 0; caller < 16; ++caller) {
      callers.emplace_back([&, caller] {
        for (int i = 0; i < 50; ++i) {
          Request request;
          request.method = "POST";
          request.body = std::to_string(caller) + '/' + std::to_string(i);
          const auto response = client->exchange(request, {}, {});
          if (response && response->body == request.body) ++good;
        }
      });
    }
  }
  EXPECT_EQ(good, 16 * 50);
}

}  // namespace
}  // namespace karbonetes::http
