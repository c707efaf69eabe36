// Responses of the signal service, as values. Pure.
#pragma once

#include <string>

#include "http/types.hpp"
#include "json/document.hpp"

namespace karbonetes::mock {

[[nodiscard]] http::Response json_answer(int status, std::string body);
// Broken UTF-8 in it is replaced.
[[nodiscard]] http::Response json_answer(int status, const json::Document& body);
[[nodiscard]] http::Response error_answer(int status, const std::string& sentence);
[[nodiscard]] http::Response text_answer(int status, std::string body);
[[nodiscard]] http::Response not_modified(const std::string& etag);
// 405; `allowed`: "GET, HEAD".
[[nodiscard]] http::Response wrong_method(const char* allowed);
[[nodiscard]] bool reads(const http::Request& request);  // GET or HEAD

}  // namespace karbonetes::mock
