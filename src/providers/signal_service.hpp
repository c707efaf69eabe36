// Adapter to `karbonetes-signal` (GET /v1/signal): long-polls with If-None-Match and "Prefer: wait=25", so that a change
// arrives at once and an idle service costs nothing. Unreachable: jittered back-off 0.5 s -> 30 s, the last signal is kept and
// ages (Stale after 90 s, Unknown after 300 s unless configured). Malformed, huge or hostile answers are errors, never crashes.
#pragma once

#include <memory>

#include "base/clock.hpp"
#include "http/client.hpp"
#include "metrics/registry.hpp"
#include "providers/provider.hpp"

namespace karbonetes::providers {

struct SignalServiceOptions {
  http::Url url;                 // http(s)://host:port
  std::string zone;              // sent as ?zone=; may be empty
  http::TlsOptions tls;
  Millis stale_after = std::chrono::seconds(90);
  Millis unknown_after = std::chrono::seconds(300);
};

[[nodiscard]] Result<std::unique_ptr<Provider>> make_signal_service(SignalServiceOptions options, const Clock& clock,
                                                                    metrics::Registry& metrics);

// The answer's body -> Signal (observed_at, stale_after and unknown_after are left to the caller). Errors: Parse, naming the field.
[[nodiscard]] Result<carbon::Signal> parse_signal(std::string_view json);

}  // namespace karbonetes::providers
