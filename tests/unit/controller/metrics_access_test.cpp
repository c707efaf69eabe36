#include "controller/metrics_access.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace karbonetes::controller {
namespace {

using std::chrono::seconds;

class MetricsAccessTest : public ::testing::Test {
 protected:
  int ask(const std::string& authorization) {
    http::Request request;
    if (!authorization.empty()) request.headers.push_back({"Authorization", authorization});
    auto status = std::make_shared<std::promise<int>>();
    auto answer = status->get_future();
    access_.serve(
        request, [status](http::Response response) { status->set_value(response.status); },
        [] { return http::Response{200, {}, "metrics"}; });
    if (answer.wait_for(seconds(10)) != std::future_status::ready) return -1;
    return answer.get();
  }
  Result<Access> review(const std::string& token) {
    ++asked_;
    if (token == "down") return fail(Errc::Unavailable, "no API server");
    if (token == "reader") return may_read_ ? Access::Allowed : Access::Forbidden;
    return token == "other" ? Access::Forbidden : Access::Unknown;
  }

  std::atomic<int> asked_{0};
  std::atomic<bool> may_read_{true};
  ManualClock clock_{TimePoint(seconds(1'000))};
  MetricsAccess access_{[this](const std::string& token, std::stop_token) { return review(token); },
                        clock_};
};

TEST_F(MetricsAccessTest, ATokenIsNeededThatMayRead) {
  EXPECT_EQ(ask(""), 401);
  EXPECT_EQ(ask("Basic cmVhZGVy"), 401);
  EXPECT_EQ(ask("Bearer "), 401);
  EXPECT_EQ(asked_, 0);
  EXPECT_EQ(ask("Bearer reader"), 200);
  EXPECT_EQ(ask("Bearer other"), 403);
  EXPECT_EQ(ask("Bearer nobody"), 401);
}

TEST_F(MetricsAccessTest, AnswersAreRememberedAndRunOut) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(ask("Bearer reader"), 200);
  EXPECT_EQ(asked_, 1);
  may_read_ = false;
  EXPECT_EQ(ask("Bearer reader"), 200);
  clock_.advance(MetricsAccess::kAllowedFor);
  EXPECT_EQ(ask("Bearer reader"), 403);
  may_read_ = true;
  EXPECT_EQ(ask("Bearer reader"), 403);
  clock_.advance(MetricsAccess::kRefusedFor);
  EXPECT_EQ(ask("Bearer reader"), 200);
}

TEST_F(MetricsAccessTest, AServerThatCannotBeAskedIsNoPermissionAndIsAskedAgain) {
  EXPECT_EQ(ask("Bearer down"), 503);
  EXPECT_EQ(ask("Bearer down"), 503);
  EXPECT_EQ(asked_, 2);
}

TEST_F(MetricsAccessTest, GuessedTokensDoNotDriveOutWhoMayRead) {
  EXPECT_EQ(ask("Bearer reader"), 200);
  for (int i = 0; i < 200; ++i) EXPECT_EQ(ask("Bearer guess-" + std::to_string(i)), 401);
  const int before = asked_;
  EXPECT_EQ(ask("Bearer reader"), 200);
  EXPECT_EQ(asked_, before);
}

TEST(MetricsAccess, WhoeverWaitsWhenItStopsGetsAnAnswer) {
  const SystemClock clock;
  std::promise<void> entered;
  std::atomic<int> answers{0};
  {
    MetricsAccess access(
        [&](const std::string&, const std::stop_token& stop) -> Result<Access> {
          static std::atomic<bool> first{true};
          if (first.exchange(false)) entered.set_value();
          std::mutex mutex;
          std::condition_variable_any wake;
          std::unique_lock lock(mutex);
          wake.wait(lock, stop, [] { return false; });
          return fail(Errc::Cancelled, "stopped");
        },
        clock);
    http::Request request;
    request.headers.push_back({"Authorization", "Bearer x"});
    for (std::size_t i = 0; i < MetricsAccess::kWaiting + 5; ++i) {
      access.serve(
          request, [&](const http::Response& r) { answers += r.status == 503 ? 1 : 0; },
          [] { return http::Response{}; });
    }
    entered.get_future().wait();
    EXPECT_GE(answers, 4);  // beyond what may wait
  }
  EXPECT_EQ(answers, static_cast<int>(MetricsAccess::kWaiting) + 5);
}

}  // namespace
}  // namespace karbonetes::controller
