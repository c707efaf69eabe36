// From configuration to a SignalHub: the file of sources, or the flags that name a single one.
// Nothing is connected here. Failure: InvalidArgument, NotFound or Parse, naming the source, flag
// or file and what to write instead.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "metrics/registry.hpp"
#include "providers/hub.hpp"
#include "providers/signal_config.hpp"

namespace karbonetes::providers {

struct ProviderConfig {
  std::string signal_url;    // http(s)://host:port of karbonetes-signal; empty: static windows
  std::string zone;          // empty: whatever the source serves
  std::string ca_file;       // PEM that verifies an https signal_url; empty: the system's store
  std::string windows_file;  // YAML, see windows_file.hpp; empty: every day 22:00-06:00 UTC
};

// One hub over all sources; at least one is needed. `clock` and `metrics` must outlive it;
// `metrics` is shared, so a second hub in one program counts into the same series.
[[nodiscard]] Result<std::unique_ptr<SignalHub>> make_hub(std::vector<SourceConfig> sources,
                                                          const Clock& clock,
                                                          metrics::Registry& metrics);

// The flags as a source: named "karbonetes-signal" or "static".
[[nodiscard]] Result<std::vector<SourceConfig>> sources_of(const ProviderConfig& config);
[[nodiscard]] Result<std::unique_ptr<SignalHub>> hub_of(const ProviderConfig& config,
                                                        const Clock& clock,
                                                        metrics::Registry& metrics);

}  // namespace karbonetes::providers
