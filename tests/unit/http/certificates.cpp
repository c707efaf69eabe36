#include "certificates.hpp"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <stdexcept>

namespace karbonetes::test {

namespace {

template <typename Write>
std::string to_pem(Write write) {
  BIO* bio = BIO_new(BIO_s_mem());
  write(bio);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string pem(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return pem;
}

void extend(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  if (extension == nullptr) throw std::runtime_error("extension " + value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

Identity make(const Identity* authority, const std::string& name,
              const std::string& alternative_names) {
  static std::atomic<long> serial{1};
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  EVP_PKEY* signer = key;
  X509* issuer = certificate;
  if (authority != nullptr) {
    BIO* ca = BIO_new_mem_buf(authority->certificate_pem.data(), -1);
    issuer = PEM_read_bio_X509(ca, nullptr, nullptr, nullptr);
    BIO_free(ca);
    BIO* ca_key = BIO_new_mem_buf(authority->private_key_pem.data(), -1);
    signer = PEM_read_bio_PrivateKey(ca_key, nullptr, nullptr, nullptr);
    BIO_free(ca_key);
  }
  X509_set_issuer_name(certificate, X509_get_subject_name(issuer));
  if (authority == nullptr) extend(certificate, issuer, NID_basic_constraints, "critical,CA:TRUE");
  if (!alternative_names.empty())
    extend(certificate, issuer, NID_subject_alt_name, alternative_names);
  X509_sign(certificate, signer, EVP_sha256());
  Identity out;
  out.certificate_pem = to_pem([&](BIO* bio) { PEM_write_bio_X509(bio, certificate); });
  out.private_key_pem = to_pem(
      [&](BIO* bio) { PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr); });
  if (authority != nullptr) {
    X509_free(issuer);
    EVP_PKEY_free(signer);
  }
  X509_free(certificate);
  EVP_PKEY_free(key);
  return out;
}

}  // namespace

Identity make_authority(const std::string& name) { return make(nullptr, name, ""); }

Identity make_identity(const Identity& authority, const std::string& name,
                       const std::string& alternative_names) {
  return make(&authority, name, alternative_names);
}

}  // namespace karbonetes::test
