#include "options.hpp"

#include <CLI/CLI.hpp>

namespace karbonetes::cmd {

constexpr Millis kShortestValidity = std::chrono::seconds(10);
constexpr Millis kLongestValidity = std::chrono::hours(24 * 36500);

namespace {

// "90d", "12h", "20s": as everywhere in Karbonetes.
CLI::Option* duration_option(CLI::App& app, const std::string& name, Millis& value,
                             const std::string& description) {
  return app
      .add_option_function<std::string>(
          name,
          [&value, name](const std::string& text) {
            const auto parsed = parse_duration(text);
            if (!parsed) throw CLI::ValidationError(name, parsed.error().message);
            if (*parsed < kShortestValidity || *parsed > kLongestValidity)
              throw CLI::ValidationError(name, "write 10s to 36500d");
            value = *parsed;
          },
          description)
      ->default_str(format_duration(value))
      ->type_name("DURATION");
}

}  // namespace

Parsed parse_options(int argc, char** argv, const std::string& version) {
  Options o;
  CLI::App app{
      "Karbonetes controller: holds opted-in Jobs until electricity is green or their deadline has "
      "come"};
  app.set_version_flag("--version", version);
  app.add_option("--kubeconfig", o.kubeconfig,
                 "Kubeconfig file; default: in-cluster, then $KUBECONFIG, then ~/.kube/config");
  app.add_option("--context", o.context, "Kubeconfig context");
  app.add_option("--system-namespace", o.system_namespace,
                 "Namespace of the lease and of the cluster-wide policy `default`")
      ->capture_default_str()
      ->envname("KARBONETES_SYSTEM_NAMESPACE");
  app.add_option("--webhook-listen", o.webhook_listen, "HOST:PORT of the admission webhook")
      ->capture_default_str()
      ->envname("KARBONETES_WEBHOOK_LISTEN");
  auto* cert = app.add_option("--tls-cert-file", o.tls_cert_file,
                              "Serving certificate of the webhook, PEM, with its chain")
                   ->envname("KARBONETES_TLS_CERT_FILE");
  auto* key = app.add_option("--tls-key-file", o.tls_key_file, "Its private key, PEM")
                  ->envname("KARBONETES_TLS_KEY_FILE");
  cert->needs(key);
  key->needs(cert);
  app.add_option("--tls-secret", o.tls_secret,
                 "Secret in the system namespace in which a CA and a serving certificate are made, "
                 "kept and renewed; instead of the two files")
      ->excludes(cert)
      ->envname("KARBONETES_TLS_SECRET");
  app.add_option("--tls-names", o.tls_names,
                 "DNS names and IP addresses of the webhook in that certificate, with commas")
      ->delimiter(',')
      ->envname("KARBONETES_TLS_NAMES");
  duration_option(app, "--tls-validity", o.tls_validity,
                  "How long that certificate is valid; it is renewed after two thirds")
      ->envname("KARBONETES_TLS_VALIDITY");
  duration_option(app, "--tls-ca-validity", o.tls_ca_validity, "The same of its CA")
      ->envname("KARBONETES_TLS_CA_VALIDITY");
  app.add_option("--webhook-configuration", o.webhook_configuration,
                 "MutatingWebhookConfiguration that trusts that CA")
      ->capture_default_str()
      ->envname("KARBONETES_WEBHOOK_CONFIGURATION");
  app.add_option("--metrics-listen", o.metrics_listen,
                 "HOST:PORT of /metrics, /healthz and /readyz")
      ->capture_default_str()
      ->envname("KARBONETES_METRICS_LISTEN");
  app.add_flag(
         "--metrics-auth", o.metrics_auth,
         "Serve /metrics over TLS at --webhook-listen instead, to ServiceAccounts that may get "
         "the URL /metrics")
      ->envname("KARBONETES_METRICS_AUTH");
  app.add_flag("--leader-elect,!--no-leader-elect", o.leader_elect,
               "Only the holder of the lease releases Jobs")
      ->envname("KARBONETES_LEADER_ELECT");
  app.add_option("--lease-name", o.lease_name, "Name of the lease in the system namespace")
      ->capture_default_str();
  app.add_option("--identity", o.identity,
                 "Name of this replica in the lease; default: host name and a random suffix");
  app.add_option("--concurrent-reconciles", o.concurrent_reconciles, "Jobs patched at once")
      ->capture_default_str()
      ->check(CLI::Range(1, 256))
      ->envname("KARBONETES_CONCURRENT_RECONCILES");
  auto* sources =
      app.add_option("--signal-config", o.signal_config,
                     "Carbon sources, YAML: see docs/signals.md; replaces the four flags below")
          ->envname("KARBONETES_SIGNAL_CONFIG");
  auto* url = app.add_option("--signal-url", o.signal_url,
                             "http(s)://HOST:PORT of karbonetes-signal; default: static windows")
                  ->envname("KARBONETES_SIGNAL_URL");
  url->excludes(sources);
  app.add_option("--signal-zone", o.signal_zone, "Zone to ask it for")
      ->envname("KARBONETES_SIGNAL_ZONE");
  app.add_option("--signal-ca-file", o.signal_ca_file, "CA that signed its certificate, PEM")
      ->envname("KARBONETES_SIGNAL_CA_FILE");
  auto* windows = app.add_option("--windows-file", o.windows_file,
                                 "Static green windows, YAML; default: every day 22:00-06:00 UTC")
                      ->envname("KARBONETES_WINDOWS_FILE");
  windows->excludes(sources);
  app.add_option("--release-per-minute", o.release_per_minute,
                 "Jobs released from waiting per minute, in the whole cluster; 0: no limit")
      ->capture_default_str()
      ->check(CLI::Range(0, 1'000'000))
      ->envname("KARBONETES_RELEASE_PER_MINUTE");
  app.add_option("--release-burst", o.release_burst, "Jobs that may go at once")
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000'000))
      ->envname("KARBONETES_RELEASE_BURST");
  app.add_option("--release-vcpu-per-minute", o.release_vcpu_per_minute,
                 "vCPU that released Jobs request, per minute; 0: no limit")
      ->capture_default_str()
      ->check(CLI::Range(0, 100'000'000))
      ->envname("KARBONETES_RELEASE_VCPU_PER_MINUTE");
  app.add_option("--energy-provider", o.energy_provider,
                 "aws | gcp | azure: whose servers the energy model describes")
      ->capture_default_str()
      ->check(CLI::IsMember({"aws", "gcp", "azure"}))
      ->envname("KARBONETES_ENERGY_PROVIDER");
  app.add_option("--energy-pue", o.energy_pue,
                 "Power usage effectiveness; default: the provider's average")
      ->check(CLI::Range(1.0, 10.0))
      ->envname("KARBONETES_ENERGY_PUE");
  app.add_option("--energy-utilisation", o.energy_utilisation,
                 "Utilisation of requested CPUs, 0 to 1")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1.0))
      ->envname("KARBONETES_ENERGY_UTILISATION");
  app.add_option("--energy-gpu", o.energy_gpu, "Model of GPUs whose model is not known, e.g. A100")
      ->capture_default_str()
      ->envname("KARBONETES_ENERGY_GPU");
  app.add_option("--kepler-url", o.kepler_url,
                 "Prometheus with Kepler's metrics: measured joules replace the model")
      ->envname("KARBONETES_KEPLER_URL");
  app.add_option("--ledger-retention-days", o.ledger_retention_days,
                 "Days for which the ledger's daily books are kept")
      ->capture_default_str()
      ->check(CLI::Range(1, 3650))
      ->envname("KARBONETES_LEDGER_RETENTION_DAYS");
  app.add_option("--log-format", o.log_format, "json | text")
      ->capture_default_str()
      ->check(CLI::IsMember({"json", "text"}))
      ->envname("KARBONETES_LOG_FORMAT");
  app.add_option("--log-level", o.log_level, "debug | info | warn | error")
      ->capture_default_str()
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}))
      ->envname("KARBONETES_LOG_LEVEL");
  app.fallthrough();
  app.add_subcommand("release-all",
                     "Release every Job that waits, at once, and end: before an uninstall")
      ->callback([&o] { o.release_all = true; });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return {std::nullopt, app.exit(e)};
  }
  return {std::move(o), 0};
}

}  // namespace karbonetes::cmd
