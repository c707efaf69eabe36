#include "kube/runtime/list_watch.hpp"

#include <chrono>

#include "kube/client/client.hpp"
#include "kube/runtime/reflector.hpp"

namespace karbonetes::kube {

namespace {

constexpr Millis kListTimeout = std::chrono::seconds(60);

class ClientListWatch final : public ListWatch {
 public:
  explicit ClientListWatch(Client& client) : client_(client) {}

  Result<std::string> list(const std::string& target, std::stop_token stop) override {
    CallOptions options;
    options.timeout = kListTimeout;
    options.stop = std::move(stop);
    return client_.get(target, options);
  }
  Status watch(const std::string& target, Millis idle, std::stop_token stop,
               const std::function<bool(std::string_view)>& on_line) override {
    return client_.watch(target, idle, std::move(stop), on_line);
  }

 private:
  Client& client_;
};

}  // namespace

std::unique_ptr<ListWatch> make_list_watch(Client& client) {
  return std::make_unique<ClientListWatch>(client);
}

// Here and not in reflector.cpp, so that a Reflector on another ListWatch links without the client.
Reflector::Reflector(Client& client, const Clock& clock, metrics::Registry& metrics,
                     ReflectorOptions options, ObjectSink& sink)
    : Reflector(make_list_watch(client), clock, metrics, std::move(options), sink) {}

}  // namespace karbonetes::kube
