// What leader election needs of the API: one Lease, read and written. Client is the real one; tests
// have a server in memory. Errors are kube/client's; an answer that is no Lease is Parse.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "base/result.hpp"
#include "kube/model/lease.hpp"

namespace karbonetes::kube {

class Client;

class LeaseLock {
 public:
  virtual ~LeaseLock() = default;
  [[nodiscard]] virtual Result<Lease> get(Millis timeout, std::stop_token stop) = 0;
  // Each returns the lease as the server has it now.
  [[nodiscard]] virtual Result<Lease> create(const Lease& lease, Millis timeout,
                                             std::stop_token stop) = 0;
  [[nodiscard]] virtual Result<Lease> update(const Lease& lease, Millis timeout,
                                             std::stop_token stop) = 0;
};

[[nodiscard]] std::unique_ptr<LeaseLock> make_lease_lock(Client& client, std::string ns,
                                                         std::string name);

}  // namespace karbonetes::kube
