// Throw-away certificates for tests: a CA and what it signs, as PEM. EC keys, so that making them
// is quick.
#pragma once

#include <string>

namespace karbonetes::test {

struct Identity {
  std::string certificate_pem;
  std::string private_key_pem;
};

// A self-signed CA.
Identity make_authority(const std::string& name);
// Signed by `authority`. `alternative_names`: "DNS:a.example,IP:127.0.0.1".
Identity make_identity(const Identity& authority, const std::string& name,
                       const std::string& alternative_names);

}  // namespace karbonetes::test
