#include "controller/signal_publisher.hpp"

#include <utility>

#include "carbon/codec/signals_codec.hpp"

namespace karbonetes::controller {

SignalPublisher::SignalPublisher(ConfigMaps& maps,
                                 std::function<std::shared_ptr<const carbon::Signals>()> signals,
                                 const Clock& clock)
    : maps_(maps), signals_(std::move(signals)), clock_(clock) {
  written_.name = kName;
}

Result<kube::Outcome> SignalPublisher::run(std::stop_token stop) {
  const auto signals = signals_();
  if (signals == published_) return kube::Outcome{};
  KeptMap next = written_;
  next.data = carbon::encode_signals(*signals, clock_.now());
  auto version = maps_.write(next, "signals", stop);
  if (!version) {
    // Another replica wrote, or it was deleted: what is there now is replaced.
    auto found = maps_.read(kName, stop);
    if (!found) return fail(found.error());
    next.resource_version = found->resource_version;
    version = maps_.write(next, "signals", stop);
    if (!version) return fail(version.error());
  }
  next.resource_version = std::move(*version);
  written_ = std::move(next);
  published_ = signals;
  return kube::Outcome{};
}

}  // namespace karbonetes::controller
