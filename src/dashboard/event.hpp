// Server-sent events as bytes (HTML standard, 9.2.6). Pure.
#pragma once

#include <string>
#include <string_view>

namespace karbonetes::dashboard {

// "id: ...\nevent: ...\ndata: ...\n\n". Each line of `data` becomes a data line of its own, so that
// nothing in it can end the event or forge another; `id` and `name` are cut at a line end.
[[nodiscard]] std::string event_bytes(std::string_view id, std::string_view name,
                                      std::string_view data);

// How long the browser waits before it connects again; stands first in a stream.
[[nodiscard]] std::string retry_bytes(int milliseconds);

// A comment, which the browser drops: it keeps the connection open and finds dead ones.
[[nodiscard]] std::string heartbeat_bytes();

}  // namespace karbonetes::dashboard
