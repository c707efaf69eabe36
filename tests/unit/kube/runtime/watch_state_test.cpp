#include "kube/runtime/watch_state.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace karbonetes::kube {
namespace {

using Kind = WatchInput::Kind;
using Act = WatchAction::Kind;
using Mode = WatchMode;

constexpr TimePoint kStart{Millis{1'800'000'000'000}};

WatchState in(Mode mode) {
  WatchState state;
  state.mode = mode;
  state.connected_at = kStart;
  if (mode == Mode::Watching) state.resource_version = "10";
  if (mode == Mode::Paging) {
    state.continue_token = "t1";
    state.streaming_refused = true;
  }
  return state;
}

WatchInput input(Kind kind, std::string version = "", std::string token = "") {
  WatchInput i;
  i.kind = kind;
  i.resource_version = std::move(version);
  i.continue_token = std::move(token);
  i.jitter = 1;
  return i;
}

struct Expected {
  Mode mode;
  std::optional<Act> action;
  std::string version;
  bool begin = false;
  bool end = false;
};
struct Transition {
  const char* name;
  WatchState from;
  WatchInput input;
  Expected expected;
  Millis after = Millis{20'000};  // since the connection was asked for
};

WatchState refused(WatchState state) {
  state.streaming_refused = true;
  return state;
}
WatchState early(WatchState state) {
  state.closed_early = true;
  return state;
}

const std::vector<Transition>& transitions() {
  static const std::vector<Transition> table = {
      // Started
      {"StartEmpty",
       in(Mode::Empty),
       input(Kind::Started),
       {Mode::InitialStream, Act::StreamInitial, "", true}},
      {"StartEmptyRefused",
       refused(in(Mode::Empty)),
       input(Kind::Started),
       {Mode::Paging, Act::ListPage, "", true}},
      {"StartInStream",
       in(Mode::InitialStream),
       input(Kind::Started),
       {Mode::InitialStream, Act::StreamInitial, "", true}},
      {"StartInPaging",
       in(Mode::Paging),
       input(Kind::Started),
       {Mode::Paging, Act::ListPage, "", true}},
      {"StartInWatching",
       in(Mode::Watching),
       input(Kind::Started),
       {Mode::Watching, Act::Watch, "10"}},
      // PageRead
      {"PageInEmpty",
       in(Mode::Empty),
       input(Kind::PageRead, "5", "x"),
       {Mode::Empty, std::nullopt, ""}},
      {"PageInStream",
       in(Mode::InitialStream),
       input(Kind::PageRead, "5"),
       {Mode::InitialStream, std::nullopt, ""}},
      {"PageInWatching",
       in(Mode::Watching),
       input(Kind::PageRead, "5"),
       {Mode::Watching, std::nullopt, "10"}},
      {"PageWithMore",
       in(Mode::Paging),
       input(Kind::PageRead, "5", "t2"),
       {Mode::Paging, Act::ListPage, ""}},
      {"LastPage",
       in(Mode::Paging),
       input(Kind::PageRead, "5"),
       {Mode::Watching, Act::Watch, "5", false, true}},
      {"LastPageWithoutVersion",
       in(Mode::Paging),
       input(Kind::PageRead),
       {Mode::Empty, Act::Wait, ""}},
      {"PageThatPointsAtItself",
       in(Mode::Paging),
       input(Kind::PageRead, "5", "t1"),
       {Mode::Empty, Act::Wait, ""}},
      // ObjectSeen
      {"ObjectInEmpty",
       in(Mode::Empty),
       input(Kind::ObjectSeen, "11"),
       {Mode::Empty, std::nullopt, ""}},
      {"ObjectInStream",
       in(Mode::InitialStream),
       input(Kind::ObjectSeen, "11"),
       {Mode::InitialStream, std::nullopt, ""}},
      {"ObjectInPaging",
       in(Mode::Paging),
       input(Kind::ObjectSeen, "11"),
       {Mode::Paging, std::nullopt, ""}},
      {"ObjectInWatching",
       in(Mode::Watching),
       input(Kind::ObjectSeen, "11"),
       {Mode::Watching, std::nullopt, "11"}},
      {"UnreadableObjectInWatching",
       in(Mode::Watching),
       input(Kind::ObjectSeen),
       {Mode::Watching, std::nullopt, "10"}},
      // Bookmark
      {"BookmarkInEmpty",
       in(Mode::Empty),
       input(Kind::Bookmark, "12"),
       {Mode::Empty, std::nullopt, ""}},
      {"BookmarkBeforeTheEnd",
       in(Mode::InitialStream),
       input(Kind::Bookmark, "12"),
       {Mode::InitialStream, std::nullopt, ""}},
      {"BookmarkInPaging",
       in(Mode::Paging),
       input(Kind::Bookmark, "12"),
       {Mode::Paging, std::nullopt, ""}},
      {"BookmarkInWatching",
       in(Mode::Watching),
       input(Kind::Bookmark, "12"),
       {Mode::Watching, std::nullopt, "12"}},
      // InitialEventsEnd
      {"EndInEmpty",
       in(Mode::Empty),
       input(Kind::InitialEventsEnd, "13"),
       {Mode::Empty, std::nullopt, ""}},
      {"EndInStream",
       in(Mode::InitialStream),
       input(Kind::InitialEventsEnd, "13"),
       {Mode::Watching, std::nullopt, "13", false, true}},
      {"EndWithoutVersion",
       in(Mode::InitialStream),
       input(Kind::InitialEventsEnd),
       {Mode::Empty, Act::Wait, ""}},
      {"EndInPaging",
       in(Mode::Paging),
       input(Kind::InitialEventsEnd, "13"),
       {Mode::Paging, std::nullopt, ""}},
      {"EndInWatchingIsABookmark",
       in(Mode::Watching),
       input(Kind::InitialEventsEnd, "13"),
       {Mode::Watching, std::nullopt, "13"}},
      // Closed
      {"ClosedInEmpty", in(Mode::Empty), input(Kind::Closed), {Mode::Empty, Act::Wait, ""}},
      {"ClosedInStream",
       in(Mode::InitialStream),
       input(Kind::Closed),
       {Mode::Empty, Act::Wait, ""}},
      {"ClosedInPaging", in(Mode::Paging), input(Kind::Closed), {Mode::Empty, Act::Wait, ""}},
      {"ClosedInWatching",
       in(Mode::Watching),
       input(Kind::Closed),
       {Mode::Watching, Act::Watch, "10"}},
      {"ClosedEarlyOnce",
       in(Mode::Watching),
       input(Kind::Closed),
       {Mode::Watching, Act::Watch, "10"},
       Millis{5}},
      {"ClosedEarlyTwice",
       early(in(Mode::Watching)),
       input(Kind::Closed),
       {Mode::Watching, Act::Wait, "10"},
       Millis{5}},
      {"ClosedInTimeAfterAnEarlyOne",
       early(in(Mode::Watching)),
       input(Kind::Closed),
       {Mode::Watching, Act::Watch, "10"}},
      // Failed
      {"FailedInEmpty", in(Mode::Empty), input(Kind::Failed), {Mode::Empty, Act::Wait, ""}},
      {"FailedInStream",
       in(Mode::InitialStream),
       input(Kind::Failed),
       {Mode::Empty, Act::Wait, ""}},
      {"FailedInPaging", in(Mode::Paging), input(Kind::Failed), {Mode::Empty, Act::Wait, ""}},
      {"FailedInWatching",
       in(Mode::Watching),
       input(Kind::Failed),
       {Mode::Watching, Act::Wait, "10"}},
      // Gone
      {"GoneInEmpty", in(Mode::Empty), input(Kind::Gone), {Mode::Empty, Act::Wait, ""}},
      {"GoneInStream", in(Mode::InitialStream), input(Kind::Gone), {Mode::Empty, Act::Wait, ""}},
      {"ContinueTokenExpired", in(Mode::Paging), input(Kind::Gone), {Mode::Empty, Act::Wait, ""}},
      {"GoneInWatching", in(Mode::Watching), input(Kind::Gone), {Mode::Empty, Act::Wait, ""}},
      // StreamingRefused
      {"RefusedInEmpty",
       in(Mode::Empty),
       input(Kind::StreamingRefused),
       {Mode::Empty, Act::Wait, ""}},
      {"RefusedInStream",
       in(Mode::InitialStream),
       input(Kind::StreamingRefused),
       {Mode::Paging, Act::ListPage, "", true}},
      {"RefusedInPaging",
       in(Mode::Paging),
       input(Kind::StreamingRefused),
       {Mode::Empty, Act::Wait, ""}},
      {"RefusedInWatching",
       in(Mode::Watching),
       input(Kind::StreamingRefused),
       {Mode::Watching, Act::Wait, "10"}},
  };
  return table;
}

class WatchTransition : public ::testing::TestWithParam<Transition> {};

TEST_P(WatchTransition, GoesWhereTheTableSays) {
  const Transition& t = GetParam();
  const WatchStep next = step(t.from, t.input, kStart + t.after);
  EXPECT_EQ(next.state.mode, t.expected.mode);
  EXPECT_EQ(next.state.resource_version, t.expected.version);
  EXPECT_EQ(next.begin_replace, t.expected.begin);
  EXPECT_EQ(next.end_replace, t.expected.end);
  ASSERT_EQ(next.action.has_value(), t.expected.action.has_value());
  if (!next.action) return;
  EXPECT_EQ(next.action->kind, *t.expected.action);
  if (next.action->kind == Act::Wait) {
    EXPECT_EQ(next.action->delay, kBackoffMin);
  } else {
    EXPECT_EQ(next.action->delay, Millis{0});
    EXPECT_EQ(next.state.connected_at, kStart + t.after);
  }
}

INSTANTIATE_TEST_SUITE_P(Table, WatchTransition, ::testing::ValuesIn(transitions()),
                         [](const auto& one) { return std::string(one.param.name); });

// Drives the machine and keeps the last step.
struct Drive {
  WatchStep last;
  TimePoint now = kStart;

  explicit Drive(WatchState state = {}) { last.state = std::move(state); }
  const WatchStep& operator()(const WatchInput& i) {
    last = step(last.state, i, now);
    return last;
  }
  [[nodiscard]] Act action() const { return last.action.value_or(WatchAction{}).kind; }
};

TEST(WatchState, StreamingListCarriesOnAsTheWatchOfTheSameConnection) {
  Drive drive;
  drive(input(Kind::Started));
  EXPECT_EQ(
      query_for(drive.last.state, *drive.last.action, "labelSelector=a%3Db"),
      "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
      "&resourceVersion=&timeoutSeconds=290&labelSelector=a%3Db");
  EXPECT_FALSE(drive(input(Kind::ObjectSeen, "900")).action);
  const auto& end = drive(input(Kind::InitialEventsEnd, "100"));
  EXPECT_TRUE(end.end_replace);
  EXPECT_FALSE(end.action);
  EXPECT_EQ(drive(input(Kind::ObjectSeen, "101")).state.resource_version, "101");
  drive.now += Millis{290'000};
  drive(input(Kind::Closed));
  EXPECT_EQ(query_for(drive.last.state, *drive.last.action, ""),
            "watch=1&allowWatchBookmarks=true&resourceVersion=101&timeoutSeconds=290");
}

TEST(WatchState, PagesAreReadToTheEnd) {
  Drive drive(refused(WatchState{}));
  drive(input(Kind::Started));
  EXPECT_EQ(query_for(drive.last.state, *drive.last.action, "x=y"), "limit=500&x=y");
  drive(input(Kind::PageRead, "7", "a/b+c="));
  EXPECT_FALSE(drive.last.begin_replace);
  EXPECT_EQ(query_for(drive.last.state, *drive.last.action, ""), "limit=500&continue=a%2Fb%2Bc%3D");
  drive(input(Kind::PageRead, "7"));
  EXPECT_TRUE(drive.last.end_replace);
  EXPECT_EQ(query_for(drive.last.state, *drive.last.action, ""),
            "watch=1&allowWatchBookmarks=true&resourceVersion=7&timeoutSeconds=290");
  EXPECT_EQ(query_for(drive.last.state, WatchAction{}, "x=y"), "");
}

TEST(WatchState, ExpiredContinueTokenBeginsTheListAnew) {
  Drive drive(in(Mode::Paging));
  drive(input(Kind::Gone));
  drive(input(Kind::Started));
  EXPECT_TRUE(drive.last.begin_replace);
  EXPECT_EQ(query_for(drive.last.state, *drive.last.action, ""), "limit=500");
}

TEST(WatchState, RefusalOfStreamingIsRememberedThrough410) {
  Drive drive;
  drive(input(Kind::Started));
  drive(input(Kind::StreamingRefused));
  drive(input(Kind::PageRead, "7"));
  drive(input(Kind::Gone));
  drive(input(Kind::Started));
  EXPECT_EQ(drive.action(), Act::ListPage);
}

TEST(WatchState, StreamThatNeverSaysWhereItsInitialEventsEndLeadsToPages) {
  Drive drive;
  drive(input(Kind::Started));
  drive(input(Kind::ObjectSeen, "5"));
  drive.now += Millis{290'000};
  EXPECT_FALSE(drive(input(Kind::Closed)).end_replace);
  drive(input(Kind::Started));
  EXPECT_EQ(drive.action(), Act::ListPage);
}

TEST(WatchState, BackoffDoublesToItsMaximumAndJitterHalvesIt) {
  Drive drive(in(Mode::Watching));
  std::vector<Millis::rep> delays;
  for (int i = 0; i < 8; ++i) delays.push_back(drive(input(Kind::Failed)).action->delay.count());
  EXPECT_EQ(delays, (std::vector<Millis::rep>{800, 1600, 3200, 4000, 4000, 4000, 4000, 4000}));
  WatchInput soft = input(Kind::Failed);
  soft.jitter = 0;
  EXPECT_EQ(drive(soft).action->delay, kBackoffMax / 2);
  soft.jitter = 1e9;
  EXPECT_EQ(drive(soft).action->delay, kBackoffMax);
  soft.jitter = -1;
  EXPECT_EQ(drive(soft).action->delay, kBackoffMax / 2);
}

TEST(WatchState, RetryAfterIsHonouredWithinReason) {
  WatchInput busy = input(Kind::Failed);
  busy.retry_after = Millis{7'000};
  EXPECT_EQ(step(in(Mode::Watching), busy, kStart).action->delay, Millis{7'000});
  busy.retry_after = Millis{1};
  EXPECT_EQ(step(in(Mode::Watching), busy, kStart).action->delay, kBackoffMin);
  busy.retry_after = Millis{86'400'000};
  EXPECT_EQ(step(in(Mode::Watching), busy, kStart).action->delay, kRetryAfterMax);
}

TEST(WatchState, BackoffStartsAnewAfterTwoHealthyMinutes) {
  Drive drive(in(Mode::Watching));
  for (int i = 0; i < 4; ++i) drive(input(Kind::Failed));
  drive(input(Kind::Started));
  drive(input(Kind::Bookmark, "11"));
  drive.now += Millis{119'999};
  drive(input(Kind::Bookmark, "12"));
  EXPECT_EQ(drive.last.state.backoff, kBackoffMax);
  drive.now += Millis{1};
  drive(input(Kind::Bookmark, "13"));
  EXPECT_EQ(drive(input(Kind::Failed)).action->delay, kBackoffMin);
}

TEST(WatchState, TroubleInBetweenRestartsTheHealthyMinutes) {
  Drive drive(in(Mode::Watching));
  drive(input(Kind::Failed));
  drive(input(Kind::Started));
  drive(input(Kind::Bookmark, "11"));
  drive.now += Millis{100'000};
  drive(input(Kind::Failed));
  drive(input(Kind::Started));
  drive(input(Kind::Bookmark, "12"));
  drive.now += Millis{100'000};
  drive(input(Kind::Bookmark, "13"));
  EXPECT_EQ(drive(input(Kind::Failed)).action->delay, kBackoffMin * 4);
}

TEST(WatchState, QuietWatchThatRanItsTimeIsHealthy) {
  Drive drive(in(Mode::Watching));
  for (int i = 0; i < 4; ++i) drive(input(Kind::Failed));
  drive(input(Kind::Started));
  drive.now += Millis{290'000};
  drive(input(Kind::Closed));
  EXPECT_EQ(drive.action(), Act::Watch);
  EXPECT_EQ(drive(input(Kind::Failed)).action->delay, kBackoffMin);
}

// Ten minutes against a server that ends or refuses every request at once, in each way it can.
TEST(WatchState, NoAnswerOfTheServerMakesAHotLoop) {
  for (const Kind answer :
       {Kind::Closed, Kind::Failed, Kind::Gone, Kind::StreamingRefused, Kind::InitialEventsEnd}) {
    Drive drive;
    drive(input(Kind::Started));
    int requests = 0;
    for (int i = 0; i < 100'000 && drive.now < kStart + Millis{600'000}; ++i) {
      if (drive.last.action && drive.action() == Act::Wait) {
        ASSERT_GT(drive.last.action->delay, Millis{0});
        drive.now += drive.last.action->delay;
        drive(input(Kind::Started));
        continue;
      }
      ++requests;
      drive(input(answer, answer == Kind::InitialEventsEnd ? "5" : ""));
      if (!drive.last.action) drive(input(Kind::Closed));
    }
    EXPECT_GE(drive.now, kStart + Millis{600'000}) << static_cast<int>(answer);
    // Every 4 s when nobody answers, which costs little; else every 30 s.
    EXPECT_LT(requests, answer == Kind::Failed ? 160 : 60) << static_cast<int>(answer);
  }
}

TEST(WatchState, WatchThatIsGoneAfterEachListDoesNotListInAHotLoop) {
  Drive drive(refused(WatchState{}));
  drive(input(Kind::Started));
  int lists = 0;
  while (drive.now < kStart + Millis{600'000} && lists < 1000) {
    ++lists;
    drive(input(Kind::PageRead, "7"));
    drive(input(Kind::Gone));
    ASSERT_EQ(drive.action(), Act::Wait);
    drive.now += drive.last.action->delay;
    drive(input(Kind::Started));
  }
  EXPECT_LT(lists, 40);
}

}  // namespace
}  // namespace karbonetes::kube
