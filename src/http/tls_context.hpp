// TLS settings as OpenSSL wants them, made from PEM text. A context is immutable once made and
// shared by many connections; thread-safe. TLS 1.2 or newer. Failure: InvalidArgument that names
// the part which is unreadable, never its content.
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "http/client.hpp"
#include "http/server.hpp"

struct ssl_ctx_st;
struct ssl_st;

namespace karbonetes::http {

using TlsContext = std::shared_ptr<ssl_ctx_st>;

// Verifies the server against ca_pem or the system's store, unless insecure_skip_verify.
[[nodiscard]] Result<TlsContext> make_client_tls(const TlsOptions& options);
[[nodiscard]] Result<TlsContext> make_server_tls(const ServerTls& options);

// A client session that expects the server's certificate to carry `name` (a DNS name, also sent as
// SNI, or an IP address). The caller owns it. Null when out of memory.
[[nodiscard]] ssl_st* new_client_session(const TlsContext& context, const std::string& name);
[[nodiscard]] ssl_st* new_server_session(const TlsContext& context);

// Why the peer's certificate was refused: "self-signed certificate"; empty when it was not.
[[nodiscard]] std::string verify_failure(const ssl_st* session);

}  // namespace karbonetes::http
