// A certificate authority for one control plane: P-256 keys, made anew at each start, valid for two
// weeks, kept in memory (who needs a file writes it). Values; issue() may be called from several
// threads at once.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace karbonetes::harness {

struct KeyPair {
  std::string certificate_pem;
  std::string private_key_pem;
};

class CertificateAuthority {
 public:
  // Errors: Internal (the library refuses).
  [[nodiscard]] static Result<CertificateAuthority> make(const std::string& common_name);

  [[nodiscard]] const std::string& certificate_pem() const { return pem_; }

  // For a client: Kubernetes takes the user from the common name and the groups from the
  // organizations.
  [[nodiscard]] Result<KeyPair> issue_client(const std::string& user,
                                             const std::vector<std::string>& groups) const;
  // For a server: `names` are DNS names or IP addresses. Errors: InvalidArgument (no name, or not
  // one).
  [[nodiscard]] Result<KeyPair> issue_server(const std::vector<std::string>& names) const;

 private:
  struct Secret;
  std::shared_ptr<const Secret> secret_;
  std::string pem_;
};

// A key pair for signing service account tokens: {public key, private key} in PEM.
struct SigningKey {
  std::string public_key_pem;
  std::string private_key_pem;
};
[[nodiscard]] Result<SigningKey> make_signing_key();

}  // namespace karbonetes::harness
