#include "harness/certs.hpp"

namespace karbonetes::harness {

namespace {

constexpr Millis kValid = std::chrono::hours(14 * 24);

TimePoint now() { return std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now()); }

}  // namespace

Result<CertificateAuthority> CertificateAuthority::make(const std::string& common_name) {
  auto pair = certs::make_authority({common_name, {}}, now(), kValid);
  if (!pair) return fail(pair.error());
  CertificateAuthority authority;
  authority.pair_ = std::move(*pair);
  return authority;
}

Result<KeyPair> CertificateAuthority::issue_client(const std::string& user,
                                                   const std::vector<std::string>& groups) const {
  return certs::issue_client(pair_, {user, groups}, now(), kValid);
}

Result<KeyPair> CertificateAuthority::issue_server(const std::vector<std::string>& names) const {
  return certs::issue_server(pair_, names, now(), kValid);
}

}  // namespace karbonetes::harness
