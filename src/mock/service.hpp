// The mock carbon signal service behind an http::Server: routes requests, keeps long polls and
// answers them on a change or at their time; below the providers' base paths it answers as they do,
// good days and bad. Thread-safe. Owns one thread, which sleeps while nobody waits. At most 1,024
// polls (and as many delayed answers) wait; one more is answered at once. Failure is an HTTP status
// with {"error": sentence}; nothing here throws.
//
//   GET|HEAD  /v1/signal[?zone=Z]  the signal (signal_body.hpp); If-None-Match -> 304, with
//                                  "Prefer: wait=N" after N s unless it changes
//   PUT       /v1/signal           {"green": true|false|null, "for": "10m"} -> the new signal
//   GET|PUT|DELETE  /v1/faults     bad days (faults.hpp); DELETE ends all of them
//   GET|DELETE  /v1/requests       how many requests came for each path; DELETE counts anew
//   GET|HEAD  /healthz /readyz /metrics
//   GET|HEAD  /electricity-maps /watttime /gb /energy-charts /carbon-aware-sdk /prometheus:
//             what each serves stands in its shape_<name>.cpp
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "http/server.hpp"
#include "metrics/registry.hpp"
#include "mock/credentials.hpp"
#include "mock/faults.hpp"
#include "mock/request.hpp"
#include "mock/request_counts.hpp"
#include "mock/state.hpp"

namespace karbonetes::mock {

inline constexpr std::size_t kMaxPolls = 1024;

struct ServiceOptions {
  providers::WindowsFile windows = providers::default_windows();
  std::optional<Timeline> timeline;  // present: the trace holds instead of the windows
  CredentialOptions credentials;     // of the provider shapes; /v1 asks for none
};

class Service {
 public:
  // `clock` and `metrics` must outlive the service, and `metrics` is not to be exposed after it:
  // its gauges ask the service.
  Service(ServiceOptions options, const Clock& clock, metrics::Registry& metrics);
  Service(providers::WindowsFile config, const Clock& clock, metrics::Registry& metrics)
      : Service(ServiceOptions{std::move(config), std::nullopt, {}}, clock, metrics) {}
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
  struct Late {
    TimePoint due;
    bool head = false;
    http::Response response;
    http::Reply reply;
  };

  [[nodiscard]] http::Response respond(const http::Request& request, const Target& target,
                                       const std::optional<Fault>& fault);
  [[nodiscard]] http::Response control(const http::Request& request, const Target& target);
  [[nodiscard]] http::Response signal(const http::Request& request, const Target& target,
                                      const std::optional<Fault>& fault);
  [[nodiscard]] http::Response put_signal(const http::Request& request);
  [[nodiscard]] http::Response faults(const http::Request& request);
  [[nodiscard]] http::Response shape(const http::Request& request, const Target& target,
                                     const std::optional<Fault>& fault);
  [[nodiscard]] bool other_zone(const Target& target) const;
  [[nodiscard]] bool keep_waiting(const http::Request& request, const Target& target,
                                  http::Reply& reply);
  [[nodiscard]] bool keep_late(const std::optional<Fault>& fault, http::Response& response,
                               bool head, http::Reply& reply);
  void answer(const http::Reply& reply, http::Response response, bool head);
  void run(const std::stop_token& stop);

  const Clock& clock_;
  metrics::Registry& metrics_;
  mutable std::mutex mutex_;  // guards all that follows but the thread
  SignalState state_;
  Credentials credentials_;
  FaultTable faults_;
  RequestCounts counts_;
  std::vector<Poll> polls_;
  std::vector<Late> late_;
  bool stopping_ = false;
  bool woken_ = false;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

}  // namespace karbonetes::mock
