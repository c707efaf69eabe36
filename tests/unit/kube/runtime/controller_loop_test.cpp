#include "kube/runtime/controller_loop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "eventually.hpp"

namespace karbonetes::kube {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ControllerLoopTest : public ::testing::Test {
 protected:
  // Answers from the list in turn, then success.
  Reconcile scripted(std::vector<Result<Outcome>> answers) {
    return [this, answers = std::move(answers)](std::string_view key,
                                                std::stop_token) -> Result<Outcome> {
      const auto call = calls_.with([&](auto& calls) {
        calls.emplace_back(key);
        times_.push_back(clock_.now());
        return calls.size() - 1;
      });
      if (call < answers.size()) return answers[call];
      return Outcome{};
    };
  }
  bool wait_calls(std::size_t n) {
    return calls_.wait([n](const auto& calls) { return calls.size() >= n; });
  }
  std::string total(const std::string& result, int count) {
    return "controller_runtime_reconcile_total{controller=\"jobs\",result=\"" + result + "\"} " +
           std::to_string(count);
  }

  SystemClock clock_;
  metrics::Registry metrics_;
  WorkQueue queue_{"jobs", clock_, metrics_};
  Watched<std::vector<std::string>> calls_;
  std::vector<TimePoint> times_;  // written under calls_'s lock
};

TEST_F(ControllerLoopTest, SuccessIsNotRepeated) {
  ControllerLoop loop("jobs", queue_, 1, clock_, metrics_, scripted({}));
  queue_.add("a");
  loop.start();
  ASSERT_TRUE(wait_calls(1));
  loop.stop();
  EXPECT_FALSE(queue_.next_due());
  const std::string text = metrics_.expose();
  EXPECT_THAT(text, HasSubstr(total("success", 1)));
  EXPECT_THAT(text,
              HasSubstr("controller_runtime_reconcile_time_seconds_count{controller=\"jobs\"} 1"));
  EXPECT_THAT(text, HasSubstr("controller_runtime_active_workers{controller=\"jobs\"} 0"));
  EXPECT_THAT(text,
              HasSubstr("controller_runtime_max_concurrent_reconciles{controller=\"jobs\"} 1"));
}

TEST_F(ControllerLoopTest, SuccessMayComeBackAtAnInstant) {
  const TimePoint again = clock_.now() + Millis(3'600'000);
  ControllerLoop loop("jobs", queue_, 1, clock_, metrics_, scripted({Outcome{again}}));
  queue_.add("a");
  loop.start();
  ASSERT_TRUE(wait_calls(1));
  loop.stop();
  EXPECT_EQ(queue_.next_due(), again);
  EXPECT_THAT(metrics_.expose(), HasSubstr(total("requeue_after", 1)));
}

TEST_F(ControllerLoopTest, ErrorsAreRepeatedWithBackoffAndCounted) {
  ControllerLoop loop("jobs", queue_, 1, clock_, metrics_,
                      scripted({fail(Errc::Unavailable, "down"), fail(Errc::Unavailable, "down")}));
  queue_.add("a");
  loop.start();
  ASSERT_TRUE(wait_calls(3));
  loop.stop();
  EXPECT_GE(times_[2] - times_[0], Millis(15));  // 5 ms, then 10 ms
  const std::string text = metrics_.expose();
  EXPECT_THAT(text, HasSubstr(total("error", 2)));
  EXPECT_THAT(text, HasSubstr(total("success", 1)));
  EXPECT_THAT(text, HasSubstr("controller_runtime_reconcile_errors_total{controller=\"jobs\"} 2"));
  EXPECT_THAT(text, HasSubstr("workqueue_retries_total{name=\"jobs\"} 2"));
}

TEST_F(ControllerLoopTest, ConflictIsRepeatedButIsNoError) {
  ControllerLoop loop("jobs", queue_, 1, clock_, metrics_,
                      scripted({fail(Errc::Conflict, "changed")}));
  queue_.add("a");
  loop.start();
  ASSERT_TRUE(wait_calls(2));
  loop.stop();
  const std::string text = metrics_.expose();
  EXPECT_THAT(text, HasSubstr(total("requeue", 1)));
  EXPECT_THAT(text, HasSubstr(total("error", 0)));
  EXPECT_THAT(text, HasSubstr("controller_runtime_reconcile_errors_total{controller=\"jobs\"} 0"));
}

TEST_F(ControllerLoopTest, RetryAfterIsHonoured) {
  Error busy{Errc::TooManyRequests, "slow down", std::chrono::seconds(30)};
  ControllerLoop loop("jobs", queue_, 1, clock_, metrics_, scripted({fail(busy)}));
  queue_.add("a");
  loop.start();
  ASSERT_TRUE(wait_calls(1));
  loop.stop();
  ASSERT_TRUE(queue_.next_due());
  EXPECT_GE(*queue_.next_due(), times_[0] + std::chrono::seconds(30));
}

TEST_F(ControllerLoopTest, CancelledCountsForNothingAndTheKeyIsKept) {
  ControllerLoop loop("jobs", queue_, 1, clock_, metrics_,
                      scripted({fail(Errc::Cancelled, "stopping")}));
  queue_.add("a");
  loop.start();
  ASSERT_TRUE(wait_calls(1));
  loop.stop();
  EXPECT_EQ(queue_.delayed(), 1U);
  const std::string text = metrics_.expose();
  EXPECT_THAT(text, HasSubstr(total("error", 0)));
  EXPECT_THAT(text, HasSubstr("workqueue_retries_total{name=\"jobs\"} 0"));
}

TEST_F(ControllerLoopTest, ThrowingReconcileIsAnErrorAndTheWorkerLives) {
  int call = 0;
  Watched<int> done;
  ControllerLoop loop("jobs", queue_, 1, clock_, metrics_,
                      [&](std::string_view, std::stop_token) -> Result<Outcome> {
                        ++call;
                        if (call == 1) throw std::runtime_error("boom");
                        if (call == 2) throw 7;
                        done.with([](int& n) { ++n; });
                        return Outcome{};
                      });
  queue_.add("a");
  loop.start();
  EXPECT_TRUE(done.wait([](int n) { return n == 1; }));
  loop.stop();
  EXPECT_THAT(metrics_.expose(), HasSubstr(total("error", 2)));
}

TEST_F(ControllerLoopTest, SuccessMakesBackoffStartAnew) {
  ControllerLoop loop(
      "jobs", queue_, 1, clock_, metrics_,
      scripted({fail(Errc::Internal, "x"), fail(Errc::Internal, "x"), fail(Errc::Internal, "x")}));
  queue_.add("a");
  loop.start();
  ASSERT_TRUE(wait_calls(4));
  loop.stop();
  const TimePoint before = clock_.now();
  queue_.add_rate_limited("a");
  EXPECT_LE(*queue_.next_due(), clock_.now() + kKeyBackoffMin);
  EXPECT_GE(*queue_.next_due(), before + kKeyBackoffMin);
}

TEST_F(ControllerLoopTest, StopLetsARunningReconcileFinishAndStartGoesOn) {
  Watched<std::string> phase;
  ControllerLoop loop("jobs", queue_, 2, clock_, metrics_,
                      [&](std::string_view key, std::stop_token stop) -> Result<Outcome> {
                        if (key == "slow") {
                          Watched<bool> stopped;
                          const std::stop_callback callback(
                              stop, [&] { stopped.with([](bool& b) { b = true; }); });
                          phase.with([](auto& p) { p = "running"; });
                          EXPECT_TRUE(stopped.wait([](bool b) { return b; }));
                          phase.with([](auto& p) { p = "finished"; });
                        } else {
                          phase.with([&](auto& p) { p = std::string(key); });
                        }
                        return Outcome{};
                      });
  queue_.add("slow");
  loop.start();
  ASSERT_TRUE(phase.wait([](const auto& p) { return p == "running"; }));
  loop.stop();
  EXPECT_EQ(phase.get(), "finished");
  queue_.add("second life");
  loop.start();
  EXPECT_TRUE(phase.wait([](const auto& p) { return p == "second life"; }));
}

TEST_F(ControllerLoopTest, WorkersReconcileDifferentKeysAtOnce) {
  Watched<std::set<std::string>> inside;
  ControllerLoop loop("jobs", queue_, 3, clock_, metrics_,
                      [&](std::string_view key, std::stop_token) -> Result<Outcome> {
                        inside.with([&](auto& keys) { keys.emplace(key); });
                        EXPECT_TRUE(inside.wait([](const auto& keys) { return keys.size() == 3; }));
                        return Outcome{};
                      });
  for (const char* key : {"a", "b", "c"}) queue_.add(key);
  loop.start();
  EXPECT_TRUE(inside.wait([](const auto& keys) { return keys.size() == 3; }));
}

}  // namespace
}  // namespace karbonetes::kube
