#include "mock/faults.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"

namespace karbonetes::mock {

namespace {

constexpr std::size_t kMaxPath = 256;
constexpr Millis kLongestDelay = std::chrono::seconds(60);
constexpr std::int64_t kMaxCount = 1'000'000;
constexpr std::size_t kHuge = 5u << 20;  // beyond the 4 MiB that a provider's answer may have
constexpr double kDuplicateIsHigher = 1000;
constexpr const char* kExample =
    R"(write {"path": "/watttime", "status": 429, "retryAfter": 7, "count": 3} )"
    R"(or {"path": "/gb", "kind": "cut"})";

constexpr std::array<std::pair<FaultKind, const char*>, 12> kNames = {{
    {FaultKind::Status, "status"},
    {FaultKind::Delay, "delay"},
    {FaultKind::Cut, "cut"},
    {FaultKind::Html, "html"},
    {FaultKind::Truncated, "truncated"},
    {FaultKind::Huge, "huge"},
    {FaultKind::Nulls, "nulls"},
    {FaultKind::Duplicates, "duplicates"},
    {FaultKind::Gaps, "gaps"},
    {FaultKind::Shuffled, "shuffled"},
    {FaultKind::Dst, "dst"},
    {FaultKind::Year, "year"},
}};

tl::unexpected<Error> wrong(const std::string& what) {
  return fail(Errc::InvalidArgument, what + "; " + kExample);
}

Result<std::int64_t> whole(const json::Document& value, const char* field, std::int64_t least,
                           std::int64_t most) {
  if (!value.is_number_integer() || value < least || value > most) {
    return wrong(fmt::format("{} must be a whole number from {} to {}", field, least, most));
  }
  return value.get<std::int64_t>();
}

Status read_member(const std::string& key, const json::Document& value, Fault& fault) {
  if (key == "path") {
    if (!value.is_string()) return wrong("path must be a string that starts with /");
    fault.path = value.get<std::string>();
    if (!fault.path.starts_with('/') || fault.path.size() > kMaxPath) {
      return wrong("path must start with / and have at most 256 characters");
    }
    return {};
  }
  if (key == "kind") {
    const auto it = std::ranges::find_if(
        kNames, [&](const auto& n) { return value.is_string() && value == n.second; });
    if (it == kNames.end()) {
      return wrong(
          "kind must be status, delay, cut, html, truncated, huge, nulls, duplicates, gaps, "
          "shuffled, dst or year");
    }
    fault.kind = it->first;
    return {};
  }
  if (key == "delay") {
    const auto delay = value.is_string() ? parse_duration(value.get_ref<const std::string&>())
                                         : Result<Millis>(Millis(-1));
    if (!delay || *delay < Millis(0) || *delay > kLongestDelay) {
      return wrong(R"(delay must be a duration of at most 60s, such as "3s")");
    }
    fault.delay = *delay;
    return {};
  }
  if (key == "status") {
    const auto status = whole(value, "status", 200, 599);
    if (!status) return fail(status.error());
    fault.status = static_cast<int>(*status);
    return {};
  }
  if (key == "retryAfter") {
    const auto seconds = whole(value, "retryAfter", 0, 86'400);
    if (!seconds) return fail(seconds.error());
    fault.retry_after = static_cast<int>(*seconds);
    return {};
  }
  if (key == "count") {
    const auto count = whole(value, "count", 1, kMaxCount);
    if (!count) return fail(count.error());
    fault.count = *count;
    return {};
  }
  return wrong("unknown member " + in_quotes(key));
}

// /watttime holds for itself, /watttime/login and /watttime/v3/forecast, not for /watttimes.
bool below(std::string_view path, std::string_view root) {
  if (root.ends_with('/')) root.remove_suffix(1);
  return path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/');
}

std::vector<Slot> without_gaps(std::vector<Slot> slots) {
  std::size_t index = 0;
  std::erase_if(slots, [&](const Slot&) { return index++ % 6 >= 4; });
  return slots;
}

std::vector<Slot> twice(const std::vector<Slot>& slots) {
  std::vector<Slot> out;
  for (const Slot& slot : slots) {
    out.push_back(slot);
    out.push_back(slot);
    if (out.back().grams) *out.back().grams += kDuplicateIsHigher;
  }
  return out;
}

// Always the same disorder, so that a failure can be repeated: from the middle on in strides of
// seven.
std::vector<Slot> shuffled(const std::vector<Slot>& slots) {
  std::vector<Slot> out;
  std::vector<bool> taken(slots.size(), false);
  std::size_t at = slots.size() / 2;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    while (taken[at]) at = (at + 1) % slots.size();
    taken[at] = true;
    out.push_back(slots[at]);
    at = (at + 7) % slots.size();
  }
  return out;
}

}  // namespace

const char* name(FaultKind kind) {
  const auto it = std::ranges::find(kNames, kind, [](const auto& n) { return n.first; });
  return it == kNames.end() ? "status" : it->second;
}

Result<Fault> parse_fault(std::string_view body) {
  const auto root = json::parse(body);
  if (!root || !root->is_object()) return wrong("the body must be a JSON object");
  if (!root->contains("path")) return wrong("path is missing");
  Fault fault;
  for (const auto& [key, value] : root->items()) {
    if (auto ok = read_member(key, value, fault); !ok) return fail(ok.error());
  }
  const bool status = root->contains("status");
  if (!root->contains("kind") && !status) return wrong("kind or status is missing");
  if (fault.kind == FaultKind::Status && !status) return wrong("status is missing");
  if (fault.kind != FaultKind::Status && (status || fault.retry_after)) {
    return wrong("status and retryAfter belong to the kind status");
  }
  if ((fault.kind == FaultKind::Delay) != (fault.delay > Millis(0))) {
    return wrong("delay and the kind delay go together");
  }
  return fault;
}

Status FaultTable::put(Fault fault) {
  std::erase_if(faults_, [&](const Fault& f) { return f.path == fault.path; });
  if (faults_.size() >= kMax) return fail(Errc::InvalidArgument, "at most 64 faults at a time");
  faults_.push_back(std::move(fault));
  std::ranges::stable_sort(faults_, std::greater<>(), [](const Fault& f) { return f.path.size(); });
  return {};
}

bool FaultTable::holds(std::string_view path) const {
  return std::ranges::any_of(faults_, [&](const Fault& f) { return below(path, f.path); });
}

std::optional<Fault> FaultTable::take(std::string_view path) {
  const auto it =
      std::ranges::find_if(faults_, [&](const Fault& f) { return below(path, f.path); });
  if (it == faults_.end()) return std::nullopt;
  Fault fault = *it;
  if (it->count && --*it->count == 0) faults_.erase(it);
  return fault;
}

json::Document FaultTable::to_json() const {
  auto list = json::Document::array();
  for (const Fault& fault : faults_) {
    json::Document one = {{"path", fault.path}, {"kind", name(fault.kind)}};
    if (fault.kind == FaultKind::Status) one["status"] = fault.status;
    if (fault.retry_after) one["retryAfter"] = *fault.retry_after;
    if (fault.delay > Millis(0)) one["delay"] = format_duration(fault.delay);
    if (fault.count) one["count"] = *fault.count;
    list.push_back(std::move(one));
  }
  return {{"faults", std::move(list)}};
}

std::vector<Slot> spoiled(std::vector<Slot> slots, FaultKind kind) {
  switch (kind) {
    case FaultKind::Nulls:
      for (std::size_t i = 2; i < slots.size(); i += 3) slots[i].grams.reset();
      return slots;
    case FaultKind::Duplicates:
      return twice(slots);
    case FaultKind::Gaps:
      return without_gaps(std::move(slots));
    case FaultKind::Shuffled:
      return shuffled(slots);
    default:
      return slots;
  }
}

std::vector<Slot> year_of_points(TimePoint now, double grams) {
  constexpr int kPoints = 365 * 288;
  constexpr Millis kLength = std::chrono::minutes(5);
  std::vector<Slot> out;
  out.reserve(kPoints);
  TimePoint t = aligned(now, kLength);
  for (int i = 0; i < kPoints; ++i, t += kLength) out.push_back({t, grams + i % 100, t <= now});
  return out;
}

http::Response spoiled(http::Response response, const Fault& fault) {
  switch (fault.kind) {
    case FaultKind::Status:
      response = {fault.status,
                  {{"Content-Type", "application/json"}},
                  R"({"error":"a fault that was asked for"})"};
      if (fault.retry_after) {
        response.headers.push_back({"Retry-After", std::to_string(*fault.retry_after)});
      }
      return response;
    case FaultKind::Html:
      return {200,
              {{"Content-Type", "text/html"}},
              "<!DOCTYPE html>\n<html><body><h1>Sign in to the network</h1></body></html>\n"};
    case FaultKind::Cut:
      response.cut_after = response.body.size() / 2;
      return response;
    case FaultKind::Truncated:
      response.body.resize(response.body.size() / 2);
      return response;
    case FaultKind::Huge:
      response.body.append(kHuge, ' ');
      return response;
    default:
      return response;
  }
}

}  // namespace karbonetes::mock
