// Client and server over TLS, with certificates made here.
#include <gmock/gmock.h>

#include "certificates.hpp"
#include "http/client.hpp"
#include "http/server.hpp"
#include "raw_peer.hpp"

namespace karbonetes::http {
namespace {

using test::Identity;
using testing::HasSubstr;
using testing::Not;

class Tls : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    authority = test::make_authority("test CA");
    stranger = test::make_authority("other CA");
  }

  std::unique_ptr<Server> serve(const Identity& identity, const std::string& client_ca = "") {
    ServerOptions options;
    options.address = "127.0.0.1";
    options.tls = ServerTls{identity.certificate_pem, identity.private_key_pem, client_ca};
    auto server = Server::start(options, [](Request&&, Reply reply) { reply({200, {}, "ok"}); });
    EXPECT_TRUE(server) << server.error().message;
    return std::move(*server);
  }

  static ClientOptions options_for(const Server& server, const Identity& ca) {
    ClientOptions options;
    options.origin = {true, "127.0.0.1", server.port(), "/"};
    options.tls.ca_pem = ca.certificate_pem;
    return options;
  }

  static Result<Response> get(const ClientOptions& options) {
    auto client = Client::make(options);
    if (!client) return fail(client.error());
    return (*client)->exchange(Request{}, {}, {});
  }

  inline static Identity authority;
  inline static Identity stranger;
};

TEST_F(Tls, IpAddressInTheCertificateIsTrusted) {
  const auto server = serve(test::make_identity(authority, "server", "IP:127.0.0.1"));
  const auto response = get(options_for(*server, authority));
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->body, "ok");
}

TEST_F(Tls, ServerNameReplacesTheHost) {
  const auto server = serve(test::make_identity(authority, "server", "DNS:kubernetes.default.svc"));
  ClientOptions options = options_for(*server, authority);
  options.tls.server_name = "kubernetes.default.svc";
  EXPECT_TRUE(get(options));
}

TEST_F(Tls, UnknownAuthorityIsRefused) {
  const auto server = serve(test::make_identity(authority, "server", "IP:127.0.0.1"));
  const auto response = get(options_for(*server, stranger));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Errc::Unavailable);
  EXPECT_THAT(response.error().message, HasSubstr("is not trusted"));
}

TEST_F(Tls, SystemStoreDoesNotTrustOurAuthority) {
  const auto server = serve(test::make_identity(authority, "server", "IP:127.0.0.1"));
  ClientOptions options = options_for(*server, authority);
  options.tls.ca_pem.clear();
  EXPECT_FALSE(get(options));
}

TEST_F(Tls, OtherHostNameIsRefused) {
  const auto server = serve(test::make_identity(authority, "server", "DNS:a.example"));
  ClientOptions options = options_for(*server, authority);
  options.tls.server_name = "b.example";
  const auto response = get(options);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Errc::Unavailable);
  EXPECT_THAT(response.error().message, HasSubstr("hostname mismatch"));
}

TEST_F(Tls, OtherIpAddressIsRefused) {
  const auto server =
      serve(test::make_identity(authority, "127.0.0.1", "IP:127.0.0.2,DNS:127.0.0.1"));
  const auto response = get(options_for(*server, authority));
  ASSERT_FALSE(response);
  EXPECT_THAT(response.error().message, HasSubstr("IP address mismatch"));
}

TEST_F(Tls, SkippedVerificationTrustsAnyone) {
  const auto server = serve(test::make_identity(stranger, "server", "DNS:a.example"));
  ClientOptions options = options_for(*server, authority);
  options.tls.ca_pem.clear();
  options.tls.insecure_skip_verify = true;
  EXPECT_TRUE(get(options));
}

TEST_F(Tls, ClientCertificateIsAskedForAndChecked) {
  const auto server =
      serve(test::make_identity(authority, "server", "IP:127.0.0.1"), authority.certificate_pem);
  ClientOptions options = options_for(*server, authority);
  const auto without = get(options);
  ASSERT_FALSE(without);
  EXPECT_EQ(without.error().code, Errc::Unavailable);

  const Identity foreign = test::make_identity(stranger, "user", "");
  options.tls.certificate_pem = foreign.certificate_pem;
  options.tls.private_key_pem = foreign.private_key_pem;
  EXPECT_FALSE(get(options));

  const Identity own = test::make_identity(authority, "user", "");
  options.tls.certificate_pem = own.certificate_pem;
  options.tls.private_key_pem = own.private_key_pem;
  const auto with = get(options);
  EXPECT_TRUE(with) << with.error().message;
}

TEST_F(Tls, ReplacedCertificateServesNewConnectionsOnly) {
  const auto server = serve(test::make_identity(authority, "server", "IP:127.0.0.1"));
  const auto old = *Client::make(options_for(*server, authority));
  ASSERT_TRUE(old->exchange(Request{}, {}, {}));
  const Identity next = test::make_identity(stranger, "server", "IP:127.0.0.1");
  ASSERT_TRUE(server->replace_certificate({next.certificate_pem, next.private_key_pem, ""}));
  EXPECT_TRUE(old->exchange(Request{}, {}, {}));  // keeps its connection
  EXPECT_FALSE(get(options_for(*server, authority)));
  EXPECT_TRUE(get(options_for(*server, stranger)));
}

TEST_F(Tls, UnreadablePemIsNamedButNotRepeated) {
  ClientOptions options;
  options.origin = {true, "127.0.0.1", 1, "/"};
  options.tls.ca_pem = "c2VjcmV0";
  auto client = Client::make(options);
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code, Errc::InvalidArgument);
  EXPECT_THAT(client.error().message, HasSubstr("certificate authority"));
  EXPECT_THAT(client.error().message, Not(HasSubstr("c2VjcmV0")));

  const Identity one = test::make_identity(authority, "a", "");
  const Identity other = test::make_identity(authority, "b", "");
  options.tls.ca_pem = authority.certificate_pem;
  options.tls.certificate_pem = one.certificate_pem;
  EXPECT_THAT(Client::make(options).error().message, HasSubstr("one is missing"));
  options.tls.private_key_pem = other.private_key_pem;
  EXPECT_THAT(Client::make(options).error().message, HasSubstr("does not belong"));

  ServerOptions server;
  server.tls = ServerTls{one.certificate_pem, "nonsense", ""};
  EXPECT_EQ(Server::start(server, [](Request&&, Reply) {}).error().code, Errc::InvalidArgument);
}

TEST_F(Tls, BadReplacementKeepsTheOldCertificate) {
  const auto server = serve(test::make_identity(authority, "server", "IP:127.0.0.1"));
  EXPECT_EQ(server->replace_certificate({"x", "y", ""}).error().code, Errc::InvalidArgument);
  EXPECT_TRUE(get(options_for(*server, authority)));
}

TEST_F(Tls, PlainTextToATlsServerIsClosed) {
  const auto server = serve(test::make_identity(authority, "server", "IP:127.0.0.1"));
  auto peer = test::connect_raw(server->port());
  peer.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(peer.read_all(), Not(HasSubstr("200")));
}

TEST_F(Tls, TlsToAPlainServerIsUnavailable) {
  ServerOptions plain;
  plain.address = "127.0.0.1";
  const auto server = *Server::start(plain, [](Request&&, Reply reply) { reply({}); });
  const auto response = get(options_for(*server, authority));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Errc::Unavailable);
}

TEST_F(Tls, HandshakeThatNeverEndsRunsIntoTheDeadline) {
  std::mutex mutex;
  std::unique_lock held(mutex);
  test::RawServer silent([&](test::RawConnection&, int) { const std::lock_guard wait(mutex); });
  ClientOptions options;
  options.origin = {true, "127.0.0.1", silent.port(), "/"};
  options.tls.insecure_skip_verify = true;
  options.connect_timeout = Millis(50);
  const auto response = get(options);
  held.unlock();
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Errc::Timeout);
}

TEST_F(Tls, LargeBodiesPassBothWays) {
  ServerOptions server_options;
  server_options.address = "127.0.0.1";
  const Identity identity = test::make_identity(authority, "server", "IP:127.0.0.1");
  server_options.tls = ServerTls{identity.certificate_pem, identity.private_key_pem, ""};
  const auto server = *Server::start(server_options, [](Request&& request, Reply reply) {
    reply({200, {}, std::move(request.body)});
  });
  const auto client = *Client::make(options_for(*server, authority));
  for (const std::size_t size : {0u, 1u, 7'700u, 16'384u, 3'000'000u}) {
    Request request;
    request.method = "POST";
    request.body = std::string(size, 'x');
    const auto response = client->exchange(request, {}, {});
    ASSERT_TRUE(response) << size << ": " << response.error().message;
    EXPECT_EQ(response->body, request.body);
  }
}

}  // namespace
}  // namespace karbonetes::http
