// The controller's command line. Every flag can also come from the environment as
// KARBONETES_<FLAG>.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace karbonetes::cmd {

struct Options {
  // The subcommand release-all: hand every Job that waits back to Kubernetes, then end. Before an
  // uninstall.
  bool release_all = false;
  std::string kubeconfig, context;
  std::string system_namespace = "karbonetes-system";
  std::string webhook_listen = "0.0.0.0:9443";
  // The serving certificate of the webhook comes from files, which are read again when they change,
  // or is made and kept in a Secret of the system namespace; with neither no webhook is served.
  std::string tls_cert_file, tls_key_file;
  std::string tls_secret;
  std::vector<std::string> tls_names;  // DNS names and IP addresses in a certificate we make
  std::string webhook_configuration = "karbonetes";  // MutatingWebhookConfiguration: its caBundle
  Millis tls_validity = std::chrono::hours(24 * 90),
         tls_ca_validity = std::chrono::hours(24 * 3650);
  std::string metrics_listen = "0.0.0.0:8080";
  bool metrics_auth = false;
  bool leader_elect = true;
  std::string lease_name = "karbonetes-controller";
  std::string identity;  // empty: host name and a random suffix
  int concurrent_reconciles = 16;
  std::string signal_config;
  std::string signal_url, signal_zone, signal_ca_file, windows_file;
  int release_per_minute = 1200, release_burst = 200, release_vcpu_per_minute = 0;  // 0: no limit
  std::string energy_provider = "gcp";
  double energy_pue = 0;  // 0: the provider's
  double energy_utilisation = 0.5;
  std::string energy_gpu = "T4";
  std::string kepler_url;
  int ledger_retention_days = 400;
  std::string log_format = "json";
  std::string log_level = "info";
};

// Options, or the exit code when there is nothing to run (--help, --version, an error that was
// printed).
struct Parsed {
  std::optional<Options> options;
  int exit_code = 0;
};
[[nodiscard]] Parsed parse_options(int argc, char** argv, const std::string& version);

}  // namespace karbonetes::cmd
