// The Kubernetes API as blocking calls: one Client per process, used by any thread. Bodies are JSON
// text; decoding is kube/model's. Paths come from kube/client/paths.hpp. HTTP statuses become typed
// errors (metav1.Status message included): 404 NotFound, 409 Conflict or AlreadyExists, 410 Gone,
// 422 Invalid (a failed JSON Patch test: Conflict), 401, 403, 429 TooManyRequests with retry_after,
// 408 Timeout, 5xx Unavailable, any other Invalid. A 401 makes the token source look again and the
// call is made once more. GETs that fail with Unavailable are tried again (3 times, 100 ms
// doubling, within the deadline). Counts rest_client_requests_total{code,method}, times
// rest_client_request_duration_seconds{verb}.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "http/client.hpp"
#include "kube/client/config.hpp"
#include "metrics/registry.hpp"

namespace karbonetes::kube {

enum class PatchType {
  Json,
  Merge,
  Apply
};  // Apply: server-side apply, YAML/JSON body, needs field_manager

struct CallOptions {
  Millis timeout = std::chrono::seconds(15);
  std::stop_token stop;
  std::string field_manager;  // for create, patch, apply
  bool force = false;         // apply: take over conflicting fields
};

class Client {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Client>> make(ClusterConfig config,
                                                            std::string user_agent,
                                                            const Clock& clock,
                                                            metrics::Registry& metrics);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Each returns the server's JSON body.
  [[nodiscard]] Result<std::string> get(std::string_view path, const CallOptions& options = {});
  [[nodiscard]] Result<std::string> create(std::string_view path, std::string body,
                                           const CallOptions& options = {});
  [[nodiscard]] Result<std::string> replace(std::string_view path, std::string body,
                                            const CallOptions& options = {});
  [[nodiscard]] Result<std::string> patch(std::string_view path, PatchType type, std::string body,
                                          const CallOptions& options = {});
  [[nodiscard]] Result<std::string> remove(std::string_view path, const CallOptions& options = {});

  // GET path with `query` already in it; calls on_line for each line of the answer (without the
  // newline; a line longer than 16 MiB fails with Parse) until the server ends it (ok), on_line
  // returns false (ok), `idle` passes without a byte (Timeout) or stop is requested (Cancelled).
  // The view dies with the call.
  [[nodiscard]] Status watch(std::string_view path, Millis idle, std::stop_token stop,
                             const std::function<bool(std::string_view)>& on_line);

  // Called with each answer's Date, on the calling thread: the API server's clock, and how long the
  // call took. Set before the first call. Not for watches, whose answers begin long before they
  // end.
  void on_date(std::function<void(TimePoint second, Millis took)> told);

  [[nodiscard]] const ClusterConfig& config() const;

 private:
  class Impl;
  explicit Client(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace karbonetes::kube
