// What fuzz targets share. A target is one function of bytes that must neither crash nor break a
// property that it checks itself; see CONTRIBUTING.md for how they are run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "base/result.hpp"

namespace karbonetes::fuzz {

// A broken property is a finding, like a crash.
inline void check(bool holds, const char* property) {
  if (holds) return;
  std::fprintf(stderr, "property broken: %s\n", property);
  std::abort();
}

// Errors are for people: there is something to read, on one line, and not a book.
inline void check_error(const Error& error) {
  check(!error.message.empty(), "an error says what is wrong");
  check(error.message.size() < 4096, "an error is a sentence");
  for (const char c : error.message) {
    const auto byte = static_cast<unsigned char>(c);
    check((byte >= 0x20 || c == '\n') && byte != 0x7f, "an error has no control characters");
  }
}
template <typename T>
void check_result(const Result<T>& result) {
  if (!result) check_error(result.error());
}

inline std::string_view text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace karbonetes::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
