// Shell completion, made from the defined command line: commands, flags, values of flags, and names
// from the cluster, asked for with a short patience.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "flags.hpp"

namespace karbonetes::cmd {

// Prints what may stand in the place of the last of `words`, a line each, with a description behind
// a tab, and then ":4" (no file names): the protocol of kubectl's plugins
// (https://kubernetes.io/docs/tasks/extend-kubectl/kubectl-plugins, kubectl_complete-NAME). Never
// fails: where nothing is known nothing is offered.
[[nodiscard]] int complete(const CLI::App& app, const Flags& flags,
                           const std::vector<std::string>& words);

[[nodiscard]] std::string completion_script(const std::string& shell);

}  // namespace karbonetes::cmd
