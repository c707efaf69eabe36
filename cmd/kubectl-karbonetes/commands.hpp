// The commands, each from flags and a cluster to an exit code. Blocking; what is said is made in
// src/cli.
#pragma once

#include "base/clock.hpp"
#include "cli/cluster.hpp"
#include "flags.hpp"
#include "kube/client/client.hpp"

namespace karbonetes::cmd {

struct Context {
  const Flags& flags;
  std::string ns;  // empty: all namespaces
  kube::Client& client;
  cli::Fetch fetch;
  const Clock& clock;
};

int status(const Context& context);
int explain(const Context& context);
int run_now(const Context& context);
int report(const Context& context);
int signal(const Context& context);
int dashboard(const Context& context);
// Needs no cluster.
int probe(const Flags& flags, const Clock& clock);

}  // namespace karbonetes::cmd
