// What a Reflector needs of the API: one page, or one stream of lines. Client is the real one;
// tests script their own. Any thread may call; errors are kube/client's.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"

namespace karbonetes::kube {

class Client;

class ListWatch {
 public:
  virtual ~ListWatch() = default;
  // GET `target` (path?query); the whole body.
  [[nodiscard]] virtual Result<std::string> list(const std::string& target,
                                                 std::stop_token stop) = 0;
  // As Client::watch.
  [[nodiscard]] virtual Status watch(const std::string& target, Millis idle, std::stop_token stop,
                                     const std::function<bool(std::string_view)>& on_line) = 0;
};

[[nodiscard]] std::unique_ptr<ListWatch> make_list_watch(Client& client);

}  // namespace karbonetes::kube
