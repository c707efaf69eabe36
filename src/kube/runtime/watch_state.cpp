#include "kube/runtime/watch_state.hpp"

#include <algorithm>

#include "http/types.hpp"

namespace karbonetes::kube {

namespace {

using Kind = WatchInput::Kind;
using Act = WatchAction::Kind;

// Delivering for long enough means that what was wrong is over.
void delivered(WatchState& state, TimePoint now) {
  if (state.healthy_since == TimePoint{}) state.healthy_since = now;
  if (now - state.healthy_since >= kBackoffResetAfter) state.backoff = Millis{0};
}

WatchStep carry_on(WatchState state) { return {.state = std::move(state)}; }

WatchStep act(WatchState state, Act kind, TimePoint now) {
  state.connected_at = now;
  return {.state = std::move(state), .action = WatchAction{kind, Millis{0}}};
}

WatchStep wait(WatchState state, const WatchInput& input) {
  state.healthy_since = {};
  const Millis most = input.kind == Kind::Failed ? kBackoffMax : kRelistBackoffMax;
  state.backoff = state.backoff == Millis{0} ? kBackoffMin : std::min(state.backoff * 2, most);
  const double share = 0.5 + 0.5 * std::clamp(input.jitter, 0.0, 1.0);
  Millis delay(static_cast<Millis::rep>(static_cast<double>(state.backoff.count()) * share));
  if (input.retry_after) delay = std::max(delay, std::min(*input.retry_after, kRetryAfterMax));
  return {.state = std::move(state), .action = WatchAction{Act::Wait, delay}};
}

WatchState emptied(WatchState state) {
  state.mode = WatchMode::Empty;
  state.resource_version.clear();
  state.continue_token.clear();
  state.closed_early = false;
  return state;
}

// Model step List, model/release.pml.
WatchStep begin_list(WatchState state, TimePoint now) {
  state = emptied(std::move(state));
  const bool pages = state.streaming_refused;
  state.mode = pages ? WatchMode::Paging : WatchMode::InitialStream;
  WatchStep next = act(std::move(state), pages ? Act::ListPage : Act::StreamInitial, now);
  next.begin_replace = true;
  return next;
}

WatchStep list_again(WatchState state, const WatchInput& input) {
  return wait(emptied(std::move(state)), input);
}

WatchStep page_read(WatchState state, const WatchInput& input, TimePoint now) {
  if (state.mode != WatchMode::Paging) return carry_on(std::move(state));
  delivered(state, now);
  if (!input.continue_token.empty()) {
    // The same token twice would have us read one page for ever.
    if (input.continue_token == state.continue_token) return list_again(std::move(state), input);
    state.continue_token = input.continue_token;
    return act(std::move(state), Act::ListPage, now);
  }
  // Without a version there is nowhere to watch from.
  if (input.resource_version.empty()) return list_again(std::move(state), input);
  state.mode = WatchMode::Watching;
  state.resource_version = input.resource_version;
  state.continue_token.clear();
  WatchStep next = act(std::move(state), Act::Watch, now);
  next.end_replace = true;
  return next;
}

// An object or a bookmark. During the initial stream versions come in no order and mean nothing
// yet.
WatchStep version_seen(WatchState state, const WatchInput& input, TimePoint now) {
  if (state.mode != WatchMode::Watching && state.mode != WatchMode::InitialStream)
    return carry_on(std::move(state));
  delivered(state, now);
  if (state.mode == WatchMode::Watching && !input.resource_version.empty()) {
    state.resource_version = input.resource_version;
  }
  return carry_on(std::move(state));
}

WatchStep initial_events_end(WatchState state, const WatchInput& input, TimePoint now) {
  if (state.mode != WatchMode::InitialStream) return version_seen(std::move(state), input, now);
  if (input.resource_version.empty()) return list_again(std::move(state), input);
  delivered(state, now);
  state.mode = WatchMode::Watching;
  state.resource_version = input.resource_version;
  WatchStep next = carry_on(std::move(state));
  next.end_replace = true;
  return next;
}

WatchStep closed(WatchState state, const WatchInput& input, TimePoint now) {
  const Millis lasted = now - state.connected_at;
  if (state.mode != WatchMode::Watching) {
    if (state.mode == WatchMode::InitialStream && lasted >= kStreamWithoutEnd)
      state.streaming_refused = true;
    return list_again(std::move(state), input);
  }
  if (lasted >= kBackoffResetAfter) state.backoff = Millis{0};
  const bool early = lasted < kEarlyClose;
  const bool again = early && state.closed_early;
  state.closed_early = early;
  if (again) return wait(std::move(state), input);
  return act(std::move(state), Act::Watch, now);
}

WatchStep failed(WatchState state, const WatchInput& input) {
  if (state.mode == WatchMode::Watching) return wait(std::move(state), input);
  return list_again(std::move(state), input);
}

}  // namespace

WatchStep step(WatchState state, const WatchInput& input, TimePoint now) {
  switch (input.kind) {
    case Kind::Started:
      if (state.mode == WatchMode::Watching) return act(std::move(state), Act::Watch, now);
      return begin_list(std::move(state), now);
    case Kind::PageRead:
      return page_read(std::move(state), input, now);
    case Kind::ObjectSeen:
    case Kind::Bookmark:
      return version_seen(std::move(state), input, now);
    case Kind::InitialEventsEnd:
      return initial_events_end(std::move(state), input, now);
    case Kind::Closed:
      return closed(std::move(state), input, now);
    case Kind::Failed:
      return failed(std::move(state), input);
    case Kind::Gone:
      return list_again(std::move(state), input);
    case Kind::StreamingRefused:
      if (state.mode != WatchMode::InitialStream) return failed(std::move(state), input);
      state.streaming_refused = true;
      return begin_list(std::move(state), now);
  }
  return carry_on(std::move(state));
}

std::string query_for(const WatchState& state, const WatchAction& action,
                      std::string_view selectors) {
  std::string query;
  switch (action.kind) {
    case Act::StreamInitial:
      query =
          "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks="
          "true&resourceVersion="
          "&timeoutSeconds=290";
      break;
    case Act::ListPage:
      query = "limit=" + std::to_string(kPageSize);
      if (!state.continue_token.empty())
        query += "&continue=" + http::percent_encode(state.continue_token);
      break;
    case Act::Watch:
      query = "watch=1&allowWatchBookmarks=true&resourceVersion=" +
              http::percent_encode(state.resource_version) + "&timeoutSeconds=290";
      break;
    case Act::Wait:
      return {};
  }
  if (!selectors.empty()) (query += '&') += selectors;
  return query;
}

}  // namespace karbonetes::kube
