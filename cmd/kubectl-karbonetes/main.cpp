// kubectl-karbonetes: the command line, also as `kubectl karbonetes`. Wiring only; what is said is
// made in src/cli.
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>

#include "cli/text.hpp"
#include "commands.hpp"
#include "kube/client/client.hpp"

namespace karbonetes::cmd {

int die(const std::string& message) {
  std::fprintf(stderr, "error: %s\n", cli::printable(message, 2000).c_str());
  return 1;
}

int print(const std::string& text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  return written && std::fflush(stdout) == 0 ? 0 : die("the output cannot be written");
}

bool colours(const Flags& flags) {
  const char* no_color = std::getenv("NO_COLOR");  // https://no-color.org
  return !flags.no_color && (no_color == nullptr || *no_color == '\0') &&
         isatty(STDOUT_FILENO) == 1;
}

namespace {

constexpr const char* kVersion = "kubectl-karbonetes " KARBONETES_VERSION;

int with_cluster(const Flags& flags, const std::function<int(const Context&)>& command) {
  const SystemClock clock;
  metrics::Registry metrics;
  auto config = kube::load_config(flags.kubeconfig, flags.context, clock);
  if (!config) return die(config.error().message);
  const std::string ns = flags.all_namespaces ? std::string()
                         : flags.ns.empty()   ? config->default_namespace
                                              : flags.ns;
  auto client = kube::Client::make(std::move(*config), kVersion, clock, metrics);
  if (!client) return die(client.error().message);
  const cli::Fetch fetch = [&](const std::string& path) { return (*client)->get(path); };
  return command({flags, ns, **client, fetch, clock});
}

void common_options(CLI::App& app, Flags& flags) {
  app.add_option("--kubeconfig", flags.kubeconfig, "default: $KUBECONFIG, then ~/.kube/config");
  app.add_option("--context", flags.context, "context of the kubeconfig");
  app.add_option("-n,--namespace", flags.ns, "default: the context's namespace");
  app.add_option("--system-namespace", flags.system_namespace, "the controller's namespace")
      ->capture_default_str();
  app.add_option("--signal-url", flags.signal_url,
                 "ask this karbonetes-signal service instead of what the controller has published: "
                 "http(s)://host:port")
      ->envname("KARBONETES_SIGNAL_URL");
  app.add_option("--signal-ca-file", flags.signal_ca_file,
                 "PEM that verifies an https --signal-url");
  app.add_flag("--no-color", flags.no_color,
               "no colours; they are used on a terminal only, and not with NO_COLOR");
}

void output_option(CLI::App& command, Flags& flags, std::vector<std::string> forms) {
  command.add_option("-o,--output", flags.output)->check(CLI::IsMember(std::move(forms)));
}

}  // namespace

}  // namespace karbonetes::cmd

int main(int argc, char** argv) {
  using namespace karbonetes;  // NOLINT(google-build-using-namespace): the one place that wires
  using namespace karbonetes::cmd;  // NOLINT(google-build-using-namespace)
  Flags flags;
  CLI::App app{
      "Karbonetes: what waits for cleaner electricity in this cluster, until when, why, and what "
      "it "
      "saved"};
  app.set_version_flag("--version", kVersion);
  app.require_subcommand(1);
  app.fallthrough();
  common_options(app, flags);
  std::function<int()> run;
  const auto clustered = [&](int (*command)(const Context&)) {
    return [&run, &flags, command] {
      run = [&flags, command] { return with_cluster(flags, command); };
    };
  };
  const auto all_namespaces = [&](CLI::App* command, const char* what) {
    command->add_flag("-A,--all-namespaces", flags.all_namespaces, what)
        ->excludes(app.get_option("--namespace"));
  };

  auto* status_command =
      app.add_subcommand("status", "Jobs that wait: since when, until when, why");
  all_namespaces(status_command, "Jobs of all namespaces");
  status_command->add_option("-l,--selector", flags.selector, "label selector of the Jobs");
  status_command->add_flag("--all", flags.all, "released and finished Jobs, too");
  output_option(*status_command, flags, {"json", "wide"});
  status_command->callback(clustered(status));

  auto* explain_command = app.add_subcommand("explain", "everything that holds for one Job");
  explain_command->add_option("JOB", flags.jobs, "name of the Job")->required()->expected(1);
  output_option(*explain_command, flags, {"json"});
  explain_command->callback(clustered(explain));

  auto* run_now_command = app.add_subcommand("run-now", "release waiting Jobs at once");
  run_now_command->add_option("JOB", flags.jobs, "names of Jobs")->required();
  run_now_command->callback(clustered(cmd::run_now));

  auto* signal_command = app.add_subcommand(
      "signal", "the carbon sources: value now, forecast, age, next green window");
  signal_command->add_option("SOURCE", flags.source, "this source alone");
  signal_command
      ->add_flag("--probe", flags.probe,
                 "ask the sources of --signal-config from here, now, and say what is wrong")
      ->needs(signal_command
                  ->add_option("--signal-config", flags.signal_config,
                               "the controller's source configuration, YAML")
                  ->check(CLI::ExistingFile));
  output_option(*signal_command, flags, {"json"});
  signal_command->callback([&] {
    if (flags.probe) {
      run = [&flags] { return probe(flags, SystemClock()); };
    } else {
      run = [&flags] { return with_cluster(flags, cmd::signal); };
    }
  });

  auto* dashboard_command = app.add_subcommand(
      "dashboard", "a page in the browser: forecast, waiting and running Jobs, savings; live");
  all_namespaces(dashboard_command, "Jobs of all namespaces");
  dashboard_command->add_option("-l,--selector", flags.selector, "label selector of the Jobs");
  dashboard_command
      ->add_option("--listen", flags.listen, "loopback HOST:PORT; port 0: any that is free")
      ->capture_default_str();
  dashboard_command->add_flag("--open,!--no-open", flags.open_browser, "open it in a browser");
  dashboard_command->callback(clustered(dashboard));

  auto* report_command = app.add_subcommand(
      "report", "what was emitted and what was avoided, by namespace, policy, day");
  report_command->add_option("--by", flags.group_by, "namespace | policy | day | total")
      ->capture_default_str()
      ->check(CLI::IsMember({"namespace", "policy", "day", "total"}));
  report_command->add_option("--since", flags.since, "first day, e.g. 2026-11-24 or 7d (ago)");
  report_command->add_option("--until", flags.until, "last day");
  all_namespaces(report_command, "all namespaces; without -n that is the default here");
  output_option(*report_command, flags, {"json", "csv"});
  report_command->callback([&] {
    if (flags.ns.empty()) flags.all_namespaces = true;
    clustered(cmd::report)();
  });

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 1;
  }
  // Nothing but the answer goes to the terminal; what fails is in the error's sentence.
  spdlog::set_level(spdlog::level::off);
  std::signal(SIGPIPE, SIG_IGN);
  return run();
}
