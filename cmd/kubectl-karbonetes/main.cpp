// kubectl-karbonetes: the command line, also as `kubectl karbonetes`. Wiring only; what is said is
// made in src/cli.
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>

#include "cli/text.hpp"
#include "cli/yaml.hpp"
#include "complete.hpp"
#include "define.hpp"
#include "json/document.hpp"
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

std::string structured(const Flags& flags, const std::string& json) {
  if (flags.output != "yaml") return json;
  const auto document = json::parse(json);
  return document ? cli::to_yaml(*document) : json;
}

bool colours(const Flags& flags) {
  const char* no_color = std::getenv("NO_COLOR");  // https://no-color.org
  return !flags.no_color && (no_color == nullptr || *no_color == '\0') &&
         isatty(STDOUT_FILENO) == 1;
}

namespace {

Status try_cluster(const Flags& flags, const std::function<int(const Context&)>& command,
                   int& exit_code) {
  const SystemClock clock;
  metrics::Registry metrics;
  auto config = kube::load_config(flags.kubeconfig, flags.context, clock);
  if (!config) return fail(config.error());
  if (flags.all_namespaces && !flags.ns.empty())
    return fail(Errc::InvalidArgument, "write either --namespace or --all-namespaces");
  const std::string ns = flags.all_namespaces ? std::string()
                         : flags.ns.empty()   ? config->default_namespace
                                              : flags.ns;
  auto client = kube::Client::make(std::move(*config), kVersion, clock, metrics);
  if (!client) return fail(client.error());
  const cli::Fetch fetch = [&](const std::string& path) { return (*client)->get(path); };
  exit_code = command({flags, ns, **client, fetch, clock});
  return {};
}

}  // namespace

int with_cluster(const Flags& flags, const std::function<int(const Context&)>& command) {
  int exit_code = 0;
  const auto done = try_cluster(flags, command, exit_code);
  return done ? exit_code : die(done.error().message);
}

int with_cluster_quietly(const Flags& flags, const std::function<int(const Context&)>& command) {
  int exit_code = 0;
  return try_cluster(flags, command, exit_code) ? exit_code : 1;
}

std::vector<std::string> context_names(const Flags& flags) {
  auto names = kube::kubeconfig_contexts(flags.kubeconfig);
  return names ? std::move(*names) : std::vector<std::string>();
}

}  // namespace karbonetes::cmd

int main(int argc, char** argv) {
  using namespace karbonetes;  // NOLINT(google-build-using-namespace): the one place that wires
  using namespace karbonetes::cmd;  // NOLINT(google-build-using-namespace)
  Flags flags;
  CLI::App app;
  std::function<int()> run;
  define(app, flags, run);
  // What is completed may be half a command, which is not for the parser.
  std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  if (!words.empty() && words[0] == "__complete") {
    words.erase(words.begin());
    if (!words.empty() && words[0] == "--") words.erase(words.begin());
    spdlog::set_level(spdlog::level::off);
    return complete(app, flags, words);
  }
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
