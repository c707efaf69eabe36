// The reflector's protocol as a pure state machine: step(state, input) -> what to do next. It knows
// list, pages, streaming list (sendInitialEvents), watch, bookmarks, 410 Gone, back-off. It never
// sees an object's content, a socket or a clock: time is an argument. Modelled on kube-rs' watcher
// and client-go's reflector. Owned by one Reflector; not thread-safe.
//
//   Empty --StreamingList--> Watching        (sendInitialEvents=true, ends with the bookmark
//   k8s.io/initial-events-end)
//     \----PagedList(limit 500)--> Watching  (when the server refuses a streaming list)
//   InitialStream, Paging --anything but success--> Empty: a half-read list is never continued
//   Watching --410--> Empty;  error --back-off--> Watching;  closed --> Watching; each from the
//   last version seen
//
// Back-off doubles from 0.8 s to 4 s (30 s where the server answers, but with nothing to go on
// from) and starts anew once a connection was healthy for 120 s. A watch that ends in the ordinary
// way is opened again at once, unless it lasted less than 10 s twice in a row.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace karbonetes::kube {

enum class WatchMode { Empty, InitialStream, Paging, Watching };

struct WatchState {
  WatchMode mode = WatchMode::Empty;
  std::string resource_version;    // newest version seen; "" before the first list
  std::string continue_token;      // Paging
  bool streaming_refused = false;  // remembered for the life of the process
  Millis backoff{0};               // last delay used; 0: none
  TimePoint connected_at{};        // when the current connection was asked for
  TimePoint healthy_since{};       // first delivery since the last trouble; epoch: none yet
  bool closed_early = false;       // the watch before this one ended within kEarlyClose
};

// What the runner does next.
struct WatchAction {
  enum class Kind { StreamInitial, ListPage, Watch, Wait } kind = Kind::Wait;
  Millis delay{0};  // Wait
};

struct WatchInput {
  enum class Kind {
    Started,           // the runner asks for the first action, or a Wait is over
    PageRead,          // a page arrived: resource_version, continue_token
    ObjectSeen,        // an ADDED/MODIFIED/DELETED: resource_version
    Bookmark,          // resource_version
    InitialEventsEnd,  // bookmark with the annotation k8s.io/initial-events-end: resource_version
    Closed,            // the server ended the watch as it does every few minutes
    Failed,            // connection lost, idle too long, 5xx, unreadable line: try again
    Gone,              // 410, as HTTP status or ERROR event, or an expired continue token
    StreamingRefused,  // the server does not know sendInitialEvents (400, 422)
  } kind = Kind::Started;
  std::string resource_version = {};
  std::string continue_token = {};
  std::optional<Millis> retry_after = std::nullopt;
  double jitter = 0;  // 0..1, drawn by the runner: delay is in [backoff/2, backoff]
};

struct WatchStep {
  WatchState state;
  std::optional<WatchAction> action = std::nullopt;  // none: carry on reading
  bool begin_replace = false;  // the sink must begin a replace before objects come
  bool end_replace = false;    // the initial list is complete: what was not seen is gone
};

inline constexpr int kPageSize = 500;
inline constexpr Millis kBackoffMin{800};
// Others allow 30 s. Here a Job that was created meanwhile may have a deadline within that.
inline constexpr Millis kBackoffMax{4'000};
// But a server that answers, and has us list anew each time, is not asked for everything that
// often.
inline constexpr Millis kRelistBackoffMax{30'000};
inline constexpr Millis kBackoffResetAfter{120'000};
inline constexpr Millis kEarlyClose{10'000};
inline constexpr Millis kRetryAfterMax{300'000};  // what a Retry-After may ask for
// A streaming list that ended in the ordinary way after so long without its final bookmark comes
// from a server that takes the query for a plain watch: pages from then on.
inline constexpr Millis kStreamWithoutEnd{60'000};

// The pure heart: no input is refused; one that makes no sense in the mode changes nothing.
[[nodiscard]] WatchStep step(WatchState state, const WatchInput& input, TimePoint now);

// The query for an action: "limit=500&continue=..." or
// "watch=1&allowWatchBookmarks=true&resourceVersion=...&timeoutSeconds=290", or KEP-3157's
// streaming list. Empty for Wait. `selectors` is appended as it is.
[[nodiscard]] std::string query_for(const WatchState& state, const WatchAction& action,
                                    std::string_view selectors);

}  // namespace karbonetes::kube
