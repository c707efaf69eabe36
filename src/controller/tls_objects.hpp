// The two objects that the webhook's certificate lives in: the Secret with CA and
// certificate, and the MutatingWebhookConfiguration that trusts the CA. An interface, so that lost
// answers and races can be tested. Used by one thread. Errors: as kube::Client; Parse for an answer
// that is none.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "certs/rotation.hpp"
#include "kube/client/client.hpp"

namespace karbonetes::controller {

struct KeptBundle {
  certs::Bundle bundle;  // empty members for keys that are not there, or are not base64
  std::string resource_version;
  bool trusted = false;  // every webhook was seen to trust this very CA
};

class TlsObjects {
 public:
  virtual ~TlsObjects() = default;
  // Looks at the configuration, then at the Secret. An unreadable configuration is trust()'s error.
  [[nodiscard]] virtual Result<KeptBundle> read(std::stop_token stop) = 0;
  // Replaces the version that was read, and nothing but our keys; returns the new version. Errors:
  // Conflict when somebody wrote meanwhile.
  [[nodiscard]] virtual Result<std::string> write(const KeptBundle& bundle,
                                                  std::stop_token stop) = 0;
  // Every webhook of the configuration, as last read, trusts this CA; true when it had to be told.
  // Since the Secret was read after the configuration, a replica that was asleep cannot put back
  // the trust of yesterday. Errors: Conflict when somebody wrote the configuration meanwhile.
  [[nodiscard]] virtual Result<bool> trust(const std::string& ca_pem, std::stop_token stop) = 0;
};

[[nodiscard]] std::unique_ptr<TlsObjects> make_tls_objects(kube::Client& client, std::string ns,
                                                           std::string secret,
                                                           std::string webhook_configuration);

}  // namespace karbonetes::controller
