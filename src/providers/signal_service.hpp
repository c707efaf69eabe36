// Adapter to `karbonetes-signal` (GET /v1/signal): long-polls with If-None-Match and "Prefer:
// wait=25" (RFC 7240), so that a change arrives at once and an idle service costs nothing.
// Unreachable: jittered back-off 0.5 s -> 30 s (or Retry-After), the last signal is kept and ages
// (Stale after 90 s, Unknown after 300 s unless configured); ages are counted from when the source
// was last heard, a 304 included. Malformed, huge or hostile answers are errors, never crashes.
// Counts karbonetes_signal_fetch_total{source,result}; result is ok, not_modified or an error's
// name.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "http/client.hpp"
#include "metrics/registry.hpp"
#include "providers/provider.hpp"

namespace karbonetes::providers {

struct SignalServiceOptions {
  http::Url url;     // http(s)://host:port, a path before /v1/signal is kept
  std::string zone;  // sent as ?zone=; an answer for another zone is refused; may be empty
  http::TlsOptions tls;
  std::optional<http::Proxy> proxy = std::nullopt;
  std::string name;  // what the signal calls its source; empty: as the service calls itself
  std::optional<carbon::KindTag> kind;  // an answer of another kind is refused; absent: any
  Millis stale_after = std::chrono::seconds(90);
  Millis unknown_after = std::chrono::seconds(300);
  Millis first_retry = Millis(500);
  Millis longest_retry = std::chrono::seconds(30);
};

// Errors: InvalidArgument (unreadable PEM, a URL with a query). `clock` and `metrics` must outlive
// the provider.
[[nodiscard]] Result<std::unique_ptr<Provider>> make_signal_service(SignalServiceOptions options,
                                                                    const Clock& clock,
                                                                    metrics::Registry& metrics);

// One plain request, without waiting for a change: what a probe does.
[[nodiscard]] http::Request signal_request(const std::string& zone);

// An answer's status other than 200 as an error.
[[nodiscard]] Error signal_status_error(const http::Response& response, TimePoint now);

// Refuses what was not asked for: another zone (`zone` empty: any), another kind (absent: any).
// Errors: Invalid.
[[nodiscard]] Status check_signal(const carbon::Signal& signal, const std::string& zone,
                                  std::optional<carbon::KindTag> kind);

// The answer's body -> Signal (observed_at, stale_after and unknown_after are left to the caller).
// Windows come out sorted and disjoint, forecast points sorted without duplicates (the first of an
// instant holds); null points are left out. Errors: Parse, naming the field: not JSON, wrong types,
// a negative or absurd intensity, a unit other than gCO2eq/kWh, an interval that ends before it
// starts, more than 10,000 entries, more than 4 MiB. An
// optional "kind" (average | marginal) says which intensity it is; left out: average.
// An optional "observed", like the forecast, is what was measured before.
[[nodiscard]] Result<carbon::Signal> parse_signal(std::string_view text);

}  // namespace karbonetes::providers
