#include "support/files.hpp"

namespace karbonetes::envtest {

std::filesystem::path source_file(const std::string& path) {
  return std::filesystem::path(KARBONETES_SOURCE_DIR) / path;
}

std::filesystem::path sample(const std::string& name) {
  return source_file("config/samples") / name;
}

}  // namespace karbonetes::envtest
