// Bad days of a provider, switched on and off while the service runs. A fault holds for a path and
// all below it; of several the longest path wins. Values and pure functions; the table is not
// thread-safe. Errors: InvalidArgument with the sentence of the 400 answer.
//
//   {"path": "/watttime", "status": 429, "retryAfter": 7, "count": 3}
//   {"path": "/gb", "kind": "cut"}        status | delay | cut | html | truncated | huge
//                                         nulls | duplicates | gaps | shuffled | dst | year
//   {"path": "/", "kind": "delay", "delay": "3s"}
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/types.hpp"
#include "json/document.hpp"
#include "mock/steps.hpp"

namespace karbonetes::mock {

enum class FaultKind {
  Status,      // an HTTP status, with Retry-After where given
  Delay,       // the right answer, late
  Cut,         // the connection ends in the middle of the body
  Html,        // 200 with a page instead of JSON
  Truncated,   // JSON that stops in its middle, with a Content-Length that fits
  Huge,        // valid JSON of more than 4 MiB
  Nulls,       // every third value is null
  Duplicates,  // every instant twice, the second time with a value 1000 higher
  Gaps,        // of every six points the last two are missing
  Shuffled,    // points in no order
  Dst,         // instants in Berlin's wall time with its offset, +02:00 in summer
  Year         // a year of 5-minute points
};

struct Fault {
  std::string path = "/";
  FaultKind kind = FaultKind::Status;
  int status = 500;
  std::optional<int> retry_after;     // seconds
  Millis delay{0};                    // at most 60 s
  std::optional<std::int64_t> count;  // for so many requests; absent: until taken back
};

[[nodiscard]] Result<Fault> parse_fault(std::string_view body);
[[nodiscard]] const char* name(FaultKind kind);  // "status"

class FaultTable {
 public:
  static constexpr std::size_t kMax = 64;

  // Replaces the fault of the same path. Error: InvalidArgument when there are kMax already.
  [[nodiscard]] Status put(Fault fault);
  void clear() { faults_.clear(); }
  // The fault that holds for this request's path; counts it.
  [[nodiscard]] std::optional<Fault> take(std::string_view path);
  [[nodiscard]] bool holds(std::string_view path) const;
  [[nodiscard]] json::Document to_json() const;

 private:
  std::vector<Fault> faults_;
};

// What the fault does to a provider's points, before they become text.
[[nodiscard]] std::vector<Slot> spoiled(std::vector<Slot> slots, FaultKind kind);

// A year of 5-minute points from now on, around `grams`.
[[nodiscard]] std::vector<Slot> year_of_points(TimePoint now, double grams);

// What the fault does to the finished answer. Kinds that need points leave it as it is.
[[nodiscard]] http::Response spoiled(http::Response response, const Fault& fault);

}  // namespace karbonetes::mock
