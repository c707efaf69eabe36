// Bytes from a server -> one HTTP response, piece by piece. Knows no socket. Owned by one
// Connection, whose buffer it keeps between responses; not thread-safe. Failure: Invalid when the
// body is larger than allowed, Unavailable when the bytes are not HTTP/1.1 or end too early.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/result.hpp"
#include "http/types.hpp"

namespace karbonetes::http {

class ResponseReader {
 public:
  ResponseReader();
  ~ResponseReader();

  // Expects a new response. `to_head`: it answers HEAD and so has no body whatever its length says.
  void begin(bool to_head, std::optional<std::uint64_t> max_body);

  // Where the next bytes go; then tell how many came.
  [[nodiscard]] std::span<char> space();
  [[nodiscard]] Status received(std::size_t bytes);
  // The peer has ended its side.
  [[nodiscard]] Status ended();

  [[nodiscard]] bool any_byte() const;  // since begin()
  [[nodiscard]] bool head_done() const;
  [[nodiscard]] bool done() const;
  [[nodiscard]] int status() const;  // once head_done()
  // The body so far, without its chunk framing; may be cleared by the caller to take it piecewise.
  [[nodiscard]] std::string& body();
  // The connection may carry another request: the response is done, says so, and nothing follows
  // it.
  [[nodiscard]] bool keep_alive() const;
  // Moves the response out. Once.
  [[nodiscard]] Response take();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace karbonetes::http
