#include "http/client.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "raw_peer.hpp"

namespace karbonetes::http {
namespace {

using test::RawConnection;
using test::RawServer;
using testing::HasSubstr;

constexpr const char* kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

std::unique_ptr<Client> client_for(std::uint16_t port, std::size_t max_idle = 32) {
  ClientOptions options;
  options.origin = {false, "127.0.0.1", port, "/"};
  options.max_idle = max_idle;
  return *Client::make(options);
}

Request with_method(std::string method) {
  Request request;
  request.method = std::move(method);
  return request;
}

Result<Response> get(Client& client, CallOptions options = {}) {
  return client.exchange(Request{}, options, {});
}

// Peers that hold a connection open until the test is over.
class Held {
 public:
  ~Held() { release(); }
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(10), [&] { return released_; });
  }
  void release() {
    const std::lock_guard lock(mutex_);
    released_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool released_ = false;
};

TEST(Client, OneConnectionServesManyCalls) {
  std::atomic<int> connections{0};
  RawServer server([&](RawConnection& peer, int) {
    ++connections;
    while (!peer.read_message().empty()) peer.send(kOk);
  });
  const auto client = client_for(server.port());
  for (int i = 0; i < 3; ++i) {
    const auto response = get(*client);
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->body, "ok");
  }
  EXPECT_EQ(connections, 1);
}

TEST(Client, AnHttpErrorStatusIsNoError) {
  RawServer server([](RawConnection& peer, int) {
    peer.read_message();
    peer.send("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 3\r\nContent-Length: 0\r\n\r\n");
  });
  const auto response = get(*client_for(server.port()));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 503);
  EXPECT_EQ(retry_after(*response, 0), std::chrono::seconds(3));
}

TEST(Client, ConnectionRefusedIsUnavailable) {
  std::uint16_t port = 0;
  {
    const RawServer server([](RawConnection&, int) {});
    port = server.port();
  }
  const auto response = get(*client_for(port));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Errc::Unavailable);
  EXPECT_THAT(response.error().message, HasSubstr("127.0.0.1"));
}

TEST(Client, UnknownHostIsUnavailable) {
  ClientOptions options;
  options.origin = {false, "no-such-host.invalid", 80, "/"};
  const auto response = get(**Client::make(options));
  ASSERT_FALSE(response);
  EXPECT_THAT(response.error().code, testing::AnyOf(Errc::Unavailable, Errc::Timeout));
}

TEST(Client, SilentServerRunsIntoTheDeadline) {
  Held held;
  RawServer server([&](RawConnection&, int) { held.wait(); });
  const auto client = client_for(server.port());
  CallOptions options;
  options.timeout = Millis(50);
  const auto response = get(*client, options);
  held.release();
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Errc::Timeout);
}

TEST(Client, DripOfBytesDoesNotExtendTheDeadline) {
  std::atomic<bool> over{false};
  RawServer server([&](RawConnection& peer, int) {
    peer.read_message();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
    for (int i = 0; !over && i < 100000000; ++i) {
      peer.send("x");
      std::this_thread::yield();
    }
  });
  const auto client = client_for(server.port());
  CallOptions options;
  options.timeout = Millis(100);
  options.max_body = 1u << 30;
  const auto response = get(*client, options);
  over = true;
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Errc::Timeout);
}

TEST(Client, StopTokenCancelsACallThatWaits) {
  Held held;
  std::stop_source source;
  RawServer server([&](RawConnection& peer, int) {
    peer.read_message();
    source.request_stop();
    held.wait();
  });
  const auto client = client_for(server.port());
  const auto response = client->exchange(Request{}, {}, source.get_token());
  held.release();
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Errc::Cancelled);
}

TEST(Client, StopRequestedBeforehandSendsNothing) {
  std::stop_source source;
  source.request_stop();
  RawServer server([](RawConnection& peer, int) { EXPECT_EQ(peer.read_all(), ""); });
  const auto response = client_for(server.port())->exchange(Request{}, {}, source.get_token());
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Errc::Cancelled);
}

TEST(Client, CutInTheMiddleOfABodyIsUnavailableAndNotRepeated) {
  std::atomic<int> connections{0};
  RawServer server([&](RawConnection& peer, int) {
    ++connections;
    peer.read_message();
    peer.send(kOk);
    peer.read_message();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
  });
  const auto client = client_for(server.port());
  ASSERT_TRUE(get(*client));
  const auto response = get(*client);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Errc::Unavailable);
  EXPECT_EQ(connections, 1);
}

// Answers one request per connection as if it would keep it, then closes it when the next request
// has come: what a server does whose idle time ends just as we write.
class StaleServer {
 public:
  std::atomic<int> connections{0};
  RawServer server{[this](RawConnection& peer, int) {
    ++connections;
    peer.read_message();
    peer.send(kOk);
    peer.read_message();
  }};
};

TEST(Client, StaleKeepAliveIsRetriedWhenIdempotent) {
  for (const char* method : {"GET", "PUT", "DELETE"}) {
    StaleServer stale;
    const auto client = client_for(stale.server.port());
    ASSERT_TRUE(client->exchange(with_method(method), {}, {}));
    const auto response = client->exchange(with_method(method), {}, {});
    ASSERT_TRUE(response) << method << ": " << response.error().message;
    EXPECT_EQ(stale.connections, 2);
  }
}

TEST(Client, StaleKeepAliveIsNotRetriedOtherwise) {
  for (const char* method : {"POST", "PATCH"}) {
    StaleServer stale;
    const auto client = client_for(stale.server.port());
    ASSERT_TRUE(client->exchange(with_method(method), {}, {}));
    const auto response = client->exchange(with_method(method), {}, {});
    ASSERT_FALSE(response) << method;
    EXPECT_EQ(response.error().code, Errc::Unavailable);
    EXPECT_EQ(stale.connections, 1);
  }
}

TEST(Client, StaleKeepAliveIsRetriedWhenMarkedIdempotent) {
  StaleServer stale;
  const auto client = client_for(stale.server.port());
  CallOptions marked;
  marked.idempotent = true;
  ASSERT_TRUE(client->exchange(with_method("PATCH"), marked, {}));
  EXPECT_TRUE(client->exchange(with_method("PATCH"), marked, {}));
}

TEST(Client, FreshConnectionThatIsCutIsNotRetried) {
  std::atomic<int> connections{0};
  RawServer server([&](RawConnection& peer, int) {
    ++connections;
    peer.read_message();
  });
  const auto response = get(*client_for(server.port()));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Errc::Unavailable);
  EXPECT_EQ(connections, 1);
}

TEST(Client, ConnectionCloseIsHonoured) {
  std::atomic<int> connections{0};
  RawServer server([&](RawConnection& peer, int) {
    ++connections;
    peer.read_message();
    peer.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
    peer.read_all();
  });
  const auto client = client_for(server.port());
  ASSERT_TRUE(client->exchange(with_method("POST"), {}, {}));
  ASSERT_TRUE(client->exchange(with_method("POST"), {}, {}));
  EXPECT_EQ(connections, 2);
}

TEST(Client, BodyBeyondTheLimitIsInvalid) {
  RawServer server([](RawConnection& peer, int) {
    peer.read_message();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n");
    peer.read_all();
  });
  CallOptions options;
  options.max_body = 10;
  const auto response = get(*client_for(server.port()), options);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Errc::Invalid);
}

TEST(ClientStream, PiecesArriveAsTheyAreSent) {
  // The server sends the next piece only once the client has seen the one before: late delivery
  // would end in Timeout.
  std::mutex mutex;
  std::condition_variable changed;
  int seen = 0;
  RawServer server([&](RawConnection& peer, int) {
    peer.read_message();
    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 3; ++i) {
      peer.send("5\r\nline\n\r\n");
      std::unique_lock lock(mutex);
      if (!changed.wait_for(lock, std::chrono::seconds(10), [&] { return seen > i; })) return;
    }
    peer.send("0\r\n\r\n");
  });
  std::string all;
  const auto response =
      client_for(server.port())
          ->stream(Request{}, std::chrono::seconds(10), {}, [&](std::string_view piece) {
            all += piece;
            const std::lock_guard lock(mutex);
            ++seen;
            changed.notify_all();
            return true;
          });
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(all, "line\nline\nline\n");
  EXPECT_EQ(seen, 3);
}

TEST(ClientStream, ErrorStatusIsReadWhole) {
  RawServer server([](RawConnection& peer, int) {
    peer.read_message();
    peer.send("HTTP/1.1 410 Gone\r\nContent-Length: 7\r\n\r\nexp");
    peer.send("ired");
  });
  int calls = 0;
  const auto response =
      client_for(server.port())
          ->stream(Request{}, std::chrono::seconds(10), {}, [&](std::string_view) {
            ++calls;
            return true;
          });
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 410);
  EXPECT_EQ(response->body, "expired");
  EXPECT_EQ(calls, 0);
}

TEST(ClientStream, OnDataEndsIt) {
  RawServer server([](RawConnection& peer, int) {
    peer.read_message();
    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
    peer.read_all();  // until the client closes, which it must
  });
  const auto response =
      client_for(server.port())
          ->stream(Request{}, std::chrono::seconds(10), {}, [](std::string_view) { return false; });
  EXPECT_TRUE(response);
}

TEST(ClientStream, SilenceIsTimeoutCutIsUnavailableStopIsCancelled) {
  const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n";
  Held held;
  RawServer server([&](RawConnection& peer, int number) {
    peer.read_message();
    peer.send(head);
    if (number != 1) held.wait();
  });
  const auto client = client_for(server.port());
  // One after the other, since the scripted peer serves one connection at a time.
  std::stop_source source;
  const auto silent =
      client->stream(Request{}, Millis(50), {}, [](std::string_view) { return true; });
  held.release();
  ASSERT_FALSE(silent);
  EXPECT_EQ(silent.error().code, Errc::Timeout);
  const auto cut = client->stream(Request{}, std::chrono::seconds(10), {},
                                  [](std::string_view) { return true; });
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().code, Errc::Unavailable);
}

TEST(ClientStream, StopEndsItFromAnotherThread) {
  Held held;
  RawServer server([&](RawConnection& peer, int) {
    peer.read_message();
    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
    held.wait();
  });
  const auto client = client_for(server.port());
  std::stop_source source;
  std::jthread stopper;
  const auto response = client->stream(Request{}, std::chrono::seconds(10), source.get_token(),
                                       [&](std::string_view) {
                                         stopper = std::jthread([&] { source.request_stop(); });
                                         return true;
                                       });
  held.release();
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Errc::Cancelled);
}

TEST(Client, MakeRefusesAnOriginWithoutHost) {
  EXPECT_EQ(Client::make({}).error().code, Errc::InvalidArgument);
}

}  // namespace
}  // namespace karbonetes::http
