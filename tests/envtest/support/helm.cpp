#include "support/helm.hpp"

#include "support/files.hpp"

namespace karbonetes::envtest {

Result<Helm> Helm::make(const harness::Plane& plane, std::filesystem::path dir) {
  const auto found =
      harness::run({source_file("scripts/go-tool.sh"), {"helm"}, {}}, "", std::chrono::minutes(15));
  if (!found) return fail(found.error());
  if (!found->ok()) return fail(Errc::NotFound, "helm cannot be built: " + found->err);
  Helm helm;
  auto path = found->out;
  while (!path.empty() && path.back() == '\n') path.pop_back();
  helm.program_ = path;
  helm.dir_ = std::move(dir);
  helm.kubeconfig_ = plane.kubeconfig();
  std::filesystem::create_directories(helm.dir_);
  return helm;
}

Result<std::string> Helm::call(std::vector<std::string> args,
                               std::chrono::milliseconds timeout) const {
  const auto folder = [&](const char* name) { return (dir_ / name).string(); };
  const auto done = harness::run({program_,
                                  std::move(args),
                                  {{"KUBECONFIG", kubeconfig_.string()},
                                   {"HELM_CACHE_HOME", folder("cache")},
                                   {"HELM_CONFIG_HOME", folder("config")},
                                   {"HELM_DATA_HOME", folder("data")}}},
                                 "", timeout);
  if (!done) return fail(done.error());
  if (!done->ok()) return fail(Errc::Internal, "helm: " + done->err + done->out);
  return done->out;
}

}  // namespace karbonetes::envtest
