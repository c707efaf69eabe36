#include "certs/inspect.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>

#include <algorithm>
#include <array>

#include "certs/openssl.hpp"

namespace karbonetes::certs {

namespace {

constexpr std::size_t kMaxPem = 64u << 10;
constexpr std::size_t kMaxCertificates = 20;

using GeneralNames = std::unique_ptr<GENERAL_NAMES, Deleter<GENERAL_NAMES_free>>;

TimePoint time_of(const ASN1_TIME* field) {
  tm parts{};
  if (ASN1_TIME_to_tm(field, &parts) != 1) return {};
  return TimePoint(std::chrono::seconds(timegm(&parts)));
}

std::string text_of(const ASN1_STRING* value) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
          static_cast<std::size_t>(ASN1_STRING_length(value))};
}

std::string address_of(const ASN1_STRING* value) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = ASN1_STRING_length(value) == 4 ? AF_INET : AF_INET6;
  if (family == AF_INET6 && ASN1_STRING_length(value) != 16) return {};
  return inet_ntop(family, ASN1_STRING_get0_data(value), text.data(), text.size()) == nullptr
             ? std::string()
             : std::string(text.data());
}

std::vector<std::string> names_of(X509* cert) {
  const GeneralNames all(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(cert, NID_subject_alt_name, nullptr, nullptr)));
  std::vector<std::string> out;
  for (int i = 0; all && i < sk_GENERAL_NAME_num(all.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(all.get(), i);
    if (name->type == GEN_DNS) out.push_back(text_of(name->d.dNSName));
    if (name->type == GEN_IPADD) out.push_back(address_of(name->d.iPAddress));
  }
  return canonical(std::move(out));
}

std::string common_name_of(X509* cert) {
  const X509_NAME* subject = X509_get_subject_name(cert);
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at < 0) return {};
  return text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
}

Cert read_one(const std::string& pem) {
  const Bio bio = reading(pem);
  Cert cert(bio ? PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr) : nullptr);
  ERR_clear_error();
  return cert;
}

std::string canonical(const std::string& name) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  std::array<char, INET6_ADDRSTRLEN> text{};
  for (const int family : {AF_INET, AF_INET6}) {
    if (inet_pton(family, name.c_str(), address.data()) == 1 &&
        inet_ntop(family, address.data(), text.data(), text.size()) != nullptr)
      return text.data();
  }
  return name;
}

}  // namespace

std::vector<std::string> canonical(std::vector<std::string> names) {
  for (auto& name : names) name = canonical(name);
  std::ranges::sort(names);
  const auto twice = std::ranges::unique(names);
  names.erase(twice.begin(), twice.end());
  return names;
}

Result<std::vector<Certificate>> read_certificates(const std::string& pem) {
  const auto unreadable = [](const char* why) {
    ERR_clear_error();
    return fail(Errc::InvalidArgument, std::string("no certificates in PEM: ") + why);
  };
  if (pem.size() > kMaxPem) return unreadable("longer than 64 KiB");
  const Bio bio = reading(pem);
  if (!bio) return fail(Errc::Internal, "out of memory");
  std::vector<Certificate> out;
  while (const Cert cert{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)}) {
    if (out.size() == kMaxCertificates) return unreadable("more than 20");
    Certificate facts;
    facts.pem = to_pem([&](BIO* b) { return PEM_write_bio_X509(b, cert.get()); });
    facts.not_before = time_of(X509_get0_notBefore(cert.get()));
    facts.not_after = time_of(X509_get0_notAfter(cert.get()));
    facts.common_name = common_name_of(cert.get());
    facts.names = names_of(cert.get());
    facts.is_ca = X509_check_ca(cert.get()) == 1;
    facts.for_servers = X509_check_purpose(cert.get(), X509_PURPOSE_SSL_SERVER, 0) == 1;
    out.push_back(std::move(facts));
  }
  const unsigned long last = ERR_peek_last_error();
  const bool ended =
      ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) == PEM_R_NO_START_LINE;
  if (out.empty() || !ended)
    return unreadable("each must stand between -----BEGIN CERTIFICATE----- and its END line");
  ERR_clear_error();
  return out;
}

bool key_fits(const std::string& certificate_pem, const std::string& private_key_pem) {
  if (private_key_pem.size() > kMaxPem || certificate_pem.size() > kMaxPem) return false;
  const Cert cert = read_one(certificate_pem);
  const Key key = read_key(private_key_pem);
  const bool fits = cert && key && X509_check_private_key(cert.get(), key.get()) == 1;
  ERR_clear_error();
  return fits;
}

bool signed_by(const Certificate& certificate, const Certificate& ca) {
  if (!ca.is_ca) return false;
  const Cert subject = read_one(certificate.pem);
  const Cert issuer = read_one(ca.pem);
  const bool ok = subject && issuer &&
                  X509_check_issued(issuer.get(), subject.get()) == X509_V_OK &&
                  X509_verify(subject.get(), X509_get0_pubkey(issuer.get())) == 1;
  ERR_clear_error();
  return ok;
}

}  // namespace karbonetes::certs
