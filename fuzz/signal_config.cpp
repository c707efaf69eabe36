// YAML that an operator writes: the carbon sources, and the static windows.
#include "providers/signal_config.hpp"

#include "providers/windows_file.hpp"
#include "target.hpp"

using namespace karbonetes;  // NOLINT(google-build-using-namespace): a target is one function

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text(data, size);
  fuzz::check_result(providers::parse_signal_config(text));
  fuzz::check_result(providers::parse_windows(text));
  return 0;
}
