#include "dashboard/dashboard.hpp"

#include <utility>

#include "dashboard/explain_job.hpp"
#include "dashboard/secret.hpp"
#include "kube/client/paths.hpp"
#include "kube/runtime/reflector.hpp"

namespace karbonetes::dashboard {

namespace {

constexpr Millis kGrace = std::chrono::seconds(2);

kube::ReflectorOptions jobs_of(const Scope& scope) {
  kube::ReflectorOptions out;
  out.name = "jobs";
  out.path = scope.ns.empty() ? kube::cluster_path(kube::kJobs)
                              : kube::namespace_path(kube::kJobs, scope.ns);
  if (!scope.selector.empty())
    out.selectors = "labelSelector=" + http::percent_encode(scope.selector);
  return out;
}

}  // namespace

// In this order: what is above outlives what is below.
class Dashboard::Parts {
 public:
  Parts(Scope scope, Sources sources, std::string run, kube::Client& client, const Clock& clock)
      : scope_(std::move(scope)),
        sources_(std::move(sources)),
        clock_(clock),
        broadcaster_(std::move(run)),
        collector_(scope_, sources_, broadcaster_, clock),
        reflector_(collector_.board().watched(kube::make_list_watch(client)), clock, metrics_,
                   jobs_of(scope_), collector_.board()) {}

  ~Parts() {
    broadcaster_.end();
    if (server_) server_->stop(kGrace);
  }

  Status serve(const std::string& address, std::uint16_t port, const std::string& token,
               const std::string& ticket) {
    http::ServerOptions options;
    options.address = address;
    options.port = port;
    options.max_connections = 128;
    options.max_body = 4u << 10;
    auto server =
        http::Server::start(options, [this](http::Request&& request, const http::Reply& reply) {
          // Nobody can ask before the port is known; whoever guesses it is too early.
          if (const auto site = site_.get(); *site) (*site)->handle(request, reply);
        });
    if (!server) return fail(std::move(server.error()));
    server_ = std::move(*server);
    gatekeeper_ = std::make_unique<Gatekeeper>(token, ticket, server_->port());
    site_.set(std::make_shared<Site>(
        *gatekeeper_, broadcaster_, [this](const std::string& ns, const std::string& name) {
          return explain_job(collector_, sources_.fetch, scope_.system_namespace, ns, name,
                             clock_.now());
        }));
    collector_.start();
    reflector_.start();
    return {};
  }

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }

 private:
  const Scope scope_;
  const Sources sources_;
  const Clock& clock_;
  metrics::Registry metrics_;
  Broadcaster broadcaster_;
  Collector collector_;
  kube::Reflector reflector_;
  std::unique_ptr<Gatekeeper> gatekeeper_;
  Snapshot<std::shared_ptr<Site>> site_;
  std::unique_ptr<http::Server> server_;
};

Dashboard::Dashboard(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Dashboard::~Dashboard() = default;

Result<std::unique_ptr<Dashboard>> Dashboard::start(const http::Listen& listen, Scope scope,
                                                    Sources sources, kube::Client& client,
                                                    const Clock& clock) {
  const auto address = loopback_address(listen.host);
  if (!address) return fail(address.error());
  auto token = make_secret();
  auto ticket = make_secret();
  auto run = make_secret();
  for (const auto* secret : {&token, &ticket, &run}) {
    if (!*secret) return fail(secret->error());
  }
  auto parts = std::make_unique<Parts>(std::move(scope), std::move(sources), run->substr(0, 8),
                                       client, clock);
  if (Status s = parts->serve(*address, listen.port, *token, *ticket); !s)
    return fail(std::move(s.error()));
  const std::string origin =
      "http://" + http::format_listen({*address, parts->port()}) + "/?token=";
  std::unique_ptr<Dashboard> out(new Dashboard(std::move(parts)));
  out->addresses_ = {origin + *token, origin + *ticket};
  return out;
}

}  // namespace karbonetes::dashboard
