// What the command line was given, for all commands; and how a command says that it failed. Values.
#pragma once

#include <string>
#include <vector>

#include "simulation.hpp"

namespace karbonetes::cmd {

struct Flags {
  std::string kubeconfig, context, ns, selector, output;
  std::string system_namespace = "karbonetes-system";
  std::string signal_url, signal_ca_file;  // ask this service instead of what is published
  std::vector<std::string> jobs;
  bool all_namespaces = false, no_color = false, all = false, watch = false, dry_run = false;
  std::string shell;  // completion
  // signal
  bool probe = false;
  std::string signal_config, source;
  // dashboard
  std::string listen = "127.0.0.1:0";
  bool open_browser = true;
  // report
  std::string group_by = "namespace", since, until;
  SimulationFlags simulation;
};

// One line on standard error; returns the exit code.
int die(const std::string& message);
// To standard output; returns the exit code.
int print(const std::string& text);
// The command's JSON as --output asks for it: json, or the same as yaml.
[[nodiscard]] std::string structured(const Flags& flags, const std::string& json);
// A terminal that wants them: --no-color, https://no-color.org
[[nodiscard]] bool colours(const Flags& flags);

}  // namespace karbonetes::cmd
