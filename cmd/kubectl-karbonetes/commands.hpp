// The commands, each from flags and a cluster to an exit code. Blocking; what is said is made in
// src/cli.
#pragma once

#include <functional>
#include <string>
#include <vector>

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

inline constexpr const char* kVersion = "kubectl-karbonetes " KARBONETES_VERSION;

// Reads the kubeconfig, makes a client and runs the command; an error is printed.
int with_cluster(const Flags& flags, const std::function<int(const Context&)>& command);
// The same, with nothing printed: for completion.
int with_cluster_quietly(const Flags& flags, const std::function<int(const Context&)>& command);
// Of the kubeconfig that the flags name.
[[nodiscard]] std::vector<std::string> context_names(const Flags& flags);

int status(const Context& context);
int explain(const Context& context);
int run_now(const Context& context);
int report(const Context& context);
int signal(const Context& context);
int dashboard(const Context& context);
int doctor(const Context& context);
// Need no cluster.
int probe(const Flags& flags, const Clock& clock);
int simulate(const Flags& flags);

}  // namespace karbonetes::cmd
