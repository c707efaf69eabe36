// Where the webhook's serving certificate comes from: from two files that somebody else renews, or
// from a Secret that we keep ourselves. Asked again and again by one thread, which also says what
// became of the answer. Failure is not the end: what is served goes on, the error is told once per
// cause, and the next look is sooner.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "certs/issue.hpp"
#include "controller/tls_objects.hpp"
#include "metrics/registry.hpp"

namespace karbonetes::controller {

struct CertificateLook {
  std::optional<certs::KeyPair> pair;  // to be served from now on; nullopt: what is served is right
  TimePoint again_at{};
};

class CertificateSource {
 public:
  virtual ~CertificateSource() = default;
  [[nodiscard]] virtual CertificateLook look(std::stop_token stop) = 0;
  // The pair of the last look is served, or why the server refuses it. Until it is served each look
  // offers it again.
  virtual void taken(const Status& outcome) = 0;
};

// PEM files, e.g. of a mounted Secret: looked at every 10 s by their content, since a kubelet swaps
// links. A pair that is half written, broken, out of its time or not for servers is not offered.
[[nodiscard]] std::unique_ptr<CertificateSource> make_certificate_files(
    std::string certificate_file, std::string key_file, const Clock& clock,
    metrics::Registry& metrics);

// A Secret that this and the other replicas keep by certs::next: any of them may write, the
// resourceVersion lets one of them, and the others serve what that one wrote. Looked at when
// something is due, and at least every minute (for short-lived certificates: a tenth of their
// life), so that a trust that somebody reset is set right.
[[nodiscard]] std::unique_ptr<CertificateSource> make_certificate_keeper(
    std::unique_ptr<TlsObjects> objects, certs::Wanted wanted, const Clock& clock,
    metrics::Registry& metrics);

}  // namespace karbonetes::controller
