// Who may read /metrics where that is not for everybody: whoever the API server knows by the
// request's bearer token (TokenReview) and lets `get` the path /metrics (SubjectAccessReview), as
// controller-runtime's filter does it. Answers are remembered for a minute, refusals for ten
// seconds, of 64 tokens at most. The questions are asked on a thread of its own, so that whoever
// serves is never held up. Thread-safe. Failure: an API server that cannot be asked is 503 to the
// reader, more than 32 readers at once are, too.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include "base/clock.hpp"
#include "http/server.hpp"
#include "kube/client/client.hpp"

namespace karbonetes::controller {

enum class Access { Allowed, Unknown, Forbidden };  // Unknown: nobody has such a token

// May the holder of this token read /metrics? Errors: as kube::Client.
using AccessReview = std::function<Result<Access>(const std::string& token, std::stop_token stop)>;

[[nodiscard]] AccessReview make_access_review(kube::Client& client);

class MetricsAccess {
 public:
  static constexpr Millis kAllowedFor{60'000}, kRefusedFor{10'000};
  static constexpr std::size_t kTokens = 64, kWaiting = 32;

  MetricsAccess(AccessReview review, const Clock& clock);
  ~MetricsAccess();  // open questions get 503
  MetricsAccess(const MetricsAccess&) = delete;
  MetricsAccess& operator=(const MetricsAccess&) = delete;

  // Answers the request by `serve()` when its sender may read, else with 401, 403 or 503.
  void serve(const http::Request& request, http::Reply reply,
             std::function<http::Response()> serve);

 private:
  struct Question {
    std::string token;
    http::Reply reply;
    std::function<http::Response()> serve;
  };
  struct Known {
    Access access = Access::Unknown;
    TimePoint until{};
  };
  void run(const std::stop_token& stop);
  [[nodiscard]] std::optional<Access> known(const std::string& token);
  void remember(const std::string& token, Access access);

  const AccessReview review_;
  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<Question> questions_;      // guarded by mutex_
  std::map<std::string, Known> known_;  // likewise
  std::jthread thread_;
};

}  // namespace karbonetes::controller
