// Turns what the API server sends, a line of a watch or a page of a list, into inputs of
// watch_state, and hands the objects to the sink on the way; each text is parsed once, forward
// only. Owned by one Reflector; not thread-safe. Failure: an object that the sink cannot read is
// counted and skipped; a text that is no JSON becomes WatchInput::Failed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "json/reader.hpp"
#include "kube/runtime/object_sink.hpp"
#include "kube/runtime/watch_state.hpp"

namespace karbonetes::kube {

class WatchReader {
 public:
  explicit WatchReader(ObjectSink& sink) : sink_(sink) {}

  // {"type": "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR", "object": {...}}, in either
  // order. nullopt: nothing that concerns the protocol (an empty line, a type of the future).
  [[nodiscard]] std::optional<WatchInput> line(std::string_view text);

  // {"metadata": {"resourceVersion", "continue"}, "items": [...]}, in either order. PageRead, or
  // Failed.
  [[nodiscard]] WatchInput page(std::string_view text);

  // Objects that the sink refused so far, and why it refused the last one.
  [[nodiscard]] std::uint64_t unreadable() const { return unreadable_; }
  [[nodiscard]] const std::string& last_problem() const { return last_problem_; }

 private:
  [[nodiscard]] std::optional<WatchInput> event(std::string_view type, json::Value object);
  // The object's resourceVersion; empty when the sink refused it.
  [[nodiscard]] std::string apply(Change change, json::Value object);
  [[nodiscard]] WatchInput failed(const std::string& problem);

  ObjectSink& sink_;
  json::Reader reader_, late_reader_;
  std::uint64_t unreadable_ = 0;
  std::string last_problem_;
};

// What an error of list or watch means to the protocol.
[[nodiscard]] WatchInput input_for(const Error& error);

}  // namespace karbonetes::kube
