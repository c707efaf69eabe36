// An adapter knows the shape of one kind of source and nothing of sockets, timers or back-off: it
// asks through a Fetch and turns the answers into a Reading. Owned by one poller (or one probe) and
// used by one thread at a time; it may remember tokens and refusals between calls. Failure: Result,
// with a sentence that says what to do and never holds a secret.
#pragma once

#include <functional>

#include "base/time.hpp"
#include "http/types.hpp"
#include "providers/reading.hpp"

namespace karbonetes::providers {

// One HTTP exchange. The request's target is relative to the source's base URL and starts with '/'.
// An HTTP status is no error here.
using Fetch = std::function<Result<http::Response>(const http::Request&)>;

class Adapter {
 public:
  virtual ~Adapter() = default;
  [[nodiscard]] virtual Result<Reading> read(const Fetch& fetch, TimePoint now) = 0;
  // A file that holds a secret was written since the last read(): worth asking again at once.
  [[nodiscard]] virtual bool secrets_changed() const { return false; }
};

}  // namespace karbonetes::providers
