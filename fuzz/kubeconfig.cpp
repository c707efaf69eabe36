// A kubeconfig, whoever wrote it. Credential plugins are named in it, but none is run here.
#include <sys/mman.h>
#include <unistd.h>

#include "kube/client/config.hpp"
#include "target.hpp"

using namespace karbonetes;  // NOLINT(google-build-using-namespace): a target is one function

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const SystemClock clock;
  static const int file = memfd_create("kubeconfig", MFD_CLOEXEC);
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  if (ftruncate(file, 0) != 0 || pwrite(file, data, size, 0) != static_cast<ssize_t>(size))
    return 0;
  fuzz::check_result(kube::load_kubeconfig(path, "", clock));
  fuzz::check_result(kube::kubeconfig_contexts(path));
  return 0;
}
