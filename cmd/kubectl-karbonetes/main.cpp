// kubectl-karbonetes: the command line, also as `kubectl karbonetes`. Wiring only; what is said is
// made in src/cli.
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include "base/text_file.hpp"
#include "cli/cluster.hpp"
#include "cli/explain.hpp"
#include "cli/status.hpp"
#include "cli/text.hpp"
#include "kube/client/client.hpp"
#include "providers/signal_service.hpp"

using namespace karbonetes;

namespace {

constexpr const char* kVersion = "kubectl-karbonetes " KARBONETES_VERSION;

struct Flags {
  std::string kubeconfig, context, ns, selector, output;
  std::string system_namespace = "karbonetes-system";
  std::string signal_url, signal_ca_file, job;
  bool all_namespaces = false, no_color = false, all = false;
};

int die(const std::string& message) {
  std::fprintf(stderr, "error: %s\n", cli::printable(message, 2000).c_str());
  return 1;
}

bool colours(const Flags& flags) {
  const char* no_color = std::getenv("NO_COLOR");  // https://no-color.org
  return !flags.no_color && (no_color == nullptr || *no_color == '\0') &&
         isatty(STDOUT_FILENO) == 1;
}

int print(const std::string& text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  return written && std::fflush(stdout) == 0 ? 0 : die("the output cannot be written");
}

// The signal service's answer, when its URL is given. Failing to reach it is a note, not an error.
std::optional<carbon::Signal> ask_signal(const Flags& flags, const Clock& clock,
                                         std::vector<std::string>& notes) {
  if (flags.signal_url.empty()) return std::nullopt;
  const auto ask = [&]() -> Result<carbon::Signal> {
    auto url = http::parse_url(flags.signal_url);
    if (!url) return fail(url.error());
    http::ClientOptions options;
    options.origin = *url;
    if (!flags.signal_ca_file.empty()) {
      auto pem = read_text_file(flags.signal_ca_file, 4u << 20);
      if (!pem) return fail(pem.error());
      options.tls.ca_pem = std::move(*pem);
    }
    auto client = http::Client::make(std::move(options));
    if (!client) return fail(client.error());
    http::Request request;
    request.target = "/v1/signal";
    http::CallOptions call;
    call.timeout = Seconds(5);
    call.max_body = 4u << 20;
    const auto response = (*client)->exchange(request, call, {});
    if (!response) return fail(response.error());
    if (response->status != 200) {
      return fail(Errc::Unavailable, "it answered " + std::to_string(response->status));
    }
    return providers::parse_signal(response->body);
  };
  auto signal = ask();
  if (!signal) {
    notes.push_back("the signal service cannot be asked: " + signal.error().message);
    return std::nullopt;
  }
  signal->observed_at = clock.now();
  return *signal;
}

int status(const Flags& flags, const std::string& ns, const cli::Fetch& fetch, const Clock& clock) {
  cli::StatusInput input;
  input.all = flags.all;
  input.system_namespace = flags.system_namespace;
  auto jobs = cli::list_jobs(fetch, ns, flags.selector);
  if (!jobs) return die(jobs.error().message);
  input.jobs = std::move(*jobs);
  const auto namespaces = ns.empty() ? std::vector<std::string>{}
                                     : std::vector<std::string>{ns, flags.system_namespace};
  input.policies = cli::list_policies(fetch, namespaces, input.notes);
  input.signal = ask_signal(flags, clock, input.notes);
  const auto report = cli::report(input, clock.now());
  return print(flags.output == "json"
                   ? cli::render_json(report)
                   : cli::render_text(report, {flags.output == "wide", colours(flags)}));
}

int explain(const Flags& flags, const std::string& ns, const cli::Fetch& fetch,
            const Clock& clock) {
  cli::ExplainInput input;
  input.system_namespace = flags.system_namespace;
  auto job = cli::get_job(fetch, ns, flags.job);
  if (!job) return die(job.error().message);
  input.job = std::move(*job);
  input.policies = cli::list_policies(fetch, {ns, flags.system_namespace}, input.notes);
  if (!input.job.facts.cronjob.empty()) {
    input.cron = cli::get_cronjob(fetch, ns, input.job.facts.cronjob, input.notes);
  }
  input.signal = ask_signal(flags, clock, input.notes);
  const auto explanation = cli::explain(input, clock.now());
  return print(flags.output == "json" ? cli::render_json(explanation)
                                      : cli::render_text(explanation, colours(flags)));
}

int run(const Flags& flags, bool is_status) {
  // Nothing but the answer goes to the terminal; what fails is in the error's sentence.
  spdlog::set_level(spdlog::level::off);
  std::signal(SIGPIPE, SIG_IGN);
  const SystemClock clock;
  metrics::Registry metrics;
  auto config = kube::load_config(flags.kubeconfig, flags.context, clock);
  if (!config) return die(config.error().message);
  const std::string ns = is_status && flags.all_namespaces ? std::string()
                         : flags.ns.empty()                ? config->default_namespace
                                                           : flags.ns;
  auto client = kube::Client::make(std::move(*config), kVersion, clock, metrics);
  if (!client) return die(client.error().message);
  const cli::Fetch fetch = [&](const std::string& path) { return (*client)->get(path); };
  return is_status ? status(flags, ns, fetch, clock) : explain(flags, ns, fetch, clock);
}

void common_options(CLI::App& app, Flags& flags) {
  app.add_option("--kubeconfig", flags.kubeconfig, "default: $KUBECONFIG, then ~/.kube/config");
  app.add_option("--context", flags.context, "context of the kubeconfig");
  app.add_option("-n,--namespace", flags.ns, "default: the context's namespace");
  app.add_option("--system-namespace", flags.system_namespace,
                 "where the cluster's default policy lives")
      ->capture_default_str();
  app.add_option("--signal-url", flags.signal_url,
                 "ask this karbonetes-signal service, too: http(s)://host:port")
      ->envname("KARBONETES_SIGNAL_URL");
  app.add_option("--signal-ca-file", flags.signal_ca_file,
                 "PEM that verifies an https --signal-url");
  app.add_flag("--no-color", flags.no_color,
               "no colours; they are used on a terminal only, and not with NO_COLOR");
}

}  // namespace

int main(int argc, char** argv) {
  Flags flags;
  CLI::App app{"What waits for greener electricity in this cluster, until when, and why"};
  app.set_version_flag("--version", kVersion);
  app.require_subcommand(1);
  app.fallthrough();
  common_options(app, flags);

  auto* status_command =
      app.add_subcommand("status", "Jobs that wait: since when, until when, why");
  auto* namespaces = status_command->add_flag("-A,--all-namespaces", flags.all_namespaces,
                                              "Jobs of all namespaces");
  namespaces->excludes(app.get_option("--namespace"));
  status_command->add_option("-l,--selector", flags.selector, "label selector of the Jobs");
  status_command->add_flag("--all", flags.all, "released and finished Jobs, too");
  status_command->add_option("-o,--output", flags.output, "json or wide")
      ->check(CLI::IsMember({"json", "wide"}));

  auto* explain_command = app.add_subcommand("explain", "everything that holds for one Job");
  explain_command->add_option("JOB", flags.job, "name of the Job")->required();
  explain_command->add_option("-o,--output", flags.output, "json")->check(CLI::IsMember({"json"}));

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 1;
  }
  return run(flags, status_command->parsed());
}
