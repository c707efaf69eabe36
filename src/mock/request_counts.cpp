#include "mock/request_counts.hpp"

#include "mock/request.hpp"
#include "mock/stamp.hpp"

namespace karbonetes::mock {

namespace {

constexpr std::size_t kShortestInstant = 17;  // "2018-01-20T12:00Z"

std::string general(std::string_view path) {
  std::string out;
  for (const std::string_view segment : segments(path)) {
    const bool instant = segment.size() >= kShortestInstant && parse_instant(segment);
    out += '/';
    out += instant ? std::string_view("{from}") : segment;
  }
  return out.empty() ? "/" : out;
}

}  // namespace

void RequestCounts::add(std::string_view path) {
  std::string key = general(path);
  if (counts_.size() >= kMaxPaths && !counts_.contains(key)) key = "(others)";
  ++counts_[std::move(key)];
}

json::Document RequestCounts::to_json() const {
  auto requests = json::Document::object();
  std::uint64_t total = 0;
  for (const auto& [path, count] : counts_) {
    requests[path] = count;
    total += count;
  }
  return {{"total", total}, {"requests", std::move(requests)}};
}

}  // namespace karbonetes::mock
