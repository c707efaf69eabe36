#include "kube/runtime/event_recorder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "eventually.hpp"

namespace karbonetes::kube {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Server {
  std::vector<std::string> calls;  // "create ns", "patch ns/name"
  std::vector<std::string> bodies;
  std::deque<Status> answers;    // in turn; then success
  std::optional<Status> always;  // instead of success
  bool hang = false;             // until the call is cancelled or `hang` is false again
};

class FakeEventApi final : public EventApi {
 public:
  explicit FakeEventApi(Watched<Server>& server) : server_(server) {}
  Status create(const std::string& ns, std::string body, Millis, std::stop_token stop) override {
    return answer("create " + ns, std::move(body), stop);
  }
  Status patch(const std::string& ns, const std::string& name, std::string body, Millis,
               std::stop_token stop) override {
    return answer("patch " + ns + "/" + name, std::move(body), stop);
  }

 private:
  Status answer(const std::string& call, std::string body, const std::stop_token& stop) {
    server_.with([&](Server& s) {
      s.calls.push_back(call);
      s.bodies.push_back(std::move(body));
    });
    {
      const std::stop_callback wake(stop, [this] { server_.with([](Server&) {}); });
      EXPECT_TRUE(server_.wait([&](const Server& s) { return !s.hang || stop.stop_requested(); }));
    }
    return server_.with([&](Server& s) -> Status {
      if (s.hang) return fail(Errc::Cancelled, "stopped");
      if (!s.answers.empty()) {
        Status next = s.answers.front();
        s.answers.pop_front();
        return next;
      }
      return s.always.value_or(Status{});
    });
  }
  Watched<Server>& server_;
};

EventSpec spec(const std::string& name = "train") {
  EventSpec out;
  out.regarding = {"batch/v1", "Job", "ml", name, "uid-" + name};
  out.reason = "CarbonWaiting";
  out.action = "Wait";
  out.note = "waits until green";
  return out;
}

class EventRecorderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    options_.backoff_min = Millis{1};
    options_.backoff_max = Millis{4};
  }
  void make() {
    recorder_ = std::make_unique<EventRecorder>(std::make_unique<FakeEventApi>(server_), clock_,
                                                metrics_, "controller", "pod-1", options_);
  }
  bool wait_calls(std::size_t count) {
    return server_.wait([count](const Server& s) { return s.calls.size() >= count; });
  }
  std::string total(const std::string& result, int count) {
    return "event_recorder_events_total{result=\"" + result + "\"} " + std::to_string(count);
  }

  SystemClock clock_;
  metrics::Registry metrics_;
  EventRecorderOptions options_;
  Watched<Server> server_;
  std::unique_ptr<EventRecorder> recorder_;
};

TEST_F(EventRecorderTest, SendsAnEvent) {
  make();
  recorder_->record(spec());
  ASSERT_TRUE(wait_calls(1));
  recorder_.reset();
  const Server s = server_.get();
  EXPECT_THAT(s.calls, ElementsAre("create ml"));
  EXPECT_THAT(s.bodies[0], HasSubstr("\"reason\":\"CarbonWaiting\""));
  EXPECT_THAT(metrics_.expose(), HasSubstr(total("sent", 1)));
}

TEST_F(EventRecorderTest, RepetitionBecomesASeriesAndItsCountIsWrittenAtTheEnd) {
  make();
  for (int i = 0; i < 5; ++i) recorder_->record(spec());
  ASSERT_TRUE(wait_calls(2));
  recorder_.reset();
  const Server s = server_.get();
  ASSERT_EQ(s.calls.size(), 3U);
  EXPECT_EQ(s.calls[0], "create ml");
  EXPECT_THAT(s.calls[1], HasSubstr("patch ml/train."));
  EXPECT_EQ(s.calls[2], s.calls[1]);
  EXPECT_THAT(s.bodies[1], HasSubstr("\"count\":2"));
  EXPECT_THAT(s.bodies[2], HasSubstr("\"count\":5"));
}

TEST_F(EventRecorderTest, SeriesOfAnExpiredEventIsCreatedAnew) {
  server_.with([](Server& s) { s.answers = {Status{}, fail(Errc::NotFound, "expired")}; });
  make();
  recorder_->record(spec());
  recorder_->record(spec());
  ASSERT_TRUE(wait_calls(3));
  recorder_.reset();
  const Server s = server_.get();
  EXPECT_EQ(s.calls[2], "create ml");
  EXPECT_THAT(s.bodies[2], HasSubstr("\"series\":{\"count\":2"));
  EXPECT_THAT(metrics_.expose(), HasSubstr(total("sent", 2)));
}

TEST_F(EventRecorderTest, AlreadyExistsIsSuccess) {
  server_.with([](Server& s) { s.always = fail(Errc::AlreadyExists, "exists"); });
  make();
  EventSpec once = spec();
  once.once_key = "k";
  recorder_->record(once);
  recorder_->record(once);
  ASSERT_TRUE(wait_calls(2));
  recorder_.reset();
  EXPECT_EQ(server_.get().calls.size(), 2U);
  EXPECT_EQ(server_.get().bodies[0].substr(0, 120), server_.get().bodies[1].substr(0, 120));
  EXPECT_THAT(metrics_.expose(), HasSubstr(total("sent", 2)));
}

TEST_F(EventRecorderTest, PassingErrorsAreTriedAgain) {
  server_.with(
      [](Server& s) { s.answers = {fail(Errc::Unavailable, "x"), fail(Errc::Timeout, "x")}; });
  make();
  recorder_->record(spec());
  ASSERT_TRUE(wait_calls(3));
  recorder_.reset();
  EXPECT_EQ(server_.get().calls.size(), 3U);
  EXPECT_THAT(metrics_.expose(), HasSubstr(total("sent", 1)));
}

TEST_F(EventRecorderTest, GivesUpAfterTwelveTries) {
  server_.with([](Server& s) { s.answers.assign(12, fail(Errc::Unavailable, "down")); });
  make();
  recorder_->record(spec("poison"));
  ASSERT_TRUE(wait_calls(12));
  recorder_->record(spec("next"));
  ASSERT_TRUE(wait_calls(13));
  recorder_.reset();
  const Server s = server_.get();
  EXPECT_EQ(s.calls.size(), 13U);
  EXPECT_THAT(s.bodies[12], HasSubstr("\"next\""));
  EXPECT_THAT(metrics_.expose(), HasSubstr(total("gave_up", 1)));
  EXPECT_THAT(metrics_.expose(), HasSubstr(total("sent", 1)));
}

TEST_F(EventRecorderTest, RefusedEventIsDroppedAtOnce) {
  server_.with([](Server& s) {
    s.answers = {fail(Errc::Invalid, "note too long"), fail(Errc::Forbidden, "terminating")};
  });
  make();
  recorder_->record(spec("a"));
  recorder_->record(spec("b"));
  recorder_->record(spec("c"));
  ASSERT_TRUE(wait_calls(3));
  recorder_.reset();
  EXPECT_EQ(server_.get().calls.size(), 3U);
  EXPECT_THAT(metrics_.expose(), HasSubstr(total("rejected", 2)));
  EXPECT_THAT(metrics_.expose(), HasSubstr(total("sent", 1)));
}

TEST_F(EventRecorderTest, EventThatWaitsForItsNextTryDoesNotHoldUpOthers) {
  options_.backoff_min = options_.backoff_max = Millis{3'600'000};
  options_.drain = Millis{0};
  server_.with([](Server& s) { s.answers = {fail(Errc::Unavailable, "x")}; });
  make();
  recorder_->record(spec("stuck"));
  recorder_->record(spec("next"));
  ASSERT_TRUE(wait_calls(2));
  EXPECT_THAT(server_.get().bodies[1], HasSubstr("\"next\""));
}

TEST_F(EventRecorderTest, FullQueueDropsTheOldestAndNeverBlocks) {
  options_.max_queued = 4;
  server_.with([](Server& s) { s.hang = true; });
  make();
  recorder_->record(spec("first"));
  ASSERT_TRUE(wait_calls(1));
  for (int i = 0; i < 10; ++i) recorder_->record(spec("job-" + std::to_string(i)));
  EXPECT_THAT(metrics_.expose(), HasSubstr(total("overflow", 6)));
  server_.with([](Server& s) { s.hang = false; });
  ASSERT_TRUE(wait_calls(5));
  recorder_.reset();
  const Server s = server_.get();
  ASSERT_EQ(s.calls.size(), 5U);
  for (std::size_t i = 1; i < 5; ++i)
    EXPECT_THAT(s.bodies[i], HasSubstr("\"job-" + std::to_string(i + 5) + "\""));
}

TEST_F(EventRecorderTest, FullQueueOfRetriesDropsTheOldestNotTheNewest) {
  options_.max_queued = 2;
  options_.backoff_min = options_.backoff_max = Millis{3'600'000};
  server_.with([](Server& s) { s.answers.assign(2, fail(Errc::Unavailable, "down")); });
  make();
  recorder_->record(spec("a"));
  recorder_->record(spec("b"));
  ASSERT_TRUE(wait_calls(2));
  recorder_->record(spec("c"));
  ASSERT_TRUE(wait_calls(3));
  recorder_.reset();  // sends what is left
  const Server s = server_.get();
  EXPECT_THAT(s.bodies[2], HasSubstr("\"c\""));
  EXPECT_THAT(s.bodies.back(), HasSubstr("\"b\""));
}

TEST_F(EventRecorderTest, ShutdownSendsWhatIsQueued) {
  options_.backoff_min = options_.backoff_max = Millis{3'600'000};
  server_.with([](Server& s) { s.answers = {fail(Errc::Unavailable, "x")}; });
  make();
  recorder_->record(spec("a"));
  recorder_->record(spec("b"));
  ASSERT_TRUE(wait_calls(2));
  recorder_.reset();
  EXPECT_EQ(server_.get().calls.size(), 3U);
  EXPECT_THAT(metrics_.expose(), HasSubstr(total("sent", 2)));
}

TEST_F(EventRecorderTest, ShutdownDoesNotWaitBeyondItsTime) {
  options_.drain = Millis{0};
  server_.with([](Server& s) { s.hang = true; });
  make();
  recorder_->record(spec("a"));
  ASSERT_TRUE(wait_calls(1));
  recorder_->record(spec("b"));
  recorder_.reset();  // hangs, if the call in flight is not cancelled
  EXPECT_EQ(server_.get().calls.size(), 1U);
  EXPECT_THAT(metrics_.expose(), HasSubstr(total("gave_up", 2)));
}

}  // namespace
}  // namespace karbonetes::kube
