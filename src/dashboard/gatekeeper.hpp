// Who may read the dashboard. It serves one person on one machine, with that person's rights in the
// cluster, so nobody else may ask: not another user of the machine (a secret in the address, then a
// cookie), not a page of another site whose name was made to point here (the Host must be ours),
// not a page of another site that sends the browser here (Sec-Fetch-Site). Thread-safe.
//
// Two addresses open the door: the one that is printed holds the token, which is good for as long
// as the program runs; the one that the browser is started with holds a ticket, which is good once,
// since other users can read a command line.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "http/types.hpp"

namespace karbonetes::dashboard {

enum class Verdict {
  Allowed,
  Admitted,  // by its address: it gets the cookie
  WrongHost,
  WrongMethod,
  CrossSite,
  NoSecret,
};

class Gatekeeper {
 public:
  Gatekeeper(std::string token, std::string ticket, std::uint16_t port)
      : token_(std::move(token)), ticket_(std::move(ticket)), port_(port) {}

  [[nodiscard]] Verdict check(const http::Request& request);
  // The value of Set-Cookie for one that was admitted.
  [[nodiscard]] std::string cookie() const;

 private:
  [[nodiscard]] bool is_our_host(std::string_view host) const;
  [[nodiscard]] bool knows_cookie(const http::Request& request) const;
  [[nodiscard]] std::string cookie_name() const;
  [[nodiscard]] bool take_ticket(std::string_view guess);

  const std::string token_;
  std::mutex mutex_;
  std::string ticket_;  // empty: used
  const std::uint16_t port_;
};

// 127.0.0.0/8 or ::1, as text; "localhost" stands for 127.0.0.1. Errors: InvalidArgument.
[[nodiscard]] Result<std::string> loopback_address(std::string_view host);

}  // namespace karbonetes::dashboard
