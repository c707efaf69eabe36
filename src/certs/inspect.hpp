// What certificates say, read from PEM text that anybody may have written. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace karbonetes::certs {

struct Certificate {
  std::string pem;  // this one alone
  TimePoint not_before{}, not_after{};
  std::string common_name;
  std::vector<std::string> names;  // DNS names and IP addresses, sorted
  bool is_ca = false;
  bool for_servers = false;  // no extended key usage says otherwise

  [[nodiscard]] bool valid_at(TimePoint t) const { return not_before <= t && t < not_after; }
};

// All certificates of the text, in its order; at most 64 KiB and 20 of them. Errors:
// InvalidArgument when there is none, or something else is between them; the text is never
// repeated.
[[nodiscard]] Result<std::vector<Certificate>> read_certificates(const std::string& pem);

// As a certificate would say them: addresses in their one spelling, sorted, each once.
[[nodiscard]] std::vector<std::string> canonical(std::vector<std::string> names);

// The private key is the certificate's. False also when either cannot be read.
[[nodiscard]] bool key_fits(const std::string& certificate_pem, const std::string& private_key_pem);

// `ca` is a CA, and the signature on `certificate` is its own.
[[nodiscard]] bool signed_by(const Certificate& certificate, const Certificate& ca);

}  // namespace karbonetes::certs
