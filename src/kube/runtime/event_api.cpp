#include "kube/runtime/event_api.hpp"

#include <utility>

#include "kube/client/client.hpp"
#include "kube/client/paths.hpp"
#include "kube/runtime/event_recorder.hpp"

namespace karbonetes::kube {

namespace {

class ClientEventApi final : public EventApi {
 public:
  explicit ClientEventApi(Client& client) : client_(client) {}

  Status create(const std::string& ns, std::string body, Millis timeout,
                std::stop_token stop) override {
    return without_body(client_.create(namespace_path(kEvents, ns), std::move(body),
                                       options(timeout, std::move(stop))));
  }
  Status patch(const std::string& ns, const std::string& name, std::string body, Millis timeout,
               std::stop_token stop) override {
    return without_body(client_.patch(object_path(kEvents, ns, name), PatchType::Merge,
                                      std::move(body), options(timeout, std::move(stop))));
  }

 private:
  static CallOptions options(Millis timeout, std::stop_token stop) {
    CallOptions out;
    out.timeout = timeout;
    out.stop = std::move(stop);
    return out;
  }
  static Status without_body(const Result<std::string>& answer) {
    if (!answer) return fail(answer.error());
    return {};
  }

  Client& client_;
};

}  // namespace

std::unique_ptr<EventApi> make_event_api(Client& client) {
  return std::make_unique<ClientEventApi>(client);
}

// Here, so that a recorder on another EventApi links without the client.
EventRecorder::EventRecorder(Client& client, const Clock& clock, metrics::Registry& metrics,
                             std::string controller, std::string instance)
    : EventRecorder(make_event_api(client), clock, metrics, std::move(controller),
                    std::move(instance)) {}

}  // namespace karbonetes::kube
