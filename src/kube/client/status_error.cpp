#include "kube/client/status_error.hpp"

#include <algorithm>

#include "json/document.hpp"

namespace karbonetes::kube {

namespace {

constexpr std::size_t kMaxMessage = 1024;
constexpr std::int64_t kMaxRetryAfterSeconds = 3600;

struct StatusBody {
  std::string message;
  std::string reason;
  bool about_fields = false;  // details.causes: a validation error, not a patch that did not fit
  std::optional<Millis> retry_after;
};

std::string text_of(const json::Document& object, const char* key) {
  const auto it = object.find(key);
  return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}

StatusBody read_body(const std::string& body) {
  StatusBody out;
  const auto document = json::parse(body);
  if (!document || !document->is_object()) {  // a proxy's page, or plain text
    out.message = body;
    return out;
  }
  out.message = text_of(*document, "message");
  out.reason = text_of(*document, "reason");
  const auto details = document->find("details");
  if (details == document->end() || !details->is_object()) return out;
  const auto causes = details->find("causes");
  out.about_fields = causes != details->end() && causes->is_array() && !causes->empty();
  const auto seconds = details->find("retryAfterSeconds");
  if (seconds != details->end() && seconds->is_number_integer()) {
    const auto value = seconds->get<std::int64_t>();
    if (value > 0) out.retry_after = Seconds(std::min(value, kMaxRetryAfterSeconds));
  }
  return out;
}

std::string shown(std::string text) {
  if (text.size() > kMaxMessage) {
    text.resize(kMaxMessage);
    text += "...";
  }
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return text;
}

// A JSON Patch that cannot be applied is a 422 whose words depend on the version: the API server
// replaces the patch library's "testing value /x failed: test failed" by this general sentence
// (apimachinery, NewGenericServerResponse).
bool patch_did_not_fit(const StatusBody& status) {
  if (status.about_fields) return false;
  return status.message.find("testing value") != std::string::npos ||
         status.message.find("test failed") != std::string::npos ||
         status.message.find("test operation") != std::string::npos ||
         status.message.starts_with(
             "the server rejected our request due to an error in our request");
}

Errc code_for(int http_status, const StatusBody& status, bool tested_patch) {
  switch (http_status) {
    case 401:
      return Errc::Unauthorized;
    case 403:
      return Errc::Forbidden;
    case 404:
      return Errc::NotFound;
    case 408:
      return Errc::Timeout;
    case 409:
      return status.reason == "AlreadyExists" ? Errc::AlreadyExists : Errc::Conflict;
    case 410:
      return Errc::Gone;
    case 422:
      return tested_patch && patch_did_not_fit(status) ? Errc::Conflict : Errc::Invalid;
    case 429:
      return Errc::TooManyRequests;
    default:
      return http_status >= 500 ? Errc::Unavailable : Errc::Invalid;
  }
}

}  // namespace

Error status_error(const http::Response& response, std::string_view what, bool tested_patch,
                   TimePoint now) {
  const StatusBody status = read_body(response.body);
  Error error;
  error.code = code_for(response.status, status, tested_patch);
  error.message = std::string(what) + ": HTTP " + std::to_string(response.status);
  if (!status.message.empty()) error.message += ": " + shown(status.message);
  const auto now_seconds = std::chrono::floor<Seconds>(now).time_since_epoch().count();
  error.retry_after = http::retry_after(response, now_seconds);
  if (!error.retry_after) error.retry_after = status.retry_after;
  return error;
}

bool has_test_operation(std::string_view json_patch) {
  const auto document = json::parse(json_patch);
  if (!document || !document->is_array()) return false;
  return std::ranges::any_of(*document, [](const json::Document& operation) {
    return operation.is_object() && text_of(operation, "op") == "test";
  });
}

}  // namespace karbonetes::kube
