// "500m", "1.5Gi", "2e3": quantities of resources.
#include "base/quantity.hpp"

#include <cmath>

#include "target.hpp"

using namespace karbonetes;  // NOLINT(google-build-using-namespace): a target is one function

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto quantity = parse_quantity(fuzz::text(data, size));
  fuzz::check_result(quantity);
  if (quantity) fuzz::check(std::isfinite(*quantity), "a quantity is a number");
  return 0;
}
