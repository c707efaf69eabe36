// The dashboard as a whole: a server on a loopback address that shows the cluster as one person may
// see it. Started by a command, stopped by its destructor: streams end, threads are joined.
#pragma once

#include <memory>
#include <string>

#include "dashboard/collector.hpp"
#include "dashboard/gatekeeper.hpp"
#include "dashboard/site.hpp"
#include "http/listen.hpp"
#include "http/server.hpp"
#include "kube/client/client.hpp"

namespace karbonetes::dashboard {

struct Addresses {
  std::string printed;  // with the token, which is good as long as the dashboard runs
  std::string opened;   // with the ticket, which is good once
};

class Dashboard {
 public:
  // `client` and `clock` outlive it. Errors: InvalidArgument (not a loopback address), Unavailable
  // (the port is taken).
  [[nodiscard]] static Result<std::unique_ptr<Dashboard>> start(const http::Listen& listen,
                                                                Scope scope, Sources sources,
                                                                kube::Client& client,
                                                                const Clock& clock);
  ~Dashboard();
  Dashboard(const Dashboard&) = delete;
  Dashboard& operator=(const Dashboard&) = delete;

  [[nodiscard]] const Addresses& addresses() const { return addresses_; }

 private:
  class Parts;
  explicit Dashboard(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
  Addresses addresses_;
};

}  // namespace karbonetes::dashboard
