// Certificates made here: P-256 keys, random serial numbers, valid from five minutes before `now`
// so that a peer whose clock is behind accepts them. A certificate never outlives its CA. Pure but
// for the random numbers; any thread. Errors: InvalidArgument for a name that is none, or a CA that
// cannot be read; Internal when OpenSSL refuses. No error holds any part of a key.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace karbonetes::certs {

struct KeyPair {
  std::string certificate_pem;
  std::string private_key_pem;
};

struct Subject {
  std::string common_name;
  std::vector<std::string> organizations;
};

inline constexpr Millis kBackdated = std::chrono::minutes(5);

// Each is a DNS name or an IP address, and there is one at least.
[[nodiscard]] Status check_names(const std::vector<std::string>& names);

[[nodiscard]] Result<KeyPair> make_authority(const Subject& subject, TimePoint now,
                                             Millis validity);
// `names` are DNS names or IP addresses; the first is the common name, too.
[[nodiscard]] Result<KeyPair> issue_server(const KeyPair& authority,
                                           const std::vector<std::string>& names, TimePoint now,
                                           Millis validity);
// Kubernetes takes the user from the common name and the groups from the organizations.
[[nodiscard]] Result<KeyPair> issue_client(const KeyPair& authority, const Subject& subject,
                                           TimePoint now, Millis validity);

// A key pair for signing tokens, both halves in PEM.
struct SigningKey {
  std::string public_key_pem;
  std::string private_key_pem;
};
[[nodiscard]] Result<SigningKey> make_signing_key();

}  // namespace karbonetes::certs
