// A stream of bytes, cut anywhere -> whole lines. Lines that lie within one piece are passed on
// without a copy. Owned by one watch; not thread-safe. Failure: Parse for a line longer than the
// limit.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace karbonetes::kube {

class LineSplitter {
 public:
  using OnLine = std::function<bool(std::string_view)>;

  explicit LineSplitter(std::size_t max_line) : max_line_(max_line) {}

  // Calls on_line for each line that is now complete, without its newline; empty lines are left
  // out. False: on_line said to stop. The views die with the call.
  [[nodiscard]] Result<bool> feed(std::string_view piece, const OnLine& on_line);
  // The stream has ended in good order: its last line may lack the newline.
  void finish(const OnLine& on_line);

 private:
  const std::size_t max_line_;
  std::string begun_;  // a line whose end has not come yet
};

}  // namespace karbonetes::kube
