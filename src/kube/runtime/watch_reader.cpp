#include "kube/runtime/watch_reader.hpp"

#include <algorithm>
#include <exception>

namespace karbonetes::kube {

namespace {

using json::Value;
using Kind = WatchInput::Kind;

constexpr std::string_view kInitialEventsEnd = "k8s.io/initial-events-end";
// A restored etcd may be behind the version we know; waiting for it to catch up could take for
// ever.
constexpr std::string_view kTooLarge = "Too large resource version";
constexpr std::size_t kMaxProblem = 256;

// Text members are read with good will: a wrong type counts as absent.
std::string text_of(Value value) {
  if (const auto kind = value.kind(); !kind || *kind != json::Kind::String) return {};
  const auto text = value.string();
  return text ? std::string(*text) : std::string();
}

std::int64_t number_of(Value value) {
  if (const auto kind = value.kind(); !kind || *kind != json::Kind::Number) return 0;
  return value.integer().value_or(0);
}

template <typename Fn>
Status if_object(Value value, Fn&& fn) {
  if (const auto kind = value.kind(); !kind || *kind != json::Kind::Object) return {};
  return value.each(std::forward<Fn>(fn));
}

Result<WatchInput> read_bookmark(Value object) {
  WatchInput input;
  input.kind = Kind::Bookmark;
  const Status status = if_object(object, [&](std::string_view key, Value v) -> Status {
    if (key != "metadata") return {};
    return if_object(v, [&](std::string_view member, Value m) -> Status {
      if (member == "resourceVersion") input.resource_version = text_of(m);
      if (member != "annotations") return {};
      return if_object(m, [&](std::string_view annotation, Value a) -> Status {
        if (annotation == kInitialEventsEnd && text_of(a) == "true")
          input.kind = Kind::InitialEventsEnd;
        return {};
      });
    });
  });
  if (!status) return fail(status.error());
  return input;
}

struct ApiStatus {
  std::int64_t code = 0;
  std::string reason, message;
  std::int64_t retry_after_seconds = 0;
};

Result<ApiStatus> read_status(Value object) {
  ApiStatus out;
  const Status status = if_object(object, [&](std::string_view key, Value v) -> Status {
    if (key == "code") out.code = number_of(v);
    if (key == "reason") out.reason = text_of(v);
    if (key == "message") out.message = text_of(v).substr(0, kMaxProblem);
    if (key != "details") return {};
    return if_object(v, [&](std::string_view member, Value m) -> Status {
      if (member == "retryAfterSeconds") out.retry_after_seconds = number_of(m);
      return {};
    });
  });
  if (!status) return fail(status.error());
  return out;
}

WatchInput input_for_status(const ApiStatus& status) {
  WatchInput input;
  input.kind = Kind::Failed;
  if (status.code == 410 || status.reason == "Expired" || status.reason == "Gone" ||
      status.message.find(kTooLarge) != std::string::npos) {
    input.kind = Kind::Gone;
  } else if (status.code == 400 || status.code == 422) {
    input.kind = Kind::StreamingRefused;
  }
  constexpr std::int64_t kDay = 86'400;
  if (status.retry_after_seconds > 0)
    input.retry_after = Seconds(std::min(status.retry_after_seconds, kDay));
  return input;
}

}  // namespace

WatchInput input_for(const Error& error) {
  WatchInput input;
  input.retry_after = error.retry_after;
  switch (error.code) {
    case Errc::Gone:
      input.kind = Kind::Gone;
      break;
    case Errc::Invalid:
    case Errc::InvalidArgument:
      input.kind = Kind::StreamingRefused;
      break;
    default:
      input.kind = error.message.find(kTooLarge) == std::string::npos ? Kind::Failed : Kind::Gone;
  }
  return input;
}

WatchInput WatchReader::failed(const std::string& problem) {
  last_problem_ = problem;
  WatchInput input;
  input.kind = Kind::Failed;
  return input;
}

std::string WatchReader::apply(Change change, Value object) {
  std::string problem;
  try {
    Result<std::string> version = sink_.apply(change, object);
    if (version) return std::move(*version);
    problem = std::move(version.error().message);
  } catch (const std::exception& e) {
    problem = e.what();
  }
  ++unreadable_;
  last_problem_ = problem.substr(0, kMaxProblem);
  return {};
}

std::optional<WatchInput> WatchReader::event(std::string_view type, Value object) {
  WatchInput input;
  if (type == "ADDED" || type == "MODIFIED" || type == "DELETED") {
    const Change change = type == "ADDED"      ? Change::Added
                          : type == "MODIFIED" ? Change::Modified
                                               : Change::Deleted;
    input.kind = Kind::ObjectSeen;
    input.resource_version = apply(change, object);
    return input;
  }
  if (type == "BOOKMARK") {
    const auto bookmark = read_bookmark(object);
    return bookmark ? *bookmark : failed(bookmark.error().message);
  }
  if (type == "ERROR") {
    const auto status = read_status(object);
    if (!status) return failed(status.error().message);
    last_problem_ = status->reason + " " + std::to_string(status->code) + ": " + status->message;
    return input_for_status(*status);
  }
  return std::nullopt;
}

std::optional<WatchInput> WatchReader::line(std::string_view text) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return std::nullopt;
  std::string type;
  std::string late;  // an object that came before its type
  std::optional<WatchInput> input;
  Status status = reader_.each(text, [&](std::string_view key, Value v) -> Status {
    if (key == "type") type = text_of(v);
    if (key != "object") return {};
    if (!type.empty()) {
      input = event(type, v);
      return {};
    }
    const auto raw = v.raw();
    if (!raw) return fail(raw.error());
    late = *raw;
    return {};
  });
  if (status && !late.empty()) {
    status =
        late_reader_.each("{\"object\":" + late + "}", [&](std::string_view, Value v) -> Status {
          input = event(type, v);
          return {};
        });
  }
  if (!status) return failed(status.error().message);
  if (type.empty()) return failed("a line of the watch has no type");
  return input;
}

WatchInput WatchReader::page(std::string_view text) {
  WatchInput input;
  input.kind = Kind::PageRead;
  bool has_items = false;
  const Status status = reader_.each(text, [&](std::string_view key, Value v) -> Status {
    if (key == "metadata") {
      return if_object(v, [&](std::string_view member, Value m) -> Status {
        if (member == "resourceVersion") input.resource_version = text_of(m);
        if (member == "continue") input.continue_token = text_of(m);
        return {};
      });
    }
    if (key != "items") return {};
    has_items = true;
    if (v.is_null()) return {};  // what Go writes for an empty list
    return v.each_element([&](Value item) -> Status {
      (void)apply(Change::Added, item);
      return {};
    });
  });
  if (!status) return failed(status.error().message);
  // An answer that is no list must not pass for an empty one: everything known would be forgotten.
  if (!has_items) return failed("the answer to a list has no items");
  return input;
}

}  // namespace karbonetes::kube
