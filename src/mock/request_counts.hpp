// How many requests came for each path: what tests of quotas ask for. Instants in a path are
// counted as one ("{from}"). At most 1,000 paths; the others are counted together. Not thread-safe.
// Cannot fail.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "json/document.hpp"

namespace karbonetes::mock {

class RequestCounts {
 public:
  static constexpr std::size_t kMaxPaths = 1'000;

  void add(std::string_view path);
  void clear() { counts_.clear(); }
  // {"total": 3, "requests": {"/watttime/login": 1, "/watttime/v3/forecast": 2}}
  [[nodiscard]] json::Document to_json() const;

 private:
  std::map<std::string, std::uint64_t, std::less<>> counts_;
};

}  // namespace karbonetes::mock
