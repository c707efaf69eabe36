// Who may ask, where flags demand it: a token (Electricity Maps' auth-token, a Bearer elsewhere)
// and a login for WattTime that gives tokens of 30 minutes. Secrets are compared in a time that
// does not tell how much of them was right, and are never part of an answer. Not thread-safe; owned
// by mock::Service.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace karbonetes::mock {

struct CredentialOptions {
  std::string token;  // empty: no token is asked for
  std::string login;  // "user:password"; empty: everybody may log in, no Bearer is checked
};

[[nodiscard]] bool equal_in_constant_time(std::string_view given, std::string_view secret);

class Credentials {
 public:
  static constexpr Millis kTokenLife = std::chrono::minutes(30);
  static constexpr std::size_t kMaxTokens = 1'000;  // the oldest goes

  explicit Credentials(CredentialOptions options) : options_(std::move(options)) {}

  // A header's value, absent when there is none.
  [[nodiscard]] bool token_ok(std::optional<std::string_view> token) const;
  // "Bearer ..." with the flag's token.
  [[nodiscard]] bool bearer_token_ok(std::optional<std::string_view> authorization) const;

  // "Basic ..." -> a new token; nullopt: refused.
  [[nodiscard]] std::optional<std::string> log_in(std::optional<std::string_view> authorization,
                                                  TimePoint now);
  // "Bearer ..." with a token of log_in() that is not older than kTokenLife.
  [[nodiscard]] bool session_ok(std::optional<std::string_view> authorization, TimePoint now) const;

 private:
  struct Session {
    std::string token;
    TimePoint until;
  };
  CredentialOptions options_;
  std::vector<Session> sessions_;
};

}  // namespace karbonetes::mock
