// Answers whose body comes as it is written.
#include <gmock/gmock.h>

#include <algorithm>
#include <future>
#include <thread>

#include "http/body_stream.hpp"
#include "http/client.hpp"
#include "http/server.hpp"
#include "raw_peer.hpp"

namespace karbonetes::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::connect_raw;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string kHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
    "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n";

bool eventually(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(milliseconds(2));
  }
  return true;
}

// A server each of whose answers is the stream of this test.
class Streaming : public testing::Test {
 protected:
  void serve(std::size_t max_unread = 4u << 20, Millis write_timeout = seconds(30)) {
    stream_ = std::make_shared<BodyStream>(max_unread);
    ServerOptions options;
    options.address = "127.0.0.1";
    options.write_timeout = write_timeout;
    auto server = Server::start(options, [this](Request&&, Reply reply) {
      Response response{200, {{"Content-Type", "text/event-stream"}}, "not looked at"};
      response.stream = stream_;
      reply(std::move(response));
    });
    ASSERT_TRUE(server) << server.error().message;
    server_ = std::move(*server);
  }

  std::shared_ptr<BodyStream> stream_;
  std::unique_ptr<Server> server_;
};

TEST_F(Streaming, EachPieceArrivesAsItIsWritten) {
  serve();
  auto peer = connect_raw(server_->port());
  peer.send(kGet);
  EXPECT_EQ(peer.read_until("\r\n\r\n"), kHead);
  ASSERT_TRUE(stream_->write("one"));
  EXPECT_EQ(peer.read_until("one\r\n"), "3\r\none\r\n");
  ASSERT_TRUE(stream_->write(std::string(26, 'x')));
  EXPECT_EQ(peer.read_until("x\r\n"), "1a\r\n" + std::string(26, 'x') + "\r\n");
  stream_->end();
  EXPECT_EQ(peer.read_all(), "0\r\n\r\n");
  EXPECT_FALSE(stream_->write("late"));
}

TEST_F(Streaming, WhatWasWrittenBeforeTheAnswerComesFirst) {
  serve();
  ASSERT_TRUE(stream_->write("first"));
  stream_->end();
  auto peer = connect_raw(server_->port());
  peer.send(kGet);
  EXPECT_EQ(peer.read_all(), kHead + "5\r\nfirst\r\n0\r\n\r\n");
}

TEST_F(Streaming, Http10GetsTheBareBody) {
  serve();
  ASSERT_TRUE(stream_->write("one"));
  stream_->end();
  auto peer = connect_raw(server_->port());
  peer.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_THAT(peer.read_all(),
              AllOf(Not(HasSubstr("chunked")), EndsWith("Connection: close\r\n\r\none")));
}

TEST_F(Streaming, HeadGetsTheHeadAlone) {
  serve();
  auto peer = connect_raw(server_->port());
  peer.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(peer.read_all(), kHead);
  EXPECT_TRUE(stream_->closed());
}

TEST_F(Streaming, OurClientReadsIt) {
  serve();
  ClientOptions options;
  options.origin = *parse_url("http://127.0.0.1:" + std::to_string(server_->port()));
  auto client = Client::make(options);
  ASSERT_TRUE(client);
  std::string got;
  auto read = std::async(std::launch::async, [&] {
    return (*client)->stream({}, seconds(10), {}, [&](std::string_view bytes) {
      got += bytes;
      return true;
    });
  });
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(stream_->write("0123456789"));
  stream_->end();
  const auto response = read.get();
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(got.size(), 10'000U);
}

TEST_F(Streaming, PeerThatGoesIsNoticedWithoutAWrite) {
  serve();
  {
    auto peer = connect_raw(server_->port());
    peer.send(kGet);
    ASSERT_EQ(peer.read_until("\r\n\r\n"), kHead);
    EXPECT_FALSE(stream_->closed());
  }
  EXPECT_TRUE(eventually([&] { return stream_->closed(); }));
  EXPECT_FALSE(stream_->write("x"));
}

TEST_F(Streaming, PeerThatLetsTooMuchPileUpIsCut) {
  serve(/*max_unread=*/1u << 20);
  auto peer = connect_raw(server_->port());
  peer.send(kGet);
  ASSERT_EQ(peer.read_until("\r\n\r\n"), kHead);
  // More than what sockets buffer, and than what may wait.
  const std::string piece(256u << 10, 'x');
  std::size_t written = 0;
  while (written < (64u << 20) && stream_->write(piece)) written += piece.size();
  EXPECT_LT(written, 64u << 20);
  EXPECT_TRUE(stream_->closed());
  EXPECT_THAT(peer.read_all(), Not(EndsWith("0\r\n\r\n"))) << "it looked like an orderly end";
}

TEST_F(Streaming, PeerThatReadsNothingForTooLongIsCut) {
  serve(/*max_unread=*/64u << 20, /*write_timeout=*/milliseconds(200));
  auto peer = connect_raw(server_->port());
  peer.send(kGet);
  ASSERT_EQ(peer.read_until("\r\n\r\n"), kHead);
  ASSERT_TRUE(stream_->write(std::string(32u << 20, 'x')));
  EXPECT_TRUE(eventually([&] { return stream_->closed(); }));
}

TEST_F(Streaming, QuietStreamOutlivesEveryTimeout) {
  serve(4u << 20, /*write_timeout=*/milliseconds(50));
  auto peer = connect_raw(server_->port());
  peer.send(kGet);
  ASSERT_EQ(peer.read_until("\r\n\r\n"), kHead);
  const auto end = std::chrono::steady_clock::now() + milliseconds(300);
  while (std::chrono::steady_clock::now() < end) {
    ASSERT_FALSE(stream_->closed());
    std::this_thread::sleep_for(milliseconds(10));
  }
  ASSERT_TRUE(stream_->write("still here"));
  EXPECT_EQ(peer.read_until("here\r\n"), "a\r\nstill here\r\n");
}

TEST_F(Streaming, StopEndsItOrderly) {
  serve();
  auto peer = connect_raw(server_->port());
  peer.send(kGet);
  ASSERT_EQ(peer.read_until("\r\n\r\n"), kHead);
  auto stopped = std::async(std::launch::async, [&] { server_->stop(seconds(5)); });
  EXPECT_EQ(peer.read_all(), "0\r\n\r\n");
  EXPECT_EQ(stopped.wait_for(seconds(4)), std::future_status::ready);
  EXPECT_FALSE(stream_->write("x"));
}

TEST_F(Streaming, WriterMayOutliveTheServer) {
  serve();
  auto peer = connect_raw(server_->port());
  peer.send(kGet);
  ASSERT_EQ(peer.read_until("\r\n\r\n"), kHead);
  server_.reset();
  EXPECT_FALSE(stream_->write("x"));
  stream_->end();
}

TEST_F(Streaming, AnswerThatNobodyWaitsForClosesItsStream) {
  Reply kept;
  ServerOptions options;
  options.address = "127.0.0.1";
  std::promise<void> asked;
  auto server = Server::start(options, [&](Request&&, Reply reply) {
    kept = std::move(reply);
    asked.set_value();
  });
  ASSERT_TRUE(server);
  auto peer = connect_raw((*server)->port());
  peer.send(kGet);
  ASSERT_EQ(asked.get_future().wait_for(seconds(10)), std::future_status::ready);
  (*server)->stop(Millis(0));
  Response response;
  response.stream = std::make_shared<BodyStream>();
  const auto stream = response.stream;
  kept(std::move(response));
  EXPECT_TRUE(stream->closed());
}

TEST_F(Streaming, ManyWritersAtOnceLoseNothing) {
  serve();
  auto peer = connect_raw(server_->port());
  peer.send(kGet);
  ASSERT_EQ(peer.read_until("\r\n\r\n"), kHead);
  auto all = std::async(std::launch::async, [&] { return peer.read_all(); });
  std::vector<std::jthread> writers;
  writers.reserve(4);
  for (int i = 0; i < 4; ++i) {
    writers.emplace_back([this] {
      for (int n = 0; n < 500; ++n) EXPECT_TRUE(stream_->write("#"));
    });
  }
  writers.clear();
  stream_->end();
  const std::string text = all.get();
  EXPECT_EQ(std::ranges::count(text, '#'), 2000);
  EXPECT_THAT(text, EndsWith("0\r\n\r\n"));
}

}  // namespace
}  // namespace karbonetes::http
