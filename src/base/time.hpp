// Instants and durations as everything here speaks them: UTC, millisecond resolution. Text forms
// are RFC 3339 and the Go/Kubernetes duration syntax ("1h30m"). Pure; nothing here reads a clock.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace karbonetes {

using Millis = std::chrono::milliseconds;
using Seconds = std::chrono::seconds;
using TimePoint = std::chrono::sys_time<Millis>;  // UTC

// "2026-11-24T22:03:51Z"; fractional seconds and numeric offsets are accepted, fractions beyond ms
// are cut. Errors: Parse, with the text (cut to 64 characters) and an example of what to write.
[[nodiscard]] Result<TimePoint> parse_rfc3339(std::string_view text);

// Seconds resolution (cut), always "Z": "2026-11-24T22:03:51Z" (metav1.Time). Years outside 0..9999
// cannot be written: the nearest instant that can is.
[[nodiscard]] std::string format_rfc3339(TimePoint t);

// Microseconds, always "Z": "2026-11-24T22:03:51.250000Z" (metav1.MicroTime, as Lease and Event
// use).
[[nodiscard]] std::string format_rfc3339_micro(TimePoint t);

// Go duration syntax with an extra "d" for 24 h: "8h", "1h30m", "90s", "500ms", "2d", "0s", "1.5h";
// "us" and "ns" are read, what is below a millisecond is cut. Not negative; bare numbers other than
// "0" are refused. Upper bound 3650d. Errors: InvalidArgument, naming what to write instead.
[[nodiscard]] Result<Millis> parse_duration(std::string_view text);

// Canonical short form, largest units first, whole units only: "8h", "1h30m", "45s", "500ms", "0s";
// "-" before a negative one. Days are not used ("36h"), so that Go programs can read it.
[[nodiscard]] std::string format_duration(Millis d);

}  // namespace karbonetes
