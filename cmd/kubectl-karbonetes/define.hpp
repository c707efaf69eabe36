// The whole command line: commands, their flags and what each runs. Help, completion and the man
// page are made from what is defined here.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "commands.hpp"

namespace karbonetes::cmd {

// `run` is set by the command that was given. All three outlive the parse.
void define(CLI::App& app, Flags& flags, std::function<int()>& run);
void define_simulate(CLI::App& command, SimulationFlags& flags);

}  // namespace karbonetes::cmd
