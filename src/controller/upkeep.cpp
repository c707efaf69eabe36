#include "controller/upkeep.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace karbonetes::controller {

namespace {

// More than one, so that pacing does not wait for a ConfigMap.
constexpr int kWorkers = 2;

}  // namespace

Upkeep::Upkeep(std::function<bool()> leading, const Clock& clock, metrics::Registry& metrics)
    : leading_(std::move(leading)), clock_(clock), queue_("upkeep", clock, metrics) {
  loop_ = std::make_unique<kube::ControllerLoop>(
      "upkeep", queue_, kWorkers, clock, metrics,
      [this](std::string_view name, std::stop_token stop) { return run(name, std::move(stop)); });
}

void Upkeep::add(std::string name, Task task) { tasks_.emplace(std::move(name), std::move(task)); }
void Upkeep::ask(std::string_view name) { queue_.add(name); }
void Upkeep::ask_within(std::string_view name, Millis time) {
  queue_.add_at(name, clock_.now() + time);
}
void Upkeep::start() { loop_->start(); }
void Upkeep::stop() { loop_->stop(); }

void Upkeep::flush(std::stop_token stop) {
  if (!leading_()) return;
  for (const auto& [name, task] : tasks_) {
    const auto outcome = task(stop);
    if (!outcome) spdlog::warn("upkeep task={} at the end: {}", name, outcome.error().message);
  }
}

Result<kube::Outcome> Upkeep::run(std::string_view name, std::stop_token stop) {
  const auto it = tasks_.find(name);
  // Whoever leads next is asked anew.
  if (it == tasks_.end() || !leading_()) return kube::Outcome{};
  return it->second(std::move(stop));
}

}  // namespace karbonetes::controller
