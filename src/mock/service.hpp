// The mock carbon signal service behind an http::Server: routes requests, keeps long polls and
// answers them on a change or at their time. Thread-safe. Owns one thread, which sleeps while
// nobody polls. At most 1,024 polls wait; one more is answered at once. Failure is an HTTP status
// with {"error": sentence}; nothing here throws.
//
//   GET|HEAD /v1/signal[?zone=Z]   the signal; If-None-Match -> 304, with "Prefer: wait=N" after N
//   s unless it changes PUT      /v1/signal            {"green": true|false|null, "for": "10m"} ->
//   the new signal GET|HEAD /healthz /readyz /metrics
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "http/server.hpp"
#include "metrics/registry.hpp"
#include "mock/state.hpp"

namespace karbonetes::mock {

inline constexpr std::size_t kMaxPolls = 1024;

class Service {
 public:
  // `clock` and `metrics` must outlive the service, and `metrics` is not to be exposed after it:
  // its gauges ask the service.
  Service(providers::WindowsFile config, const Clock& clock, metrics::Registry& metrics);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  // An http::Handler.
  void handle(http::Request&& request, http::Reply reply);

  // Answers the polls that are due now. The thread does so by itself; tests that move a ManualClock
  // call it.
  void tick();

  // Not ready any more: answers all polls at once and lets none wait. Call before the server's
  // stop().
  void stop();

  [[nodiscard]] std::size_t polls() const;

 private:
  struct Poll {
    std::string etag;  // the header as sent
    TimePoint until;   // 304 then
    bool head = false;
    http::Reply reply;
  };

  [[nodiscard]] http::Response route(const http::Request& request);
  [[nodiscard]] http::Response put(const http::Request& request);
  [[nodiscard]] http::Response signal_answer(const View& view, TimePoint now) const;
  [[nodiscard]] bool keep_waiting(const http::Request& request, http::Reply& reply);
  void answer(const http::Reply& reply, http::Response response, bool head);
  void run(const std::stop_token& stop);

  const Clock& clock_;
  metrics::Registry& metrics_;
  mutable std::mutex mutex_;  // guards state_, polls_ and stopping_
  SignalState state_;
  std::vector<Poll> polls_;
  bool stopping_ = false;
  bool woken_ = false;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

}  // namespace karbonetes::mock
