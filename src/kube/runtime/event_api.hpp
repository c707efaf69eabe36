// What an EventRecorder needs of the API. Client is the real one; tests have a server in memory.
// Bodies are JSON; errors are kube/client's.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"

namespace karbonetes::kube {

class Client;

class EventApi {
 public:
  virtual ~EventApi() = default;
  [[nodiscard]] virtual Status create(const std::string& ns, std::string body, Millis timeout,
                                      std::stop_token stop) = 0;
  // Merge patch.
  [[nodiscard]] virtual Status patch(const std::string& ns, const std::string& name,
                                     std::string body, Millis timeout, std::stop_token stop) = 0;
};

[[nodiscard]] std::unique_ptr<EventApi> make_event_api(Client& client);

}  // namespace karbonetes::kube
