// What a CarbonAwarePolicy may say: the rules of the CRD's schema once more, for objects that did
// not pass through it. Pure. Every error is InvalidArgument and says what to write instead.
#pragma once

#include <string_view>

#include "api/v1alpha1/policy.hpp"

namespace karbonetes::api {

// 1 to 63 characters of a-z, 0-9 and "-", with a letter or digit at both ends (RFC 1123 label).
[[nodiscard]] Status check_dns_label(std::string_view text);

// A name of an object as the API server takes it: labels joined by ".", up to 253 characters.
[[nodiscard]] Status check_object_name(std::string_view text);

// A label or taint key: "[DNS subdomain up to 253 characters/]name of up to 63".
[[nodiscard]] Status check_label_key(std::string_view text);

// A zone of a carbon source, as its provider writes it: 1 to 64 printable ASCII characters, no
// space.
[[nodiscard]] Status check_zone(std::string_view text);

// Relations between the fields of one policy: maxDelay <= maxDelayLimit <= 720h, two pools are not
// the same one, burst comes with perMinute.
[[nodiscard]] Status validate(const PolicySpec& spec);

}  // namespace karbonetes::api
