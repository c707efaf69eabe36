// The kinds of TokenSource that config.hpp's loaders build. All are thread-safe and keep what they
// read until it is due. Failure: Unauthorized with what to check; the token itself never appears in
// an error.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "kube/client/config.hpp"

namespace karbonetes::kube {

// A token that never changes.
[[nodiscard]] std::shared_ptr<TokenSource> static_token(std::string token);

// A file that is re-read every 60 s and after a 401, as the kubelet rotates it. When it cannot be
// read for a moment the last token is used on.
[[nodiscard]] std::shared_ptr<TokenSource> file_token(std::string path, const Clock& clock);

struct ExecPlugin {
  std::string api_version;  // client.authentication.k8s.io/v1 or v1beta1
  std::string command;      // found in PATH, or a path
  std::vector<std::string> arguments;
  std::vector<std::pair<std::string, std::string>> environment;  // added to ours
  std::string cluster_info;  // JSON for spec.cluster of KUBERNETES_EXEC_INFO; empty: not asked for
  Millis timeout = std::chrono::seconds(30);
};

// Runs the plugin when there is no token yet, when its expirationTimestamp is less than 10 s ahead,
// and after a 401.
[[nodiscard]] std::shared_ptr<TokenSource> exec_token(ExecPlugin plugin, const Clock& clock);

}  // namespace karbonetes::kube
