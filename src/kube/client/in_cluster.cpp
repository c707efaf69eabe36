#include <cstdlib>
#include <filesystem>

#include "kube/client/config.hpp"
#include "kube/client/file.hpp"
#include "kube/client/token_source.hpp"

namespace karbonetes::kube {

namespace {

constexpr std::size_t kMaxFile = 1u << 20;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

}  // namespace

Result<ClusterConfig> load_in_cluster(const Clock& clock, const std::string& root) {
  std::string host = environment("KUBERNETES_SERVICE_HOST");
  const std::string port = environment("KUBERNETES_SERVICE_PORT");
  if (host.empty() || port.empty()) {
    return fail(
        Errc::NotFound,
        "not in a cluster: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not both set");
  }
  if (host.find(':') != std::string::npos) host = '[' + host + ']';
  auto url = http::parse_url("https://" + host + ':' + port);
  if (!url)
    return fail(Errc::InvalidArgument, "KUBERNETES_SERVICE_HOST/PORT: " + url.error().message);

  ClusterConfig config;
  config.server = std::move(*url);
  config.context = "in-cluster";
  auto ca = read_file(root + "/ca.crt", kMaxFile);
  if (!ca)
    return fail(ca.error().code, "service account file " + root + "/ca.crt " + ca.error().message);
  if (ca->empty())
    return fail(Errc::InvalidArgument, "service account file " + root + "/ca.crt is empty");
  config.tls.ca_pem = std::move(*ca);

  config.token = file_token(root + "/token", clock);
  // Read once now: a pod without a token should hear of it at its start.
  if (auto token = config.token->token(); !token)
    return fail(Errc::NotFound, token.error().message);

  if (auto ns = read_file(root + "/namespace", kMaxFile); ns) {
    while (!ns->empty() && (ns->back() == '\n' || ns->back() == ' ')) ns->pop_back();
    if (!ns->empty()) config.default_namespace = std::move(*ns);
  }
  return config;
}

Result<ClusterConfig> load_config(const std::string& path, const std::string& context,
                                  const Clock& clock) {
  if (path.empty() && context.empty()) {
    auto config = load_in_cluster(clock);
    if (config || config.error().code != Errc::NotFound) return config;
    // In a pod whose service account is not mounted, the kubeconfig defaults would only hide the
    // reason.
    if (!environment("KUBERNETES_SERVICE_HOST").empty() && environment("KUBECONFIG").empty())
      return config;
  }
  return load_kubeconfig(path, context, clock);
}

}  // namespace karbonetes::kube
