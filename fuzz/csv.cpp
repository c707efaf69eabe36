// The files of the simulator: traces of carbon intensity and lists of Jobs.
#include "simulate/input/trace_file.hpp"
#include "simulate/input/workload_file.hpp"
#include "target.hpp"

using namespace karbonetes;  // NOLINT(google-build-using-namespace): a target is one function

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const auto text = fuzz::text(data + 1, size - 1);
  if (data[0] % 2 == 0) {
    fuzz::check_result(simulate::read_traces(text, {}));
  } else {
    fuzz::check_result(simulate::read_workload_csv(text, {}));
  }
  return 0;
}
