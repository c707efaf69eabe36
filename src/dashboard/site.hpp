// The dashboard's addresses: from a request to an answer. Only reading, only for those whom the
// gatekeeper lets in; every answer forbids the browser to keep it, to frame it, and to load
// anything from elsewhere. Thread-safe; called on the server's threads.
//
//   /             the page
//   /assets/NAME  its files
//   /events       server-sent events: the model, then its changes
//   /model        the whole model, JSON
//   /explain?namespace=NS&name=NAME   as `explain -o json`
#pragma once

#include <functional>
#include <string>

#include "dashboard/broadcaster.hpp"
#include "dashboard/gatekeeper.hpp"
#include "dashboard/worker.hpp"
#include "http/server.hpp"

namespace karbonetes::dashboard {

// JSON of what holds for one Job. May block. Errors: NotFound, and the API server's.
using Explain = std::function<Result<std::string>(const std::string& ns, const std::string& name)>;

class Site {
 public:
  Site(Gatekeeper& gatekeeper, Broadcaster& broadcaster, Explain explain)
      : gatekeeper_(gatekeeper), broadcaster_(broadcaster), explain_(std::move(explain)) {}

  void handle(const http::Request& request, const http::Reply& reply);

 private:
  void explain(const http::Request& request, const http::Reply& reply);

  Gatekeeper& gatekeeper_;
  Broadcaster& broadcaster_;
  const Explain explain_;
  Worker worker_{16};
};

}  // namespace karbonetes::dashboard
