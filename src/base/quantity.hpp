// Kubernetes' resource.Quantity as a number: "100m" of a CPU, "2Gi" of memory. Grammar:
// k8s.io/apimachinery/pkg/api/resource/quantity.go. Pure.
#pragma once

#include <string_view>

#include "base/result.hpp"

namespace karbonetes {

// In the resource's own unit: cores, bytes, pieces. A number with an optional sign and fraction
// ("1.5", ".5", "5.", "+2") and one suffix: n u m k M G T P E (powers of 1000), Ki Mi Gi Ti Pi Ei
// (powers of 1024), or a decimal exponent ("1e3", "1E-3"). Above 2^63-1 it is 2^63-1, as Kubernetes
// has it. Errors: InvalidArgument for anything else, for more than 64 characters, and for what is
// below zero, which no request may be; the message says what to write.
[[nodiscard]] Result<double> parse_quantity(std::string_view text);

}  // namespace karbonetes
