#include "http/response_reader.hpp"

#include <gtest/gtest.h>

#include <cstring>

namespace karbonetes::http {
namespace {

Status give(ResponseReader& reader, std::string_view bytes) {
  const auto space = reader.space();
  std::memcpy(space.data(), bytes.data(), bytes.size());
  return reader.received(bytes.size());
}

TEST(ResponseReader, ReadsByteByByte) {
  ResponseReader reader;
  reader.begin(false, 100);
  for (const char c :
       std::string_view("HTTP/1.1 201 Created\r\nContent-Length: 3\r\nX: y\r\n\r\nabc")) {
    ASSERT_FALSE(reader.done());
    ASSERT_TRUE(give(reader, std::string_view(&c, 1)));
  }
  ASSERT_TRUE(reader.done());
  EXPECT_TRUE(reader.keep_alive());
  const Response response = reader.take();
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.body, "abc");
  EXPECT_EQ(find_header(response.headers, "x"), "y");
}

TEST(ResponseReader, SkipsInterimResponses) {
  ResponseReader reader;
  reader.begin(false, 100);
  ASSERT_TRUE(give(reader,
                   "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nX: y\r\n\r\n"
                   "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na"));
  ASSERT_TRUE(reader.done());
  EXPECT_EQ(reader.status(), 200);
}

TEST(ResponseReader, HeadHasNoBodyWhateverItsLength) {
  ResponseReader reader;
  reader.begin(true, 10);
  ASSERT_TRUE(give(reader, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"));
  EXPECT_TRUE(reader.done());
  EXPECT_TRUE(reader.keep_alive());
}

TEST(ResponseReader, BodyWithoutLengthEndsWithTheConnection) {
  ResponseReader reader;
  reader.begin(false, 100);
  ASSERT_TRUE(give(reader, "HTTP/1.1 200 OK\r\n\r\nabc"));
  EXPECT_FALSE(reader.done());
  ASSERT_TRUE(reader.ended());
  EXPECT_TRUE(reader.done());
  EXPECT_FALSE(reader.keep_alive());
  EXPECT_EQ(reader.take().body, "abc");
}

TEST(ResponseReader, CutInTheMiddleIsUnavailable) {
  for (const char* bytes : {"", "HTTP/1.1 2", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab",
                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n"}) {
    ResponseReader reader;
    reader.begin(false, 100);
    ASSERT_TRUE(give(reader, bytes));
    const Status status = reader.ended();
    ASSERT_FALSE(status) << bytes;
    EXPECT_EQ(status.error().code, Errc::Unavailable);
  }
}

TEST(ResponseReader, BodyBeyondTheLimitIsInvalid) {
  for (const char* bytes : {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n",
                            "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\n"}) {
    ResponseReader reader;
    reader.begin(false, 4);
    const Status status = give(reader, bytes);
    ASSERT_FALSE(status) << bytes;
    EXPECT_EQ(status.error().code, Errc::Invalid);
  }
}

TEST(ResponseReader, HugeLengthWithoutLimitReservesNothing) {
  ResponseReader reader;
  reader.begin(false, std::nullopt);
  EXPECT_TRUE(give(reader, "HTTP/1.1 200 OK\r\nContent-Length: 1152921504606846976\r\n\r\nab"));
  EXPECT_EQ(reader.body(), "ab");
}

TEST(ResponseReader, NotHttpIsUnavailable) {
  ResponseReader reader;
  reader.begin(false, 4);
  const Status status = give(reader, "SSH-2.0-OpenSSH_9.2\r\n");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Errc::Unavailable);
}

TEST(ResponseReader, BytesAfterTheResponseForbidReuse) {
  ResponseReader reader;
  reader.begin(false, 4);
  ASSERT_TRUE(give(reader, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1"));
  EXPECT_TRUE(reader.done());
  EXPECT_FALSE(reader.keep_alive());
}

}  // namespace
}  // namespace karbonetes::http
