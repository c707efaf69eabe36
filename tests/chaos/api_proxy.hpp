// Between a controller and the API server, on the level of HTTP: TLS ends here, each request goes
// through a rule that may refuse it, or let it through and lose or spoil its answer, and is sent on
// with its own credentials. Watches are passed on as they come. So that faults which an API server
// shows only under load, or a proxy only when it breaks, happen when we say. Thread-safe.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "harness/plane.hpp"
#include "http/client.hpp"
#include "http/server.hpp"

namespace karbonetes::chaos {

struct Fault {
  std::optional<int> status;       // answered in place of the API server
  std::optional<int> retry_after;  // seconds, with it
  // The server does it, and its answer is cut after so many bytes of its body. For a watch: after
  // so many bytes of all that it says.
  std::optional<std::size_t> cut_after;
  std::optional<Millis> delay;
};
// Asked for each request, on any thread. nullopt: it passes.
using Rule = std::function<std::optional<Fault>(const http::Request& request)>;

class ApiProxy {
 public:
  [[nodiscard]] static Result<std::unique_ptr<ApiProxy>> start(const harness::Plane& plane,
                                                               std::uint16_t port);
  ~ApiProxy();
  ApiProxy(const ApiProxy&) = delete;
  ApiProxy& operator=(const ApiProxy&) = delete;

  void set(Rule rule);  // empty: all passes
  [[nodiscard]] int faults() const { return faults_; }
  [[nodiscard]] int requests() const { return requests_; }

 private:
  class Calls;
  ApiProxy() = default;
  void serve(http::Request&& request, const http::Reply& reply);

  std::mutex mutex_;
  Rule rule_;  // guarded by mutex_
  std::atomic<int> faults_{0}, requests_{0};
  std::unique_ptr<http::Client> upstream_;
  std::unique_ptr<Calls> calls_;
  std::unique_ptr<http::Server> server_;
};

[[nodiscard]] inline bool is_watch(const http::Request& request) {
  return request.target.find("watch=1") != std::string::npos;
}
[[nodiscard]] inline bool is_patch_of_job(const http::Request& request) {
  return request.method == "PATCH" && request.target.find("/jobs/") != std::string::npos;
}

}  // namespace karbonetes::chaos
