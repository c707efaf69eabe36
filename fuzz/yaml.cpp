// Objects as YAML for the simulator: bounded in size, depth and number of documents.
#include "json/yaml.hpp"

#include "target.hpp"

using namespace karbonetes;  // NOLINT(google-build-using-namespace): a target is one function

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::check_result(json::parse_yaml(fuzz::text(data, size)));
  return 0;
}
