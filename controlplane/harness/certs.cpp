#include "harness/certs.hpp"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>

namespace karbonetes::harness {
namespace {

constexpr long kValidSeconds = 14L * 24 * 3600;
constexpr long kClockSlackSeconds = 300;

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* p) const {
    Free(p);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Cert = std::unique_ptr<X509, Deleter<X509_free>>;
using Name = std::unique_ptr<X509_NAME, Deleter<X509_NAME_free>>;
using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using Extension = std::unique_ptr<X509_EXTENSION, Deleter<X509_EXTENSION_free>>;

auto refused(const char* what) {
  return fail(Errc::Internal, std::string("OpenSSL cannot make ") + what);
}

Key make_key() { return Key(EVP_EC_gen("P-256")); }

template <typename Write>
std::string to_pem(Write write) {
  const Bio bio(BIO_new(BIO_s_mem()));
  if (!bio || write(bio.get()) != 1) return {};
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string certificate_pem(X509* cert) {
  return to_pem([cert](BIO* bio) { return PEM_write_bio_X509(bio, cert); });
}

std::string private_key_pem(EVP_PKEY* key) {
  return to_pem([key](BIO* bio) {
    return PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  });
}

Name make_name(const std::string& common_name, const std::vector<std::string>& organizations) {
  Name name(X509_NAME_new());
  const auto add = [&](const char* field, const std::string& value) {
    return X509_NAME_add_entry_by_txt(name.get(), field, MBSTRING_UTF8,
                                      reinterpret_cast<const unsigned char*>(value.data()),
                                      static_cast<int>(value.size()), -1, 0) == 1;
  };
  bool ok = add("CN", common_name);
  for (const auto& organization : organizations) ok = ok && add("O", organization);
  return ok ? std::move(name) : nullptr;
}

bool add_extension(X509* cert, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, cert, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  return extension && X509_add_ext(cert, extension.get(), -1) == 1;
}

// An unsigned certificate for `key`: serial, names and validity.
Cert make_body(EVP_PKEY* key, X509_NAME* subject, X509_NAME* issuer) {
  Cert cert(X509_new());
  std::array<unsigned char, 16> serial{};
  if (!cert || RAND_bytes(serial.data(), serial.size()) != 1) return nullptr;
  serial[0] &= 0x7f;  // positive
  BIGNUM* number = BN_bin2bn(serial.data(), serial.size(), nullptr);
  const bool ok =
      number != nullptr &&
      BN_to_ASN1_INTEGER(number, X509_get_serialNumber(cert.get())) != nullptr &&
      X509_set_version(cert.get(), X509_VERSION_3) == 1 &&
      X509_set_subject_name(cert.get(), subject) == 1 &&
      X509_set_issuer_name(cert.get(), issuer) == 1 &&
      X509_gmtime_adj(X509_getm_notBefore(cert.get()), -kClockSlackSeconds) != nullptr &&
      X509_gmtime_adj(X509_getm_notAfter(cert.get()), kValidSeconds) != nullptr &&
      X509_set_pubkey(cert.get(), key) == 1;
  BN_free(number);
  return ok ? std::move(cert) : nullptr;
}

bool is_ip_address(const std::string& text) {
  std::array<unsigned char, sizeof(in6_addr)> buffer{};
  return inet_pton(AF_INET, text.c_str(), buffer.data()) == 1 ||
         inet_pton(AF_INET6, text.c_str(), buffer.data()) == 1;
}

bool is_dns_name(const std::string& text) {
  if (text.empty() || text.size() > 253) return false;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && !(c >= '0' && c <= '9') && c != '-' && c != '.' && c != '*') return false;
  }
  return true;
}

}  // namespace

struct CertificateAuthority::Secret {
  Key key;
  Cert cert;

  [[nodiscard]] Result<KeyPair> issue(const std::string& common_name,
                                      const std::vector<std::string>& organizations,
                                      const std::string& usage, const std::string& sans) const {
    const Key leaf_key = make_key();
    const Name subject = make_name(common_name, organizations);
    if (!leaf_key || !subject) return refused("a key or a name");
    const Cert leaf = make_body(leaf_key.get(), subject.get(), X509_get_subject_name(cert.get()));
    if (!leaf ||
        !add_extension(leaf.get(), cert.get(), NID_basic_constraints, "critical,CA:FALSE") ||
        !add_extension(leaf.get(), cert.get(), NID_key_usage, "critical,digitalSignature") ||
        !add_extension(leaf.get(), cert.get(), NID_ext_key_usage, usage) ||
        !add_extension(leaf.get(), cert.get(), NID_authority_key_identifier, "keyid") ||
        (!sans.empty() && !add_extension(leaf.get(), cert.get(), NID_subject_alt_name, sans)) ||
        X509_sign(leaf.get(), key.get(), EVP_sha256()) == 0) {
      return refused("a certificate");
    }
    return KeyPair{harness::certificate_pem(leaf.get()), harness::private_key_pem(leaf_key.get())};
  }
};

Result<CertificateAuthority> CertificateAuthority::make(const std::string& common_name) {
  Key key = make_key();
  const Name name = make_name(common_name, {});
  if (!key || !name) return refused("a key or a name");
  Cert cert = make_body(key.get(), name.get(), name.get());
  if (!cert || !add_extension(cert.get(), cert.get(), NID_basic_constraints, "critical,CA:TRUE") ||
      !add_extension(cert.get(), cert.get(), NID_key_usage,
                     "critical,keyCertSign,digitalSignature") ||
      !add_extension(cert.get(), cert.get(), NID_subject_key_identifier, "hash") ||
      X509_sign(cert.get(), key.get(), EVP_sha256()) == 0) {
    return refused("the CA certificate");
  }
  CertificateAuthority authority;
  authority.pem_ = harness::certificate_pem(cert.get());
  authority.secret_ = std::make_shared<const Secret>(Secret{std::move(key), std::move(cert)});
  return authority;
}

Result<KeyPair> CertificateAuthority::issue_client(const std::string& user,
                                                   const std::vector<std::string>& groups) const {
  if (user.empty()) return fail(Errc::InvalidArgument, "a client certificate needs a user name");
  return secret_->issue(user, groups, "clientAuth", "");
}

Result<KeyPair> CertificateAuthority::issue_server(const std::vector<std::string>& names) const {
  std::string sans;
  for (const auto& name : names) {
    if (!is_ip_address(name) && !is_dns_name(name)) {
      return fail(Errc::InvalidArgument, "not a DNS name or IP address: " + name.substr(0, 64));
    }
    sans += (sans.empty() ? "" : ",") + std::string(is_ip_address(name) ? "IP:" : "DNS:") + name;
  }
  if (sans.empty()) return fail(Errc::InvalidArgument, "a serving certificate needs a name");
  return secret_->issue(names.front(), {}, "serverAuth", sans);
}

Result<SigningKey> make_signing_key() {
  const Key key = make_key();
  if (!key) return refused("a key");
  SigningKey out;
  out.public_key_pem = to_pem([&](BIO* bio) { return PEM_write_bio_PUBKEY(bio, key.get()); });
  out.private_key_pem = private_key_pem(key.get());
  if (out.public_key_pem.empty() || out.private_key_pem.empty()) return refused("a signing key");
  return out;
}

}  // namespace karbonetes::harness
