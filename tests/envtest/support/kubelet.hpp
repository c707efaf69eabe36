// The part of a kubelet that an installation needs where no containers run: it reads a pod template
// as the API server has it, and starts its container's program in a root file system and mount
// namespace of its own, with exactly the template's command, arguments, environment, mounted
// ConfigMaps and Secrets, user, and read-only root, and with the ServiceAccount's own token. So
// what the chart forgets is missing here, too, and what RBAC forbids fails.
//
// What is replaced, since all pods share this machine's one address: ports, in the arguments of a
// second replica; and names of Services, which /etc/hosts leads to 127.0.0.1. As root; as another
// user the program runs under that user's id. Owned by one thread.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "harness/plane.hpp"
#include "harness/process.hpp"
#include "json/document.hpp"

namespace karbonetes::envtest {

class Kubelet {
 public:
  // Everything is kept below `dir`. `programs`: the folder that stands for the image's
  // /usr/local/bin. The plane outlives it.
  Kubelet(const harness::Plane& plane, std::filesystem::path dir, std::filesystem::path programs);

  struct Pod {
    std::string ns, name;
    json::Document spec;                          // .spec of a pod template
    std::map<std::string, std::string> replaced;  // in arguments, the first occurrence in each
  };
  // Starts its only container. Errors: NotFound when a volume, Secret or ConfigMap is missing;
  // Invalid for what no kubelet here can do, naming it, or for what the restricted Pod Security
  // Standard forbids.
  [[nodiscard]] Result<harness::Process> start(const Pod& pod);
  [[nodiscard]] std::filesystem::path log(const std::string& pod) const;

 private:
  struct Mount {
    std::string path;
    std::filesystem::path writable;  // not empty: an emptyDir
  };
  [[nodiscard]] Status write_volume(const Pod& pod, const json::Document& volume,
                                    const std::filesystem::path& target);
  [[nodiscard]] Status write_files(const std::string& ns, const std::string& object,
                                   const json::Document& source,
                                   const std::filesystem::path& target);
  [[nodiscard]] Status write_token(const Pod& pod, const std::filesystem::path& target);
  [[nodiscard]] Result<std::map<std::string, std::string>> environment(
      const Pod& pod, const json::Document& container);
  [[nodiscard]] Result<std::vector<Mount>> mounts(const Pod& pod, const json::Document& container,
                                                  const std::filesystem::path& root);

  const harness::Plane& plane_;
  std::filesystem::path dir_, programs_;
};

}  // namespace karbonetes::envtest
