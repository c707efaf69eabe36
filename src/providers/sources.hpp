// From a source's configuration to the thing that asks it. Nothing is connected here. Failure:
// InvalidArgument, NotFound, naming the source and what to write instead.
#pragma once

#include <memory>

#include "base/clock.hpp"
#include "metrics/registry.hpp"
#include "providers/adapter.hpp"
#include "providers/provider.hpp"
#include "providers/signal_config.hpp"
#include "providers/transport.hpp"

namespace karbonetes::providers {

// `start`: of the program, for shifted recordings. Null for static windows.
[[nodiscard]] std::unique_ptr<Adapter> make_adapter(const SourceConfig& source, TimePoint start);

// Null for sources without a network.
[[nodiscard]] Result<std::unique_ptr<Transport>> make_transport(const SourceConfig& source);

// `clock` and `metrics` must outlive the provider.
[[nodiscard]] Result<std::unique_ptr<Provider>> make_source(const SourceConfig& source,
                                                            const Clock& clock,
                                                            metrics::Registry& metrics);

}  // namespace karbonetes::providers
