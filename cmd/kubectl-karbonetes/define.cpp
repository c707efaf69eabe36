#include "define.hpp"

#include "complete.hpp"
#include "man.hpp"

namespace karbonetes::cmd {

namespace {

class Definition {
 public:
  Definition(CLI::App& app, Flags& flags, std::function<int()>& run)
      : app_(app), flags_(flags), run_(run) {}

  void common_options() {
    app_.add_option("--kubeconfig", flags_.kubeconfig, "default: $KUBECONFIG, then ~/.kube/config");
    app_.add_option("--context", flags_.context, "context of the kubeconfig");
    app_.add_option("-n,--namespace", flags_.ns, "default: the context's namespace");
    app_.add_option("--system-namespace", flags_.system_namespace, "the controller's namespace")
        ->capture_default_str();
    app_.add_option("--signal-url", flags_.signal_url,
                    "ask this karbonetes-signal service instead of what the controller has "
                    "published: http(s)://host:port")
        ->envname("KARBONETES_SIGNAL_URL");
    app_.add_option("--signal-ca-file", flags_.signal_ca_file,
                    "PEM that verifies an https --signal-url");
    app_.add_flag("--no-color", flags_.no_color,
                  "no colours; they are used on a terminal only, and not with NO_COLOR");
  }

  void status_command() {
    auto* command = app_.add_subcommand("status", "Jobs that wait: since when, until when, why");
    all_namespaces(command, "Jobs of all namespaces");
    selector(command);
    command->add_flag("--all", flags_.all, "released and finished Jobs, too");
    command->add_flag("-w,--watch", flags_.watch,
                      "show it again when it has changed, until Ctrl-C");
    output(*command, {"json", "yaml", "wide", "name"});
    command->callback(clustered(status));
  }

  void explain_command() {
    auto* command = app_.add_subcommand("explain", "everything that holds for one Job");
    command->add_option("JOB", flags_.jobs, "name of the Job")->required()->expected(1);
    output(*command, {"json", "yaml"});
    command->callback(clustered(explain));
  }

  void run_now_command() {
    auto* command = app_.add_subcommand("run-now", "release waiting Jobs at once");
    command->add_option("JOB", flags_.jobs, "names of Jobs");
    selector(command);
    command->add_flag("--dry-run", flags_.dry_run,
                      "say which Jobs it would release, and change nothing");
    command->callback(clustered(cmd::run_now));
  }

  void signal_command() {
    auto* command = app_.add_subcommand(
        "signal", "the carbon sources: value now, forecast, age, next green window");
    command->add_option("SOURCE", flags_.source, "this source alone");
    command
        ->add_flag("--probe", flags_.probe,
                   "ask the sources of --signal-config from here, now, and say what is wrong")
        ->needs(command
                    ->add_option("--signal-config", flags_.signal_config,
                                 "the controller's source configuration, YAML")
                    ->check(CLI::ExistingFile));
    output(*command, {"json", "yaml"});
    command->callback([this] {
      if (flags_.probe) {
        run_ = [this] { return probe(flags_, SystemClock()); };
      } else {
        run_ = [this] { return with_cluster(flags_, cmd::signal); };
      }
    });
  }

  void report_command() {
    auto* command = app_.add_subcommand(
        "report", "what was emitted and what was avoided, by namespace, policy, day");
    command->add_option("--by", flags_.group_by, "namespace | policy | day | total")
        ->capture_default_str()
        ->check(CLI::IsMember({"namespace", "policy", "day", "total"}));
    command->add_option("--since", flags_.since, "first day, e.g. 2026-11-24 or 7d (ago)");
    command->add_option("--until", flags_.until, "last day");
    all_namespaces(command, "all namespaces; without -n that is the default here");
    output(*command, {"json", "yaml", "csv"});
    command->callback([this] {
      if (flags_.ns.empty()) flags_.all_namespaces = true;
      clustered(cmd::report)();
    });
  }

  void doctor_command() {
    auto* command = app_.add_subcommand(
        "doctor",
        "is the installation sound: API server, definition, controller, webhook, "
        "certificate, signals, NodePools, Kueue, rights");
    all_namespaces(command, "Jobs of all namespaces");
    output(*command, {"json", "yaml"});
    command->callback(clustered(doctor));
  }

  void dashboard_command() {
    auto* command = app_.add_subcommand(
        "dashboard", "a page in the browser: forecast, waiting and running Jobs, savings; live");
    all_namespaces(command, "Jobs of all namespaces");
    selector(command);
    command->add_option("--listen", flags_.listen, "loopback HOST:PORT; port 0: any that is free")
        ->capture_default_str();
    command->add_flag("--open,!--no-open", flags_.open_browser, "open it in a browser");
    command->callback(clustered(dashboard));
  }

  void simulate_command() {
    auto* command = app_.add_subcommand(
        "simulate", "what would it have saved? your Jobs over a carbon trace; needs no cluster");
    define_simulate(*command, flags_.simulation);
    output(*command, {"json", "yaml", "csv"});
    command->callback([this] { run_ = [this] { return cmd::simulate(flags_); }; });
  }

  void completion_command() {
    auto* command = app_.add_subcommand("completion", "a completion script for your shell");
    command->add_option("SHELL", flags_.shell, "bash | zsh | fish")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    command->callback([this] { run_ = [this] { return print(completion_script(flags_.shell)); }; });
    // Not for people: no group, so that help does not show it.
    app_.add_subcommand("__man", "")->group("")->callback([this] {
      run_ = [this] { return print(man_page(app_)); };
    });
  }

 private:
  std::function<void()> clustered(int (*command)(const Context&)) {
    return [this, command] { run_ = [this, command] { return with_cluster(flags_, command); }; };
  }
  void all_namespaces(CLI::App* command, const char* what) {
    command->add_flag("-A,--all-namespaces", flags_.all_namespaces, what);
  }
  void selector(CLI::App* command) {
    command->add_option("-l,--selector", flags_.selector, "label selector of the Jobs");
  }
  void output(CLI::App& command, std::vector<std::string> forms) {
    command.add_option("-o,--output", flags_.output, "form of the output")
        ->check(CLI::IsMember(std::move(forms)));
  }

  CLI::App& app_;
  Flags& flags_;
  std::function<int()>& run_;
};

}  // namespace

void define(CLI::App& app, Flags& flags, std::function<int()>& run) {
  app.description(
      "Karbonetes: what waits for cleaner electricity in this cluster, until when, why, and what "
      "it "
      "saved");
  app.name("kubectl karbonetes");
  app.set_version_flag("--version", kVersion);
  app.require_subcommand(1);
  app.fallthrough();
  // What the commands' callbacks refer to lives as long as the program.
  static auto* definition = new Definition(app, flags, run);
  definition->common_options();
  definition->status_command();
  definition->explain_command();
  definition->run_now_command();
  definition->signal_command();
  definition->report_command();
  definition->doctor_command();
  definition->dashboard_command();
  definition->simulate_command();
  definition->completion_command();
}

}  // namespace karbonetes::cmd
