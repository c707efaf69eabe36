// karbonetes-plane: a real control plane with Karpenter on this machine, for demo and development.
#include <CLI/CLI.hpp>
#include <iostream>

#include "commands.hpp"

using namespace karbonetes::harness;

int main(int argc, char** argv) {
  CLI::App app(
      "Starts and stops a real Kubernetes control plane with KWOK and Karpenter on this machine.");
  app.require_subcommand(1);

  Options options;
  options.directory = default_directory();
  const auto add_directory = [&options](CLI::App* command) {
    command->add_option("--dir", options.directory, "Where it keeps its files")
        ->capture_default_str();
  };

  auto* up_command = app.add_subcommand("up", "Start it, and run until Ctrl-C");
  bool detached = false;
  std::string preference = "Respect";
  add_directory(up_command);
  up_command->add_flag("--detach", detached, "Return when it is ready and leave it running");
  up_command->add_flag("--karpenter,!--no-karpenter", options.karpenter,
                       "With Karpenter (default)");
  up_command->add_flag("--kwok,!--no-kwok", options.kwok, "With KWOK (default)");
  up_command->add_option("--preference-policy", preference, "How Karpenter treats preferred terms")
      ->check(CLI::IsMember({"Respect", "Ignore"}))
      ->capture_default_str();
  up_command->add_option("--feature-gates", options.feature_gates,
                         "Kubernetes feature gates: A=true,B=false");
  up_command->add_flag("--keep", options.keep_directory, "Keep data and logs after it has stopped");

  auto* down_command = app.add_subcommand("down", "Stop it");
  add_directory(down_command);

  auto* status_command = app.add_subcommand("status", "Tell which parts run");
  std::string format = "text";
  add_directory(status_command);
  status_command->add_option("-o,--output", format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));

  CLI11_PARSE(app, argc, argv);
  if (options.directory.empty()) {
    std::cerr << "error: HOME is not set: name a folder with --dir\n";
    return 1;
  }
  if (preference == "Ignore") options.preference_policy = PreferencePolicy::Ignore;
  if (up_command->parsed()) return up(std::move(options), detached);
  if (down_command->parsed()) return down(options.directory);
  return status(options.directory, format == "json");
}
