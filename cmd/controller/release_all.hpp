// `karbonetes-controller release-all`: the way out. Before an uninstall it deletes the webhook
// configuration, so that no further Job is held, takes the lease from whoever leads, so that no
// controller holds one, and releases every Job that waits. What decides and patches is the
// reconciler of the controller. Safe to repeat and to interrupt at any point.
#pragma once

#include <stop_token>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "metrics/registry.hpp"
#include "options.hpp"

namespace karbonetes::cmd {

// Returns when the API server itself has said that no Job waits any more, at least 10 s after the
// webhook and the leader were ended. Errors: as kube::Client; Timeout, with names of Jobs, when for
// two minutes none could be released; Cancelled.
[[nodiscard]] Status release_all(const Options& options, metrics::Registry& metrics,
                                 const Clock& clock, std::stop_token stop);

}  // namespace karbonetes::cmd
