#include "http/tls_context.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace karbonetes::http {

namespace {

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* p) const {
    Free(p);
  }
};
using Bio = std::unique_ptr<BIO, Deleter<BIO_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using PrivateKey = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;

constexpr std::size_t kMaxPem = 4u << 20;

Result<Bio> open_pem(const std::string& pem, const char* what) {
  if (pem.size() > kMaxPem) {
    return fail(Errc::InvalidArgument, std::string(what) + " is larger than 4 MiB");
  }
  Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (!bio) return fail(Errc::Internal, "out of memory");
  return bio;
}

tl::unexpected<Error> unreadable(const char* what, const char* begin_line) {
  ERR_clear_error();
  return fail(Errc::InvalidArgument, std::string(what) +
                                         " is not readable PEM; it must hold -----BEGIN " +
                                         begin_line + "----- and the matching END line");
}

int no_passphrase(char*, int, int, void*) { return 0; }  // never ask on the terminal

// Reads certificates until the text ends. At least one.
Result<std::vector<Certificate>> read_certificates(const std::string& pem, const char* what) {
  auto bio = open_pem(pem, what);
  if (!bio) return fail(bio.error());
  std::vector<Certificate> certificates;
  while (X509* one = PEM_read_bio_X509_AUX(bio->get(), nullptr, no_passphrase, nullptr)) {
    certificates.emplace_back(one);
  }
  // The loop ends well only with "no start line": what follows the last block is no certificate.
  const unsigned long last = ERR_peek_last_error();
  const bool ended =
      ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) == PEM_R_NO_START_LINE;
  if (certificates.empty() || !ended) return unreadable(what, "CERTIFICATE");
  ERR_clear_error();
  return certificates;
}

Result<PrivateKey> read_private_key(const std::string& pem, const char* what) {
  auto bio = open_pem(pem, what);
  if (!bio) return fail(bio.error());
  PrivateKey key(PEM_read_bio_PrivateKey(bio->get(), nullptr, no_passphrase, nullptr));
  if (!key) return unreadable(what, "PRIVATE KEY");
  return key;
}

Status trust(SSL_CTX* context, const std::string& ca_pem, const char* what) {
  auto authorities = read_certificates(ca_pem, what);
  if (!authorities) return fail(authorities.error());
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  for (const Certificate& authority : *authorities) X509_STORE_add_cert(store, authority.get());
  // An intermediate or a leaf given as CA is trusted as such, as Go's crypto/x509 does.
  X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
  ERR_clear_error();
  return {};
}

Status use_identity(SSL_CTX* context, const std::string& certificate_pem,
                    const std::string& key_pem, const char* certificate_name,
                    const char* key_name) {
  auto chain = read_certificates(certificate_pem, certificate_name);
  if (!chain) return fail(chain.error());
  auto key = read_private_key(key_pem, key_name);
  if (!key) return fail(key.error());
  bool ok = SSL_CTX_use_certificate(context, chain->front().get()) == 1;
  for (std::size_t i = 1; ok && i < chain->size(); ++i) {
    ok = SSL_CTX_add1_chain_cert(context, (*chain)[i].get()) == 1;
  }
  ok = ok && SSL_CTX_use_PrivateKey(context, key->get()) == 1 &&
       SSL_CTX_check_private_key(context) == 1;
  ERR_clear_error();
  if (!ok) {
    return fail(Errc::InvalidArgument, std::string(key_name) + " does not belong to the " +
                                           certificate_name + ", or is too weak");
  }
  return {};
}

Result<TlsContext> make_context(const SSL_METHOD* method) {
  TlsContext context(SSL_CTX_new(method), SSL_CTX_free);
  if (!context) return fail(Errc::Internal, "OpenSSL has no TLS context to give");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  return context;
}

bool is_ip(const std::string& name) {
  unsigned char address[16];
  return inet_pton(AF_INET, name.c_str(), address) == 1 ||
         inet_pton(AF_INET6, name.c_str(), address) == 1;
}

}  // namespace

Result<TlsContext> make_client_tls(const TlsOptions& options) {
  auto context = make_context(TLS_client_method());
  if (!context) return context;
  if (options.insecure_skip_verify) {
    SSL_CTX_set_verify(context->get(), SSL_VERIFY_NONE, nullptr);
  } else {
    SSL_CTX_set_verify(context->get(), SSL_VERIFY_PEER, nullptr);
    if (options.ca_pem.empty()) {
      SSL_CTX_set_default_verify_paths(context->get());
    } else if (Status s = trust(context->get(), options.ca_pem, "certificate authority"); !s) {
      return fail(s.error());
    }
  }
  if (options.certificate_pem.empty() != options.private_key_pem.empty()) {
    return fail(Errc::InvalidArgument,
                "a client certificate and its private key are needed together; one is missing");
  }
  if (!options.certificate_pem.empty()) {
    if (Status s = use_identity(context->get(), options.certificate_pem, options.private_key_pem,
                                "client certificate", "client key");
        !s) {
      return fail(s.error());
    }
  }
  return context;
}

Result<TlsContext> make_server_tls(const ServerTls& options) {
  auto context = make_context(TLS_server_method());
  if (!context) return context;
  // Of TLS 1.2 what has forward secrecy and authenticated encryption; of 1.3 all has.
  SSL_CTX_set_cipher_list(context->get(), "ECDHE+AESGCM:ECDHE+CHACHA20");
  SSL_CTX_set_options(context->get(), SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  if (Status s = use_identity(context->get(), options.certificate_pem, options.private_key_pem,
                              "server certificate", "server key");
      !s) {
    return fail(s.error());
  }
  if (!options.client_ca_pem.empty()) {
    if (Status s = trust(context->get(), options.client_ca_pem, "client certificate authority");
        !s) {
      return fail(s.error());
    }
    SSL_CTX_set_verify(context->get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    // Without an id of its own OpenSSL refuses tickets that carry a client's identity.
    static constexpr unsigned char kSessionId[] = "karbonetes";
    SSL_CTX_set_session_id_context(context->get(), kSessionId, sizeof kSessionId - 1);
  }
  return context;
}

ssl_st* new_client_session(const TlsContext& context, const std::string& name) {
  SSL* session = SSL_new(context.get());
  if (session == nullptr) return nullptr;
  X509_VERIFY_PARAM* verify = SSL_get0_param(session);
  X509_VERIFY_PARAM_set_hostflags(verify, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  const bool set = is_ip(name)
                       ? X509_VERIFY_PARAM_set1_ip_asc(verify, name.c_str()) == 1
                       : X509_VERIFY_PARAM_set1_host(verify, name.data(), name.size()) == 1 &&
                             SSL_set_tlsext_host_name(session, name.c_str()) == 1;
  if (!set) {  // a session that would check no name must not exist
    SSL_free(session);
    return nullptr;
  }
  return session;
}

ssl_st* new_server_session(const TlsContext& context) { return SSL_new(context.get()); }

std::string verify_failure(const ssl_st* session) {
  const long result = SSL_get_verify_result(session);
  return result == X509_V_OK ? std::string() : X509_verify_cert_error_string(result);
}

}  // namespace karbonetes::http
