#include "mock/answers.hpp"

#include <fmt/format.h>

namespace karbonetes::mock {

http::Response json_answer(int status, std::string body) {
  return {status, {{"Content-Type", "application/json"}}, std::move(body)};
}

http::Response json_answer(int status, const json::Document& body) {
  return json_answer(status,
                     body.dump(-1, ' ', false, json::Document::error_handler_t::replace) + "\n");
}

http::Response error_answer(int status, const std::string& sentence) {
  return json_answer(status, json::Document{{"error", sentence}});
}

http::Response text_answer(int status, std::string body) {
  return {status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::move(body)};
}

http::Response not_modified(const std::string& etag) {
  return {304, {{"ETag", etag}, {"Cache-Control", "no-cache"}}, {}};
}

http::Response wrong_method(const char* allowed) {
  auto response = error_answer(405, fmt::format("this path answers to {}", allowed));
  response.headers.push_back({"Allow", allowed});
  return response;
}

bool reads(const http::Request& request) {
  return request.method == "GET" || request.method == "HEAD";
}

}  // namespace karbonetes::mock
