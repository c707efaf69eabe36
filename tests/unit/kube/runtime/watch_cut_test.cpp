// A watch that is cut after each of its bytes, in good order and without: the next one goes on
// where this one was, nothing is missed and nothing is made up.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "kube/client/line_splitter.hpp"
#include "kube/runtime/watch_reader.hpp"
#include "kube/runtime/watch_state.hpp"
#include "recording_sink.hpp"

namespace karbonetes::kube {
namespace {

using ::testing::ElementsAre;

struct Event {
  int version;
  std::string line;
};

Event event(const char* type, const char* name, int version) {
  // With what a hasty reader of half a line would take for an end.
  return {version, std::string(R"({"type":")") + type +
                       R"(","object":{"kind":"Job","metadata":{"name":")" + name +
                       R"(","resourceVersion":")" + std::to_string(version) +
                       R"(","annotations":{"note":"{\"}}\\n\" }"}},"spec":{"suspend":true}}})"};
}

const std::vector<Event> kHistory{
    event("ADDED", "a", 3),
    event("ADDED", "b", 4),
    {5,
     R"({"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"5","annotations":{"k8s.io/initial-events-end":"true"}}}})"},
    event("MODIFIED", "a", 6),
    event("DELETED", "b", 7),
    {8, R"({"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"8"}}})"},
    event("ADDED", "c", 9)};

// What the server has to say to who knows everything up to `known`.
std::string after(int known) {
  std::string text;
  for (const Event& event : kHistory) {
    if (event.version > known) text += event.line + '\n';
  }
  return text;
}

// A reflector without its thread and its sockets, and a server that answers at once.
class Runner {
 public:
  // Reads what the server has to say, of that no more than `limit` bytes.
  void connect(std::size_t limit, bool in_good_order) {
    while (action_.kind == WatchAction::Kind::Wait) feed({});
    const bool initial = action_.kind == WatchAction::Kind::StreamInitial;
    const std::string text = after(initial ? 0 : std::stoi(state_.resource_version));
    action_.kind = WatchAction::Kind::Wait;
    bool more = true;
    const auto on_line = [&](std::string_view line) {
      auto input = reader_.line(line);
      return more = !input || !feed(std::move(*input));
    };
    LineSplitter splitter(1 << 20);
    ASSERT_TRUE(splitter.feed(std::string_view(text).substr(0, limit), on_line));
    // As Client::watch: what is left of a stream that was torn is no line.
    if (in_good_order && more) splitter.finish(on_line);
    if (!more) return;
    WatchInput end;
    end.kind = in_good_order ? WatchInput::Kind::Closed : WatchInput::Kind::Failed;
    feed(std::move(end));
  }

  // What the sink was told since the last list began, without what it was told twice.
  std::vector<std::string> told() {
    auto lines = sink_.lines();
    const auto begin = std::ranges::find(lines.rbegin(), lines.rend(), "begin");
    lines.erase(lines.begin(), begin.base());
    lines.erase(std::ranges::unique(lines).begin(), lines.end());
    return lines;
  }

 private:
  // True: there is something else to do than reading on.
  bool feed(WatchInput input) {
    WatchStep next = step(std::move(state_), input, now_);
    state_ = std::move(next.state);
    now_ += kEarlyClose;
    if (next.begin_replace) sink_.begin_replace();
    if (next.end_replace) sink_.end_replace();
    if (next.action) action_ = *next.action;
    return next.action.has_value();
  }

  RecordingSink sink_;
  WatchReader reader_{sink_};
  WatchState state_;
  WatchAction action_;
  TimePoint now_{Seconds(1'700'000'000)};
};

TEST(WatchCut, AfterEachByteTheNextOneGoesOn) {
  const std::size_t length = after(0).size();
  for (std::size_t cut = 0; cut <= length; ++cut) {
    for (const bool in_good_order : {false, true}) {
      Runner runner;
      runner.connect(cut, in_good_order);
      runner.connect(std::string::npos, true);
      ASSERT_THAT(runner.told(), ElementsAre("added a@3", "added b@4", "end", "modified a@6",
                                             "deleted b@7", "added c@9"))
          << "cut after byte " << cut << (in_good_order ? ", in good order" : ", torn");
    }
  }
}

TEST(WatchCut, TwiceInARow) {
  const std::size_t length = after(0).size();
  for (std::size_t first = 0; first <= length; first += 7) {
    for (std::size_t second = 0; second <= length; second += 11) {
      Runner runner;
      runner.connect(first, false);
      runner.connect(second, false);
      runner.connect(std::string::npos, true);
      ASSERT_THAT(runner.told(), ElementsAre("added a@3", "added b@4", "end", "modified a@6",
                                             "deleted b@7", "added c@9"))
          << "cut after bytes " << first << " and " << second;
    }
  }
}

}  // namespace
}  // namespace karbonetes::kube
