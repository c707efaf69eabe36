#include "kube/runtime/lease_lock.hpp"

#include <utility>

#include "kube/client/client.hpp"
#include "kube/client/paths.hpp"
#include "kube/runtime/leader_election.hpp"

namespace karbonetes::kube {

namespace {

class ClientLeaseLock final : public LeaseLock {
 public:
  ClientLeaseLock(Client& client, std::string ns, std::string name)
      : client_(client), ns_(std::move(ns)), path_(object_path(kLeases, ns_, name)) {}

  Result<Lease> get(Millis timeout, std::stop_token stop) override {
    return decoded(client_.get(path_, options(timeout, std::move(stop))));
  }
  Result<Lease> create(const Lease& lease, Millis timeout, std::stop_token stop) override {
    return decoded(client_.create(namespace_path(kLeases, ns_), encode_lease(lease),
                                  options(timeout, std::move(stop))));
  }
  Result<Lease> update(const Lease& lease, Millis timeout, std::stop_token stop) override {
    return decoded(client_.replace(path_, encode_lease(lease), options(timeout, std::move(stop))));
  }

 private:
  static CallOptions options(Millis timeout, std::stop_token stop) {
    CallOptions out;
    out.timeout = timeout;
    out.stop = std::move(stop);
    return out;
  }
  static Result<Lease> decoded(const Result<std::string>& body) {
    if (!body) return fail(body.error());
    return decode_lease(*body);
  }

  Client& client_;
  const std::string ns_;
  const std::string path_;
};

}  // namespace

std::unique_ptr<LeaseLock> make_lease_lock(Client& client, std::string ns, std::string name) {
  return std::make_unique<ClientLeaseLock>(client, std::move(ns), std::move(name));
}

// Here, so that an elector on another LeaseLock links without the client.
LeaderElector::LeaderElector(Client& client, const Clock& clock, metrics::Registry& metrics,
                             ElectionConfig config, std::function<void(bool leading)> on_change)
    : LeaderElector(make_lease_lock(client, config.ns, config.name), clock, metrics, config,
                    std::move(on_change)) {}

}  // namespace karbonetes::kube
