// Small text files, read whole: kubeconfigs, tokens, certificates. Failure: NotFound,
// InvalidArgument (a folder, too large, no permission); the message says why in the system's words
// and does not repeat the path.
#pragma once

#include <string>

#include "base/result.hpp"

namespace karbonetes::kube {

[[nodiscard]] Result<std::string> read_file(const std::string& path, std::size_t max_bytes);

}  // namespace karbonetes::kube
