// Which carbon signal the program listens to: from flags to a Provider. Nothing is connected here.
// Failure: InvalidArgument, NotFound or Parse, naming the flag or file and what to write instead.
#pragma once

#include <memory>
#include <string>

#include "base/clock.hpp"
#include "metrics/registry.hpp"
#include "providers/provider.hpp"

namespace karbonetes::providers {

struct ProviderConfig {
  std::string signal_url;    // http(s)://host:port of karbonetes-signal; empty: static windows
  std::string zone;          // empty: whatever the source serves
  std::string ca_file;       // PEM that verifies an https signal_url; empty: the system's store
  std::string windows_file;  // YAML, see windows_file.hpp; empty: every day 22:00-06:00 UTC
};

// `clock` and `metrics` must outlive the provider.
[[nodiscard]] Result<std::unique_ptr<Provider>> make_provider(const ProviderConfig& config,
                                                              const Clock& clock,
                                                              metrics::Registry& metrics);

}  // namespace karbonetes::providers
