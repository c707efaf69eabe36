// Result<T>: the one way in which our functions fail. A typed code for the caller to branch on and
// a sentence for a person to read. Values only; no exceptions cross our own functions (a library's
// throw is caught at its edge file).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace karbonetes {

enum class Errc {
  InvalidArgument,  // the input is wrong; the message says what to write instead
  Parse,            // bytes that are not what they claim to be (JSON, YAML, RFC 3339)
  NotFound,         // HTTP 404
  AlreadyExists,    // HTTP 409 with reason AlreadyExists
  Conflict,  // HTTP 409 Conflict, or a JSON Patch test that did not hold: read again, then decide
             // again
  Gone,      // HTTP 410, or a watch ERROR event with code 410: list again
  Invalid,   // HTTP 422: the server refuses the object
  Unauthorized,     // HTTP 401
  Forbidden,        // HTTP 403
  TooManyRequests,  // HTTP 429: see retry_after
  Timeout,          // a deadline passed
  Cancelled,        // a stop was requested
  Unavailable,      // connection failed or was cut, HTTP 5xx
  Internal,         // a bug of ours
};

struct Error {
  Errc code = Errc::Internal;
  std::string message;
  std::optional<std::chrono::milliseconds> retry_after = std::nullopt;  // from Retry-After
};

template <typename T>
using Result = tl::expected<T, Error>;
using Status = tl::expected<void, Error>;

[[nodiscard]] inline tl::unexpected<Error> fail(Errc code, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(message), std::nullopt});
}
[[nodiscard]] inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

// "conflict", "timeout": for logs and metric labels.
[[nodiscard]] const char* name(Errc code);

}  // namespace karbonetes
