// Times as the rows of one trace have them, one after the other. A value with a memory: an hour
// that the clock showed twice can be told apart by the order of rows alone. Not thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace karbonetes::simulate {

class LocalTimes {
 public:
  LocalTimes() = default;  // UTC
  // Errors: InvalidArgument: no such zone.
  [[nodiscard]] static Result<LocalTimes> of(const std::string& time_zone);

  // Text with an offset, seconds (or milliseconds) since 1970, or local time. In an hour that comes
  // twice the occurrence is the one that goes on in the direction of the rows before, oldest or
  // newest first. nullopt: none of these.
  [[nodiscard]] std::optional<TimePoint> read(std::string_view text);
  [[nodiscard]] std::size_t doubled() const { return doubled_; }  // in an hour that comes twice
  [[nodiscard]] std::size_t skipped() const { return skipped_; }  // in one that does not exist

 private:
  const void* zone_ = nullptr;  // date::time_zone; null: UTC
  TimePoint last_ = TimePoint::min();
  bool newest_first_ = false;
  std::size_t doubled_ = 0, skipped_ = 0;
};

}  // namespace karbonetes::simulate
