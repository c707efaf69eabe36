// A certificate authority for one control plane: made anew at each start, valid for two weeks, kept
// in memory (who needs a file writes it). Values; issue() may be called from several threads at
// once.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "certs/issue.hpp"

namespace karbonetes::harness {

using certs::KeyPair;
using certs::make_signing_key;
using certs::SigningKey;

class CertificateAuthority {
 public:
  // Errors: Internal (the library refuses).
  [[nodiscard]] static Result<CertificateAuthority> make(const std::string& common_name);

  [[nodiscard]] const std::string& certificate_pem() const { return pair_.certificate_pem; }

  // For a client: Kubernetes takes the user from the common name and the groups from the
  // organizations.
  [[nodiscard]] Result<KeyPair> issue_client(const std::string& user,
                                             const std::vector<std::string>& groups) const;
  // For a server: `names` are DNS names or IP addresses. Errors: InvalidArgument (no name, or not
  // one).
  [[nodiscard]] Result<KeyPair> issue_server(const std::vector<std::string>& names) const;

 private:
  KeyPair pair_;
};

}  // namespace karbonetes::harness
