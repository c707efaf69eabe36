#include "http/wire.hpp"

#include <gmock/gmock.h>

namespace karbonetes::http {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(RequestBytes, AreOneMessage) {
  Request request;
  request.method = "POST";
  request.target = "/a?b=c";
  request.headers = {{"Accept", "text/plain"}};
  request.body = "hi";
  EXPECT_EQ(
      *request_bytes(request, "h:1"),
      "POST /a?b=c HTTP/1.1\r\nHost: h:1\r\nAccept: text/plain\r\nContent-Length: 2\r\n\r\nhi");
}

TEST(RequestBytes, CallersFramingHeadersAreNotTaken) {
  Request request;
  request.headers = {{"content-length", "99"}, {"Transfer-Encoding", "chunked"}, {"HOST", "evil"}};
  EXPECT_EQ(*request_bytes(request, "h"), "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
}

TEST(RequestBytes, NothingBreaksOutOfItsLine) {
  Request method;
  method.method = "GET /x HTTP/1.1\r\nX:";
  EXPECT_EQ(request_bytes(method, "h").error().code, Errc::InvalidArgument);
  Request target;
  target.target = "/a\r\nX: y";
  EXPECT_EQ(request_bytes(target, "h").error().code, Errc::InvalidArgument);
  target.target = "relative";
  EXPECT_EQ(request_bytes(target, "h").error().code, Errc::InvalidArgument);
  Request header;
  header.headers = {{"Authorization", "Bearer secret\r\nX: y"}};
  const auto refused = request_bytes(header, "h");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("Authorization"));
  EXPECT_THAT(refused.error().message, Not(HasSubstr("secret")));
}

TEST(ResponseBytes, LeaveOutAHeaderThatWouldSplitTheMessage) {
  Response response;
  response.headers = {{"X-Bad", "a\r\nSet-Cookie: b"}, {"X-Good", "c"}};
  response.body = "hi";
  std::string out;
  response_bytes(response, true, false, out);
  EXPECT_EQ(out, "HTTP/1.1 200 OK\r\nX-Good: c\r\nContent-Length: 2\r\n\r\nhi");
}

TEST(ResponseBytes, HeadAndNoContentHaveNoBody) {
  std::string out;
  response_bytes(Response{200, {}, "hi"}, true, true, out);
  EXPECT_EQ(out, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
  response_bytes(Response{204, {}, "hi"}, false, false, out);
  EXPECT_EQ(out, "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
}

TEST(HostHeader, NamesThePortUnlessItIsTheSchemesOwn) {
  EXPECT_EQ(host_header({true, "a", 443, "/"}), "a");
  EXPECT_EQ(host_header({true, "::1", 6443, "/"}), "[::1]:6443");
  EXPECT_EQ(host_header({false, "a", 443, "/"}), "a:443");
}

}  // namespace
}  // namespace karbonetes::http
