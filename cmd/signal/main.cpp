// karbonetes-signal: the mock carbon signal service, which also speaks the providers' shapes.
// Wiring only: flags, configuration, server, SIGTERM.
#include <pthread.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <iostream>

#include "base/text_file.hpp"
#include "http/listen.hpp"
#include "logging/logging.hpp"
#include "metrics/process.hpp"
#include "mock/service.hpp"

using namespace karbonetes;

namespace {

constexpr Millis kGrace = std::chrono::seconds(5);
constexpr std::size_t kMaxPem = 4u << 20;

struct Flags {
  std::string config, listen = "127.0.0.1:8081", port_file, certificate, key, log_format = "text";
  std::string trace, trace_start = "now", trace_origin;
  mock::TimelineOptions timeline;
  mock::CredentialOptions credentials;
};

int die(const std::string& message) {
  std::fprintf(stderr, "karbonetes-signal: %s\n", message.c_str());
  return 1;
}

Result<std::optional<http::ServerTls>> tls_of(const Flags& flags) {
  if (flags.certificate.empty() && flags.key.empty()) return std::nullopt;
  if (flags.certificate.empty() || flags.key.empty()) {
    return fail(Errc::InvalidArgument, "--tls-cert-file and --tls-key-file go together");
  }
  auto certificate = read_text_file(flags.certificate, kMaxPem);
  if (!certificate) return fail(certificate.error());
  auto key = read_text_file(flags.key, kMaxPem);
  if (!key) return fail(key.error());
  http::ServerTls tls;
  tls.certificate_pem = std::move(*certificate);
  tls.private_key_pem = std::move(*key);
  return tls;
}

Result<std::optional<mock::Timeline>> timeline_of(const Flags& flags, TimePoint start) {
  if (flags.trace.empty()) return std::nullopt;
  auto trace = mock::load_trace(flags.trace);
  if (!trace) return fail(trace.error().code, "--trace: " + trace.error().message);
  mock::TimelineOptions options = flags.timeline;
  options.start =
      flags.trace_start == "recorded" ? mock::TraceStart::Recorded : mock::TraceStart::Now;
  auto timeline = mock::Timeline::make(std::move(*trace), options, start);
  if (!timeline) return fail(timeline.error());
  return std::optional(std::move(*timeline));
}

// Blocked before any thread starts, so that only main takes them.
sigset_t block_stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return set;
}

int serve(const Flags& flags) {
  set_up_logging(flags.log_format, "info");
  const auto address = http::parse_listen(flags.listen);
  if (!address) return die("--listen: " + address.error().message);
  providers::WindowsFile config = providers::default_windows();
  if (!flags.config.empty()) {
    auto loaded = providers::load_windows(flags.config);
    if (!loaded) return die("--config: " + loaded.error().message);
    config = std::move(*loaded);
  }
  auto tls = tls_of(flags);
  if (!tls) return die(tls.error().message);
  const SystemClock clock;
  TimePoint origin = clock.now();
  if (!flags.trace_origin.empty()) {
    const auto given = parse_rfc3339(flags.trace_origin);
    if (!given) return die("--trace-origin: " + given.error().message);
    origin = *given;
  }
  auto timeline = timeline_of(flags, origin);
  if (!timeline) return die(timeline.error().message);
  if (!flags.credentials.login.empty() && flags.credentials.login.find(':') == std::string::npos) {
    return die("--require-login: write user:password");
  }
  const sigset_t stop_signals = block_stop_signals();

  metrics::Registry metrics;
  metrics::expose_process(metrics);
  mock::Service service({std::move(config), std::move(*timeline), flags.credentials}, clock,
                        metrics);
  http::ServerOptions options;
  options.address = address->host;
  options.port = address->port;
  options.tls = std::move(*tls);
  options.max_body = 64u << 10;
  auto server =
      http::Server::start(std::move(options), [&](http::Request&& request, http::Reply reply) {
        service.handle(std::move(request), std::move(reply));
      });
  if (!server) return die(flags.listen + ": " + server.error().message);

  const std::uint16_t port = (*server)->port();
  const std::string scheme = flags.certificate.empty() ? "http" : "https";
  spdlog::info("serving the carbon signal on {}://{}", scheme,
               http::format_listen({address->host, port}));
  if (!flags.port_file.empty()) {
    if (auto ok = http::write_port_file(flags.port_file, port); !ok) {
      return die("--port-file: " + ok.error().message);
    }
  }

  int received = 0;
  sigwait(&stop_signals, &received);
  spdlog::info("stopping");
  service.stop();
  (*server)->stop(kGrace);
  return 0;
}

void add_trace_flags(CLI::App& app, Flags& flags) {
  auto* trace =
      app.add_option("--trace", flags.trace,
                     "CSV with time,intensity[,kind]: what the grid emits, instead of windows");
  app.add_option("--trace-start", flags.trace_start,
                 "now: its first instant is the start of this program; recorded: instants are as "
                 "they were recorded")
      ->check(CLI::IsMember({"now", "recorded"}))
      ->capture_default_str()
      ->needs(trace);
  app.add_option("--trace-origin", flags.trace_origin,
                 "RFC 3339: counts as the start of this program, so that several serve one trace")
      ->needs(trace);
  app.add_option("--trace-speed", flags.timeline.speed,
                 "how much faster than real time it runs; 360 makes a day four minutes long")
      ->capture_default_str()
      ->needs(trace);
  app.add_flag("--trace-loop", flags.timeline.loop, "start over at its end")->needs(trace);
  app.add_option("--forecast-error", flags.timeline.forecast_error,
                 "relative error of a forecast far ahead, 0 to 1; 0.1 is ten percent")
      ->capture_default_str()
      ->needs(trace);
  app.add_option("--seed", flags.timeline.seed, "of the forecast's error")
      ->capture_default_str()
      ->needs(trace);
}

}  // namespace

int main(int argc, char** argv) {
  Flags flags;
  CLI::App app{
      "karbonetes-signal: a carbon signal service with green windows that can be switched by hand, "
      "or with a recorded trace. It also speaks the shapes of /electricity-maps, /watttime, /gb, "
      "/energy-charts, /carbon-aware-sdk and /prometheus, and has bad days on request "
      "(/v1/faults)"};
  app.set_version_flag("--version", std::string("karbonetes-signal ") + KARBONETES_VERSION);
  app.add_option(
      "--config", flags.config,
      "YAML with zone, timeZone, windows and intensity; default: green 22:00-06:00 UTC every day");
  app.add_option("--listen", flags.listen, "HOST:PORT; port 0 takes a free one")
      ->capture_default_str();
  app.add_option("--port-file", flags.port_file, "write the port here once the service answers");
  app.add_option("--tls-cert-file", flags.certificate,
                 "PEM certificate with its chain: serve HTTPS");
  app.add_option("--tls-key-file", flags.key, "PEM private key of the certificate");
  add_trace_flags(app, flags);
  app.add_option("--require-token", flags.credentials.token,
                 "token that /electricity-maps (auth-token) and /prometheus (Bearer) ask for");
  app.add_option("--require-login", flags.credentials.login,
                 "user:password that /watttime/login asks for");
  app.add_option("--log-format", flags.log_format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  return serve(flags);
}
