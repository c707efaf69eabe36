// How to reach an API server and who we are there: from a kubeconfig or from the pod's service
// account. Values; nothing is connected here. Credentials that rotate (token files, exec plugins)
// are sources, asked anew when due. Secrets never appear in an error text.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "http/client.hpp"

namespace karbonetes::kube {

// A bearer token that may change. Thread-safe.
class TokenSource {
 public:
  virtual ~TokenSource() = default;
  // The token to send now; empty: none. Errors: Unauthorized (file unreadable, plugin failed), with
  // what to check.
  [[nodiscard]] virtual Result<std::string> token() = 0;
  // The server said 401: forget what is cached.
  virtual void invalidate() {}
};

struct ClusterConfig {
  http::Url server;
  http::TlsOptions tls;
  std::shared_ptr<TokenSource> token;  // null: client certificate or anonymous
  std::string default_namespace = "default";
  std::string context;  // kubeconfig context name; "in-cluster"
};

// path empty: $KUBECONFIG (its first existing file), then ~/.kube/config. context empty:
// current-context. Understands certificate-authority(-data), client-certificate(-data),
// client-key(-data), token, tokenFile, exec (client.authentication.k8s.io v1 and v1beta1, with
// expiry), tls-server-name, insecure-skip-tls-verify, proxy-url refused with a clear error. Errors:
// NotFound, Parse, InvalidArgument; each names the file and the field.
[[nodiscard]] Result<ClusterConfig> load_kubeconfig(const std::string& path,
                                                    const std::string& context, const Clock& clock);

// The names of the contexts in that file, for completion. Errors: as load_kubeconfig.
[[nodiscard]] Result<std::vector<std::string>> kubeconfig_contexts(const std::string& path);

// KUBERNETES_SERVICE_HOST/PORT and /var/run/secrets/kubernetes.io/serviceaccount; the token file is
// re-read every minute. `root` replaces that folder in tests. Errors: NotFound when not in a
// cluster.
[[nodiscard]] Result<ClusterConfig> load_in_cluster(
    const Clock& clock, const std::string& root = "/var/run/secrets/kubernetes.io/serviceaccount");

// What controllers do: an explicit path, else in-cluster, else the kubeconfig defaults.
[[nodiscard]] Result<ClusterConfig> load_config(const std::string& path, const std::string& context,
                                                const Clock& clock);

}  // namespace karbonetes::kube
