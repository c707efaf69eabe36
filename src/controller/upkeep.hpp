// What the controller does besides Jobs: small tasks that run when something asked for them, one at
// a time each, only while leading, and again with back-off when they fail. A ControllerLoop of its
// own, so that a slow ConfigMap never holds a Job's release. Thread-safe. Nothing runs while nobody
// asks.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>

#include "kube/runtime/controller_loop.hpp"
#include "kube/runtime/work_queue.hpp"

namespace karbonetes::controller {

class Upkeep {
 public:
  using Task = std::function<Result<kube::Outcome>(std::stop_token stop)>;

  // `leading` outlives it. Tasks are added before start().
  Upkeep(std::function<bool()> leading, const Clock& clock, metrics::Registry& metrics);

  void add(std::string name, Task task);
  void ask(std::string_view name);                      // as soon as may be
  void ask_within(std::string_view name, Millis time);  // by then at the latest
  void start();
  void stop();
  // Runs each task once now, on the caller's thread: what must not be lost when the program ends.
  void flush(std::stop_token stop);

 private:
  [[nodiscard]] Result<kube::Outcome> run(std::string_view name, std::stop_token stop);

  const std::function<bool()> leading_;
  const Clock& clock_;
  std::map<std::string, Task, std::less<>> tasks_;
  kube::WorkQueue queue_;
  std::unique_ptr<kube::ControllerLoop> loop_;
};

}  // namespace karbonetes::controller
