// What all HTTP sources' answers have in common: JSON within limits, and statuses as errors that
// say what to do. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/time.hpp"
#include "http/types.hpp"
#include "json/document.hpp"

namespace karbonetes::providers {

inline constexpr std::size_t kMaxAnswerBytes = 4u << 20;

// Errors: Parse; says when it is HTML or too large. Never quotes what came.
[[nodiscard]] Result<json::Document> parse_answer(std::string_view body);

// Member `key` when `object` is one and has it and it is not null; else nullptr.
[[nodiscard]] const json::Document* member(const json::Document& object, const char* key);

// An array of at most Points::kMax entries. Errors: Parse, naming `field`.
[[nodiscard]] Result<const json::Document*> array_in(const json::Document& object, const char* key);

// An instant as text. Errors: Parse, naming `key`.
[[nodiscard]] Result<TimePoint> time_in(const json::Document& object, const char* key);

// A number, or nullopt for null or nothing. Errors: Parse, naming `key`.
[[nodiscard]] Result<std::optional<double>> number_in(const json::Document& object,
                                                      const char* key);

// Whose answer it was, for the sentence of an error. No secret gets in here: files by their name.
struct Asked {
  std::string_view who;         // "Electricity Maps"
  std::string_view what;        // "zone \"DE\"": what a 404 means
  std::string_view credential;  // "the token in /etc/x": what a 401 means; empty: none was sent
};

// A status other than 2xx as an error with Retry-After (at most 1 h).
[[nodiscard]] Error status_error(const http::Response& response, TimePoint now, const Asked& asked);

// The body of a 200, else status_error.
[[nodiscard]] Result<std::string_view> body_of(const http::Response& response, TimePoint now,
                                               const Asked& asked);

}  // namespace karbonetes::providers
