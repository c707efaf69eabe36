// Durations and instants as text: what is printed reads back as the same.
#include "base/time.hpp"
#include "base/time_text.hpp"
#include "target.hpp"

using namespace karbonetes;  // NOLINT(google-build-using-namespace): a target is one function

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text(data, size);
  const auto duration = parse_duration(text);
  fuzz::check_result(duration);
  if (duration) {
    const auto again = parse_duration(format_duration(*duration));
    fuzz::check(again && *again == *duration, "a duration survives its text");
  }
  const auto instant = parse_rfc3339(text);
  fuzz::check_result(instant);
  if (instant) {
    const auto again = parse_rfc3339(format_rfc3339_micro(*instant));
    fuzz::check(again && *again == *instant, "an instant survives its text");
  }
  fuzz::check_result(parse_source_time(text));
  return 0;
}
