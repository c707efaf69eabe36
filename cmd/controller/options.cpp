#include "options.hpp"

#include <CLI/CLI.hpp>

namespace karbonetes::cmd {

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
  app.add_option("--metrics-listen", o.metrics_listen,
                 "HOST:PORT of /metrics, /healthz and /readyz")
      ->capture_default_str()
      ->envname("KARBONETES_METRICS_LISTEN");
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
  app.add_option("--signal-url", o.signal_url,
                 "http(s)://HOST:PORT of karbonetes-signal; default: static windows")
      ->envname("KARBONETES_SIGNAL_URL");
  app.add_option("--signal-zone", o.signal_zone, "Zone to ask it for")
      ->envname("KARBONETES_SIGNAL_ZONE");
  app.add_option("--signal-ca-file", o.signal_ca_file, "CA that signed its certificate, PEM")
      ->envname("KARBONETES_SIGNAL_CA_FILE");
  app.add_option("--windows-file", o.windows_file,
                 "Static green windows, YAML; default: every day 22:00-06:00 UTC")
      ->envname("KARBONETES_WINDOWS_FILE");
  app.add_option("--log-format", o.log_format, "json | text")
      ->capture_default_str()
      ->check(CLI::IsMember({"json", "text"}))
      ->envname("KARBONETES_LOG_FORMAT");
  app.add_option("--log-level", o.log_level, "debug | info | warn | error")
      ->capture_default_str()
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}))
      ->envname("KARBONETES_LOG_LEVEL");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return {std::nullopt, app.exit(e)};
  }
  return {std::move(o), 0};
}

}  // namespace karbonetes::cmd
