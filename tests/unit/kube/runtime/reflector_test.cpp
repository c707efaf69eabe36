#include "kube/runtime/reflector.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "recording_sink.hpp"

namespace karbonetes::kube {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// One answer of the scripted server: lines or a body, then an end. Without an end the connection
// stays open.
struct Answer {
  std::vector<std::string> lines;
  std::optional<Status> end = Status{};
};

struct Script {
  std::deque<Answer> answers;
  std::vector<std::string> requests;
};

// Plays the script, one answer per request, whatever is asked; then it keeps connections open until
// stop.
class ScriptedServer final : public ListWatch {
 public:
  explicit ScriptedServer(Watched<Script>& script) : script_(script) {}

  Result<std::string> list(const std::string& target, std::stop_token stop) override {
    const Answer answer = next("LIST " + target);
    if (!answer.end) return hang(stop);
    if (!*answer.end) return fail(answer.end->error());
    return answer.lines.at(0);
  }
  Status watch(const std::string& target, Millis idle, std::stop_token stop,
               const std::function<bool(std::string_view)>& on_line) override {
    EXPECT_EQ(idle, Millis{90'000});
    const Answer answer = next("WATCH " + target);
    for (const auto& line : answer.lines) {
      if (!on_line(line)) return {};
    }
    if (!answer.end) return hang(stop);
    return *answer.end;
  }

 private:
  Answer next(const std::string& request) {
    return script_.with([&](Script& script) -> Answer {
      script.requests.push_back(request);
      if (script.answers.empty()) return {{}, std::nullopt};
      Answer answer = std::move(script.answers.front());
      script.answers.pop_front();
      return answer;
    });
  }
  static tl::unexpected<Error> hang(const std::stop_token& stop) {
    Watched<bool> stopped;
    const std::stop_callback callback(stop, [&] { stopped.with([](bool& b) { b = true; }); });
    EXPECT_TRUE(stopped.wait([](bool b) { return b; }, std::chrono::seconds(60)));
    return fail(Errc::Cancelled, "stopped");
  }
  Watched<Script>& script_;
};

std::string event(const std::string& type, const std::string& name, int version) {
  return R"({"type":")" + type + R"(","object":{"metadata":{"name":")" + name +
         R"(","resourceVersion":")" + std::to_string(version) + R"("}}})";
}
std::string initial_end(int version) {
  return R"({"type":"BOOKMARK","object":{"metadata":{"resourceVersion":")" +
         std::to_string(version) + R"(","annotations":{"k8s.io/initial-events-end":"true"}}}})";
}
std::string bookmark(int version) { return event("BOOKMARK", "", version); }

const char* const kGoneEvent =
    R"({"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired"}})";
constexpr const char* kStream = "WATCH /apis/batch/v1/jobs?watch=1&sendInitialEvents=true";
constexpr const char* kWatchFrom =
    "WATCH /apis/batch/v1/jobs?watch=1&allowWatchBookmarks=true&resourceVersion=";

class ReflectorTest : public ::testing::Test {
 protected:
  void play(std::deque<Answer> answers) {
    script_.with([&](Script& script) { script.answers = std::move(answers); });
    reflector_ =
        std::make_unique<Reflector>(std::make_unique<ScriptedServer>(script_), clock_, metrics_,
                                    ReflectorOptions{"/apis/batch/v1/jobs", "jobs", ""}, sink_);
    reflector_->start();
  }
  bool wait_requests(std::size_t count) {
    return script_.wait([count](const Script& script) { return script.requests.size() >= count; });
  }
  std::vector<std::string> requests() { return script_.get().requests; }
  bool wait_synced() { return reflector_->wait_synced(kTestDeadline, {}); }

  SystemClock clock_;
  metrics::Registry metrics_;
  RecordingSink sink_;
  Watched<Script> script_;
  std::unique_ptr<Reflector> reflector_;
};

TEST_F(ReflectorTest, StreamsTheInitialListAndCarriesOnOnTheSameConnection) {
  play({{{event("ADDED", "a", 3), event("ADDED", "b", 1), initial_end(5), event("MODIFIED", "a", 6),
          event("DELETED", "b", 7)},
         std::nullopt}});
  ASSERT_TRUE(wait_synced());
  EXPECT_TRUE(reflector_->synced());
  ASSERT_TRUE(sink_.wait_for(6));
  EXPECT_THAT(sink_.lines(),
              ElementsAre("begin", "added a@3", "added b@1", "end", "modified a@6", "deleted b@7"));
  EXPECT_THAT(requests(), ElementsAre(StartsWith(kStream)));
  const std::string text = metrics_.expose();
  EXPECT_THAT(text, HasSubstr("reflector_lists_total{name=\"jobs\"} 1"));
  EXPECT_THAT(text, HasSubstr("reflector_watches_total{name=\"jobs\"} 1"));
  EXPECT_THAT(text, HasSubstr("reflector_last_sync_age_seconds{name=\"jobs\"} "));
}

TEST_F(ReflectorTest, NotSyncedBeforeTheInitialEventsEnd) {
  play({{{event("ADDED", "a", 3)}, std::nullopt}});
  ASSERT_TRUE(sink_.wait_for(2));
  EXPECT_FALSE(reflector_->synced());
  EXPECT_FALSE(reflector_->wait_synced(Millis{1}, {}));
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(reflector_->wait_synced(kTestDeadline, stop.get_token()));
}

TEST_F(ReflectorTest, ServerThatRefusesStreamingIsListedInPages) {
  play(
      {{{}, fail(Errc::Invalid, "sendInitialEvents is forbidden")},
       {{R"({"metadata":{"resourceVersion":"8","continue":"c/1"},"items":[{"metadata":{"name":"a","resourceVersion":"3"}}]})"}},
       {{R"({"items":[{"metadata":{"name":"b","resourceVersion":"4"}}],"metadata":{"resourceVersion":"8"}})"}}});
  ASSERT_TRUE(wait_synced());
  ASSERT_TRUE(wait_requests(4));
  EXPECT_THAT(requests(), ElementsAre(StartsWith(kStream), "LIST /apis/batch/v1/jobs?limit=500",
                                      "LIST /apis/batch/v1/jobs?limit=500&continue=c%2F1",
                                      StartsWith(std::string(kWatchFrom) + "8&")));
  EXPECT_THAT(sink_.lines(), ElementsAre("begin", "begin", "added a@3", "added b@4", "end"));
}

TEST_F(ReflectorTest, ClosedWatchGoesOnFromTheLastBookmark) {
  play({{{initial_end(5), bookmark(17)}}});
  ASSERT_TRUE(wait_requests(2));
  EXPECT_THAT(requests()[1], StartsWith(std::string(kWatchFrom) + "17&"));
  EXPECT_THAT(sink_.lines(), ElementsAre("begin", "end"));
}

TEST_F(ReflectorTest, CutConnectionGoesOnFromTheLastObject) {
  play({{{initial_end(5), event("ADDED", "a", 21)}, fail(Errc::Unavailable, "connection reset")}});
  ASSERT_TRUE(wait_requests(2));
  EXPECT_THAT(requests()[1], StartsWith(std::string(kWatchFrom) + "21&"));
}

TEST_F(ReflectorTest, SilentConnectionIsOpenedAgain) {
  play({{{initial_end(5)}, fail(Errc::Timeout, "no byte for 90 s")}});
  ASSERT_TRUE(wait_requests(2));
  EXPECT_THAT(requests()[1], StartsWith(std::string(kWatchFrom) + "5&"));
}

TEST_F(ReflectorTest, GoneAsAnEventListsAgainAndStaysSynced) {
  play(
      {{{event("ADDED", "a", 3), initial_end(5), kGoneEvent, event("ADDED", "must not be read", 6)},
        std::nullopt},
       {{event("ADDED", "c", 30), initial_end(31)}, std::nullopt}});
  ASSERT_TRUE(sink_.wait_for(6));
  EXPECT_THAT(sink_.lines(),
              ElementsAre("begin", "added a@3", "end", "begin", "added c@30", "end"));
  EXPECT_THAT(requests(), ElementsAre(StartsWith(kStream), StartsWith(kStream)));
  EXPECT_TRUE(reflector_->synced());
}

TEST_F(ReflectorTest, GoneAsAStatusListsAgain) {
  play({{{initial_end(5)}, fail(Errc::Unavailable, "x")},
        {{}, fail(Errc::Gone, "too old")},
        {{initial_end(9)}, std::nullopt}});
  ASSERT_TRUE(sink_.wait_for(4));
  EXPECT_THAT(requests(),
              ElementsAre(StartsWith(kStream), StartsWith(kWatchFrom), StartsWith(kStream)));
}

TEST_F(ReflectorTest, StreamCutBeforeItsEndBeginsAnew) {
  play({{{event("ADDED", "a", 3)}, fail(Errc::Unavailable, "cut")},
        {{event("ADDED", "a", 3), initial_end(5)}, std::nullopt}});
  ASSERT_TRUE(wait_synced());
  EXPECT_THAT(sink_.lines(), ElementsAre("begin", "added a@3", "begin", "added a@3", "end"));
}

TEST_F(ReflectorTest, UnreadableObjectIsCountedAndSkipped) {
  play({{{event("ADDED", "bad", 3), event("ADDED", "throws", 3), event("ADDED", "b", 4),
          initial_end(5)},
         std::nullopt}});
  ASSERT_TRUE(wait_synced());
  EXPECT_THAT(sink_.lines(), ElementsAre("begin", "added b@4", "end"));
  EXPECT_THAT(metrics_.expose(), HasSubstr("reflector_unreadable_objects_total{name=\"jobs\"} 2"));
}

TEST_F(ReflectorTest, UnreadableLineIsReadAgainFromTheLastVersion) {
  play({{{initial_end(5), event("ADDED", "a", 6), R"({"type":"ADDED","object":{"metada)"},
         std::nullopt}});
  ASSERT_TRUE(wait_requests(2));
  EXPECT_THAT(requests()[1], StartsWith(std::string(kWatchFrom) + "6&"));
}

TEST_F(ReflectorTest, SelectorsGoIntoEachRequest) {
  script_.with([](Script& script) { script.answers = {{{initial_end(5)}}}; });
  Reflector selective(std::make_unique<ScriptedServer>(script_), clock_, metrics_,
                      ReflectorOptions{"/apis/batch/v1/jobs", "selected", "labelSelector=a"},
                      sink_);
  selective.start();
  ASSERT_TRUE(wait_requests(2));
  for (const auto& request : requests()) EXPECT_THAT(request, HasSubstr("&labelSelector=a"));
}

TEST_F(ReflectorTest, StopInterruptsAnOpenWatch) {
  play({{{initial_end(5)}, std::nullopt}});
  ASSERT_TRUE(wait_synced());
  reflector_.reset();  // hangs, if it does not
  EXPECT_EQ(requests().size(), 1U);
}

TEST_F(ReflectorTest, StopInterruptsABackoff) {
  Error busy{Errc::TooManyRequests, "later", std::chrono::seconds(250)};
  play({{{}, fail(busy)}});
  ASSERT_TRUE(wait_requests(1));
  reflector_->stop();
  reflector_.reset();  // waits 250 s, if it does not
  EXPECT_EQ(requests().size(), 1U);
}

TEST_F(ReflectorTest, DestroyedWithoutStart) {
  Reflector idle(std::make_unique<ScriptedServer>(script_), clock_, metrics_,
                 ReflectorOptions{"/x", "idle", ""}, sink_);
  idle.stop();
  EXPECT_FALSE(idle.synced());
}

}  // namespace
}  // namespace karbonetes::kube
