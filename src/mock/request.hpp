// What a request to the signal service asks for, read from its head and body. Pure. Failure:
// InvalidArgument with the sentence that the 400 answer carries; unreadable conditional headers are
// ignored, as HTTP wants.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "http/types.hpp"

namespace karbonetes::mock {

struct Parameter {
  std::string name, value;
};

struct Target {
  std::string path;                 // percent-decoded
  std::optional<std::string> zone;  // ?zone=, percent-decoded
  std::vector<Parameter> query;     // percent-decoded, in order; at most 64

  // The first parameter of that name; nullptr when there is none.
  [[nodiscard]] const std::string* find(std::string_view name) const;
};

// Errors: InvalidArgument for a broken percent-encoding.
[[nodiscard]] Result<Target> parse_target(std::string_view target);

// "/a/b" -> {"a", "b"}; views into `path`.
[[nodiscard]] std::vector<std::string_view> segments(std::string_view path);

// If-None-Match: "*" or a list of entity tags, compared weakly (RFC 9110, 13.1.2).
[[nodiscard]] bool none_match_hits(std::string_view header, std::string_view etag);

// "Prefer: wait=25" (RFC 7240, 4.3); at most 60 s. nullopt when not asked for or unreadable.
[[nodiscard]] std::optional<Seconds> preferred_wait(std::string_view header);

// PUT /v1/signal: {"green": true|false|null, "for": "10m"}.
struct Change {
  std::optional<bool> green;       // nullopt: back to automatic
  std::optional<Millis> duration;  // how long it is forced; nullopt: until taken back
};
[[nodiscard]] Result<Change> parse_change(std::string_view body);

}  // namespace karbonetes::mock
