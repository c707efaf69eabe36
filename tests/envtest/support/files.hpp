// Where the repository's own files are, for suites that apply the samples and CRDs as a user would.
#pragma once

#include <filesystem>
#include <string>

namespace karbonetes::envtest {

// "config/samples/job-plain.yaml" -> its path in the source tree.
[[nodiscard]] std::filesystem::path source_file(const std::string& path);
[[nodiscard]] std::filesystem::path sample(const std::string& name);  // of config/samples

}  // namespace karbonetes::envtest
