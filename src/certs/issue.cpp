#include "certs/issue.hpp"

#include <arpa/inet.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "certs/inspect.hpp"
#include "certs/openssl.hpp"

namespace karbonetes::certs {

namespace {

auto refused(const char* what) {
  return fail(Errc::Internal, std::string("OpenSSL cannot make ") + what);
}

Key make_key() { return Key(EVP_EC_gen("P-256")); }

Name make_name(const Subject& subject) {
  Name name(X509_NAME_new());
  const auto add = [&](const char* field, const std::string& value) {
    return X509_NAME_add_entry_by_txt(name.get(), field, MBSTRING_UTF8,
                                      reinterpret_cast<const unsigned char*>(value.data()),
                                      static_cast<int>(value.size()), -1, 0) == 1;
  };
  // A common name holds 64 characters at most; what counts are the names beside it.
  bool ok = name && add("CN", subject.common_name.substr(0, 64));
  for (const auto& organization : subject.organizations) ok = ok && add("O", organization);
  return ok ? std::move(name) : nullptr;
}

bool add_extension(X509* cert, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, cert, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  return extension && X509_add_ext(cert, extension.get(), -1) == 1;
}

bool set_time(ASN1_TIME* field, TimePoint t) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count();
  return ASN1_TIME_set(field, static_cast<time_t>(seconds)) != nullptr;
}

// An unsigned certificate for `key`: serial, names and validity.
Cert make_body(EVP_PKEY* key, X509_NAME* subject, X509_NAME* issuer, TimePoint from,
               TimePoint until) {
  Cert cert(X509_new());
  std::array<unsigned char, 16> serial{};
  if (!cert || RAND_bytes(serial.data(), serial.size()) != 1) return nullptr;
  serial[0] &= 0x7f;  // positive
  const Number number(BN_bin2bn(serial.data(), serial.size(), nullptr));
  const bool ok =
      number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(cert.get())) != nullptr &&
      X509_set_version(cert.get(), X509_VERSION_3) == 1 &&
      X509_set_subject_name(cert.get(), subject) == 1 &&
      X509_set_issuer_name(cert.get(), issuer) == 1 &&
      set_time(X509_getm_notBefore(cert.get()), from) &&
      set_time(X509_getm_notAfter(cert.get()), until) && X509_set_pubkey(cert.get(), key) == 1;
  return ok ? std::move(cert) : nullptr;
}

KeyPair pem_of(X509* cert, EVP_PKEY* key) {
  return {to_pem([&](BIO* bio) { return PEM_write_bio_X509(bio, cert); }), to_pem([&](BIO* bio) {
            return PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
          })};
}

bool is_ip_address(const std::string& text) {
  std::array<unsigned char, sizeof(in6_addr)> buffer{};
  return inet_pton(AF_INET, text.c_str(), buffer.data()) == 1 ||
         inet_pton(AF_INET6, text.c_str(), buffer.data()) == 1;
}

bool is_dns_name(const std::string& text) {
  if (text.empty() || text.size() > 253) return false;
  return std::ranges::all_of(text, [](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '*';
  });
}

Result<KeyPair> issue(const KeyPair& authority, const Subject& subject, const char* usage,
                      const std::string& sans, TimePoint now, Millis validity) {
  const Bio bio = reading(authority.certificate_pem);
  const Cert ca(bio ? PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr) : nullptr);
  const Key ca_key = read_key(authority.private_key_pem);
  const auto facts = read_certificates(authority.certificate_pem);
  if (!ca || !ca_key || !facts)
    return fail(Errc::InvalidArgument, "the CA's certificate or key cannot be read");
  const Key key = make_key();
  const Name name = make_name(subject);
  if (!key || !name) return refused("a key or a name");
  const Cert leaf = make_body(key.get(), name.get(), X509_get_subject_name(ca.get()),
                              now - kBackdated, std::min(now + validity, facts->front().not_after));
  if (!leaf || !add_extension(leaf.get(), ca.get(), NID_basic_constraints, "critical,CA:FALSE") ||
      !add_extension(leaf.get(), ca.get(), NID_key_usage, "critical,digitalSignature") ||
      !add_extension(leaf.get(), ca.get(), NID_ext_key_usage, usage) ||
      !add_extension(leaf.get(), ca.get(), NID_authority_key_identifier, "keyid") ||
      (!sans.empty() && !add_extension(leaf.get(), ca.get(), NID_subject_alt_name, sans)) ||
      X509_sign(leaf.get(), ca_key.get(), EVP_sha256()) == 0) {
    return refused("a certificate");
  }
  return pem_of(leaf.get(), key.get());
}

}  // namespace

Result<KeyPair> make_authority(const Subject& subject, TimePoint now, Millis validity) {
  const Key key = make_key();
  const Name name = make_name(subject);
  if (!key || !name) return refused("a key or a name");
  const Cert cert = make_body(key.get(), name.get(), name.get(), now - kBackdated, now + validity);
  if (!cert || !add_extension(cert.get(), cert.get(), NID_basic_constraints, "critical,CA:TRUE") ||
      !add_extension(cert.get(), cert.get(), NID_key_usage,
                     "critical,keyCertSign,digitalSignature") ||
      !add_extension(cert.get(), cert.get(), NID_subject_key_identifier, "hash") ||
      X509_sign(cert.get(), key.get(), EVP_sha256()) == 0) {
    return refused("the CA certificate");
  }
  return pem_of(cert.get(), key.get());
}

Status check_names(const std::vector<std::string>& names) {
  if (names.empty()) return fail(Errc::InvalidArgument, "a serving certificate needs a name");
  for (const auto& name : names) {
    if (!is_ip_address(name) && !is_dns_name(name))
      return fail(Errc::InvalidArgument, in_quotes(name) + " is no DNS name or IP address");
  }
  return {};
}

Result<KeyPair> issue_server(const KeyPair& authority, const std::vector<std::string>& names,
                             TimePoint now, Millis validity) {
  if (auto ok = check_names(names); !ok) return fail(ok.error());
  std::string sans;
  for (const auto& name : names) {
    sans += (sans.empty() ? "" : ",") + std::string(is_ip_address(name) ? "IP:" : "DNS:") + name;
  }
  return issue(authority, {names.front(), {}}, "serverAuth", sans, now, validity);
}

Result<KeyPair> issue_client(const KeyPair& authority, const Subject& subject, TimePoint now,
                             Millis validity) {
  if (subject.common_name.empty())
    return fail(Errc::InvalidArgument, "a client certificate needs a user name");
  return issue(authority, subject, "clientAuth", "", now, validity);
}

Result<SigningKey> make_signing_key() {
  const Key key = make_key();
  if (!key) return refused("a key");
  SigningKey out;
  out.public_key_pem = to_pem([&](BIO* bio) { return PEM_write_bio_PUBKEY(bio, key.get()); });
  out.private_key_pem = to_pem([&](BIO* bio) {
    return PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  if (out.public_key_pem.empty() || out.private_key_pem.empty()) return refused("a signing key");
  return out;
}

}  // namespace karbonetes::certs
