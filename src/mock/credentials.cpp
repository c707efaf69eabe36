#include "mock/credentials.hpp"

#include <fmt/format.h>

#include <random>

#include "base/base64.hpp"

namespace karbonetes::mock {

namespace {

constexpr std::string_view kBearer = "Bearer ";
constexpr std::string_view kBasic = "Basic ";

std::optional<std::string_view> after(std::string_view scheme,
                                      std::optional<std::string_view> header) {
  if (!header || !header->starts_with(scheme)) return std::nullopt;
  return header->substr(scheme.size());
}

std::string new_token() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

}  // namespace

bool equal_in_constant_time(std::string_view given, std::string_view secret) {
  unsigned difference = given.size() == secret.size() ? 0 : 1;
  if (secret.empty()) return difference == 0;
  for (std::size_t i = 0; i < given.size(); ++i) {
    difference |= static_cast<unsigned char>(given[i]) ^
                  static_cast<unsigned char>(secret[i % secret.size()]);
  }
  return difference == 0;
}

bool Credentials::token_ok(std::optional<std::string_view> token) const {
  return options_.token.empty() || (token && equal_in_constant_time(*token, options_.token));
}

bool Credentials::bearer_token_ok(std::optional<std::string_view> authorization) const {
  return token_ok(after(kBearer, authorization));
}

std::optional<std::string> Credentials::log_in(std::optional<std::string_view> authorization,
                                               TimePoint now) {
  if (!options_.login.empty()) {
    const auto encoded = after(kBasic, authorization);
    const auto login = encoded ? base64_decode(*encoded) : std::nullopt;
    if (!login || !equal_in_constant_time(*login, options_.login)) return std::nullopt;
  }
  if (sessions_.size() >= kMaxTokens) sessions_.erase(sessions_.begin());
  sessions_.push_back({new_token(), now + kTokenLife});
  return sessions_.back().token;
}

bool Credentials::session_ok(std::optional<std::string_view> authorization, TimePoint now) const {
  if (options_.login.empty()) return true;
  const auto token = after(kBearer, authorization);
  if (!token) return false;
  bool found = false;
  for (const Session& session : sessions_) {
    found |= equal_in_constant_time(*token, session.token) && now < session.until;
  }
  return found;
}

}  // namespace karbonetes::mock
