// What both sources of the webhook's certificate count. Thread-safe.
#pragma once

#include <string>

#include "certs/inspect.hpp"
#include "metrics/registry.hpp"

namespace karbonetes::controller {

class CertificateMetrics {
 public:
  explicit CertificateMetrics(metrics::Registry& registry)
      : registry_(registry),
        expiry_(registry.gauge("karbonetes_webhook_certificate_expiry_timestamp_seconds",
                               "When the webhook's serving certificate ends, Unix time", {})),
        renewals_(registry.counter("karbonetes_webhook_certificate_renewals_total",
                                   "Serving certificates taken into use", {})) {}

  void serving(const certs::Certificate& certificate) {
    expiry_.set(std::chrono::duration<double>(certificate.not_after.time_since_epoch()).count());
    renewals_.increment();
  }
  // what: "read", "write", "trust", "issue", "files", "serve".
  void error(const char* what) {
    registry_
        .counter("karbonetes_webhook_certificate_errors_total",
                 "Failures to keep the webhook's certificate, by what failed", {{"what", what}})
        .increment();
  }

 private:
  metrics::Registry& registry_;
  metrics::Gauge expiry_;
  metrics::Counter renewals_;
};

}  // namespace karbonetes::controller
