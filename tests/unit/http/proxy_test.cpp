#include "http/proxy.hpp"

#include <gmock/gmock.h>

#include <map>

#include "certificates.hpp"
#include "http/client.hpp"
#include "http/server.hpp"
#include "raw_peer.hpp"

namespace karbonetes::http {
namespace {

using test::RawConnection;
using test::RawServer;
using testing::HasSubstr;
using testing::Not;

Environment with(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const char* name) -> std::optional<std::string> {
    const auto it = variables.find(name);
    if (it == variables.end()) return std::nullopt;
    return it->second;
  };
}

bool goes_through(const char* url, std::map<std::string, std::string> variables) {
  const auto proxy = proxy_for(*parse_url(url), with(std::move(variables)));
  EXPECT_TRUE(proxy) << proxy.error().message;
  return proxy && proxy->has_value();
}

TEST(Proxy, OfItsSchemeLowerCaseFirst) {
  const auto environment =
      with({{"https_proxy", "http://a:1"}, {"HTTPS_PROXY", "http://b:2"}, {"HTTP_PROXY", "c:3"}});
  EXPECT_EQ((*proxy_for(*parse_url("https://x.example"), environment))->host, "a");
  const auto plain = *proxy_for(*parse_url("http://x.example"), environment);
  EXPECT_EQ(plain->host, "c");
  EXPECT_EQ(plain->port, 3);
  EXPECT_FALSE(goes_through("https://x.example", {{"http_proxy", "http://a:1"}}));
  EXPECT_FALSE(goes_through("https://x.example", {{"https_proxy", ""}}));
  EXPECT_FALSE(goes_through("https://x.example", {}));
}

TEST(Proxy, NoProxy) {
  const auto direct = [](const char* url, const char* no_proxy) {
    return !goes_through(url, {{"HTTPS_PROXY", "http://p:1"}, {"NO_PROXY", no_proxy}});
  };
  EXPECT_TRUE(direct("https://api.example.com", "*"));
  EXPECT_TRUE(direct("https://api.example.com", "x, EXAMPLE.com"));
  EXPECT_TRUE(direct("https://API.example.com", ".example.com"));
  EXPECT_TRUE(direct("https://api.example.com", "*.example.com"));
  EXPECT_TRUE(direct("https://example.com", "example.com"));
  EXPECT_FALSE(direct("https://example.com", ".example.com"));
  EXPECT_FALSE(direct("https://badexample.com", "example.com"));
  EXPECT_TRUE(direct("https://example.com", "example.com:443"));
  EXPECT_FALSE(direct("https://example.com:8443", "example.com:443"));
  EXPECT_TRUE(direct("https://10.1.2.3", "10.0.0.0/8"));
  EXPECT_FALSE(direct("https://11.1.2.3", "10.0.0.0/8"));
  EXPECT_TRUE(direct("https://10.1.2.3", "10.1.2.3"));
  EXPECT_FALSE(direct("https://10.1.2.3", "2.3"));
  EXPECT_TRUE(direct("https://[2001:db8::1]", "2001:db8::/32"));
  EXPECT_TRUE(direct("https://[2001:db8::1]", "[2001:db8:0::1]:443"));
  EXPECT_FALSE(direct("https://example.com", ",, ,10.0.0.0/99,/8,[,:443"));
}

TEST(Proxy, LoopbackNeverGoesThroughOne) {
  for (const char* url : {"http://localhost", "http://127.0.0.1:8080", "http://[::1]:1"}) {
    EXPECT_FALSE(goes_through(url, {{"http_proxy", "http://p:1"}})) << url;
  }
}

TEST(Proxy, CredentialsAreDecodedAndStayOutOfErrors) {
  EXPECT_EQ(parse_proxy("http://ada:p%40ss@proxy:3128")->authorization, "Basic YWRhOnBAc3M=");
  for (const char* text : {"https://ada:hunter2@proxy", "http://ada:hunter2@", "socks5://hunter2",
                           "http://ada:hunter2%zz@proxy"}) {
    const auto proxy = proxy_for(*parse_url("https://x.example"), with({{"HTTPS_PROXY", text}}));
    ASSERT_FALSE(proxy) << text;
    EXPECT_THAT(proxy.error().message,
                testing::AllOf(HasSubstr("HTTPS_PROXY"), Not(HasSubstr("hunter2"))));
  }
}

std::unique_ptr<Client> client_through(const char* origin, std::uint16_t port,
                                       TlsOptions tls = {}) {
  ClientOptions options;
  options.origin = *parse_url(origin);
  options.tls = std::move(tls);
  options.proxy = Proxy{"127.0.0.1", port, "Basic YTpi"};
  return *Client::make(std::move(options));
}

TEST(ProxiedClient, PlainHttpIsAskedForInTheAbsoluteForm) {
  std::string asked;
  RawServer proxy([&](RawConnection& peer, int) {
    asked = peer.read_message();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
  const auto response = client_through("http://carbon.example:8080", proxy.port())
                            ->exchange({"GET", "/a?b=c", {}, {}}, {}, {});
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_THAT(asked, HasSubstr("GET http://carbon.example:8080/a?b=c HTTP/1.1\r\n"));
  EXPECT_THAT(asked, HasSubstr("Host: carbon.example:8080\r\n"));
  EXPECT_THAT(asked, HasSubstr("Proxy-Authorization: Basic YTpi\r\n"));
}

TEST(ProxiedClient, HttpsGoesThroughATunnelAndIsVerifiedEndToEnd) {
  const auto authority = test::make_authority("ca");
  const auto identity = test::make_identity(authority, "carbon.example", "DNS:carbon.example");
  ServerOptions options;
  options.address = "127.0.0.1";
  options.tls = ServerTls{identity.certificate_pem, identity.private_key_pem, {}};
  const auto server = Server::start(std::move(options), [](Request&& request, const Reply& reply) {
    EXPECT_FALSE(find_header(request.headers, "Proxy-Authorization"));
    reply({200, {}, request.target});
  });
  ASSERT_TRUE(server);
  std::string asked;
  RawServer proxy([&](RawConnection& peer, int) {
    asked = peer.read_until("\r\n\r\n");
    auto upstream = test::connect_raw((*server)->port());
    peer.send("HTTP/1.1 200 Connection established\r\n\r\n");
    test::relay(peer, upstream);
  });
  TlsOptions tls;
  tls.ca_pem = authority.certificate_pem;
  const auto client = client_through("https://carbon.example", proxy.port(), tls);
  for (const char* target : {"/first", "/second"}) {  // the tunnel stays open
    const auto response = client->exchange({"GET", target, {}, {}}, {}, {});
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->body, target);
  }
  EXPECT_THAT(asked, testing::StartsWith("CONNECT carbon.example:443 HTTP/1.1\r\n"));
  EXPECT_THAT(asked, HasSubstr("Proxy-Authorization: Basic YTpi\r\n"));
}

TEST(ProxiedClient, RefusalsAreSaid) {
  const auto refusal = [](const char* answer) {
    RawServer proxy([&](RawConnection& peer, int) {
      peer.read_until("\r\n\r\n");
      peer.send(answer);
    });
    const auto response =
        client_through("https://carbon.example", proxy.port())->exchange({}, {}, {});
    EXPECT_FALSE(response);
    return response ? std::string() : response.error().message;
  };
  EXPECT_THAT(refusal("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"),
              testing::AllOf(HasSubstr("proxy: "), HasSubstr("407"), Not(HasSubstr("YTpi"))));
  EXPECT_THAT(refusal("HTTP/1.1 403 Forbidden\r\nContent-Length: 5\r\n\r\nno no"),
              HasSubstr("403"));
  EXPECT_THAT(refusal("nonsense\r\n\r\n"), HasSubstr("proxy: "));
  EXPECT_THAT(refusal(""), HasSubstr("cut"));
}

}  // namespace
}  // namespace karbonetes::http
