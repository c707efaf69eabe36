#include "chaos/api_proxy.hpp"

#include <list>
#include <thread>

#include "http/body_stream.hpp"

namespace karbonetes::chaos {

namespace {

constexpr Millis kWatchIdle = std::chrono::minutes(10);

http::Response refusal(const Fault& fault) {
  http::Response response;
  response.status = *fault.status;
  response.headers.push_back({"Content-Type", "application/json"});
  if (fault.retry_after)
    response.headers.push_back({"Retry-After", std::to_string(*fault.retry_after)});
  response.body =
      R"({"kind":"Status","apiVersion":"v1","status":"Failure","message":"chaos","code":)" +
      std::to_string(*fault.status) + "}";
  return response;
}

// What belongs to one connection stays behind.
void drop_hop_headers(std::vector<http::Header>& headers) {
  std::erase_if(headers, [](const http::Header& header) {
    for (const char* name : {"Connection", "Transfer-Encoding", "Content-Length", "Host"}) {
      if (http::find_header({header}, name)) return true;
    }
    return false;
  });
}

}  // namespace

// One thread for each call in flight.
class ApiProxy::Calls {
 public:
  ~Calls() {
    const std::lock_guard lock(mutex_);
    for (auto& call : calls_) call.thread.request_stop();
    calls_.clear();
  }
  template <typename Fn>
  void run(Fn fn) {
    const std::lock_guard lock(mutex_);
    calls_.remove_if([](const Call& call) { return call.done.load(); });
    auto& call = calls_.emplace_back();
    call.thread = std::jthread([fn = std::move(fn), &call](const std::stop_token& stop) mutable {
      fn(stop);
      call.done = true;
    });
  }

 private:
  struct Call {
    std::atomic<bool> done{false};
    std::jthread thread;
  };
  std::mutex mutex_;
  std::list<Call> calls_;
};

Result<std::unique_ptr<ApiProxy>> ApiProxy::start(const harness::Plane& plane, std::uint16_t port) {
  std::unique_ptr<ApiProxy> proxy(new ApiProxy);
  http::ClientOptions upstream;
  upstream.origin = {true, "127.0.0.1", plane.ports().apiserver, "/"};
  upstream.tls.ca_pem = plane.ca_pem();
  auto client = http::Client::make(std::move(upstream));
  if (!client) return fail(client.error());
  proxy->upstream_ = std::move(*client);
  proxy->calls_ = std::make_unique<Calls>();
  const auto pair = plane.serving_certificate({"127.0.0.1"});
  if (!pair) return fail(pair.error());
  http::ServerOptions options;
  options.address = "127.0.0.1";
  options.port = port;
  options.threads = 2;
  options.tls = http::ServerTls{pair->certificate_pem, pair->private_key_pem, ""};
  auto server = http::Server::start(
      options, [raw = proxy.get()](http::Request&& request, const http::Reply& reply) {
        raw->serve(std::move(request), reply);
      });
  if (!server) return fail(server.error());
  proxy->server_ = std::move(*server);
  return proxy;
}

ApiProxy::~ApiProxy() {
  if (server_) server_->stop(Millis{0});
  calls_.reset();
}

void ApiProxy::set(Rule rule) {
  const std::lock_guard lock(mutex_);
  rule_ = std::move(rule);
}

void ApiProxy::serve(http::Request&& request, const http::Reply& reply) {
  ++requests_;
  Rule rule;
  {
    const std::lock_guard lock(mutex_);
    rule = rule_;
  }
  const Fault fault = rule ? rule(request).value_or(Fault{}) : Fault{};
  if (fault.status || fault.cut_after || fault.delay) ++faults_;
  drop_hop_headers(request.headers);
  calls_->run([this, request = std::move(request), reply, fault](const std::stop_token& stop) {
    if (fault.delay) std::this_thread::sleep_for(*fault.delay);
    if (fault.status) return reply(refusal(fault));
    if (!is_watch(request)) {
      auto answer = upstream_->exchange(request, {}, stop);
      if (!answer) return reply({502, {}, answer.error().message});
      drop_hop_headers(answer->headers);
      answer->cut_after = fault.cut_after;
      return reply(std::move(*answer));
    }
    // The head is not known before the first bytes are there; a refused watch has none.
    std::shared_ptr<http::BodyStream> body;
    std::size_t left = fault.cut_after.value_or(std::string::npos);
    auto answer = upstream_->stream(request, kWatchIdle, stop, [&](std::string_view bytes) {
      if (!body) {
        body = std::make_shared<http::BodyStream>(64u << 20);
        http::Response head;
        head.headers.push_back({"Content-Type", "application/json"});
        head.stream = body;
        reply(std::move(head));
      }
      const auto part = bytes.substr(0, left);
      left -= part.size();
      return body->write(part) && left > 0;
    });
    if (body) return body->end();
    if (!answer) return reply({502, {}, answer.error().message});
    drop_hop_headers(answer->headers);
    reply(std::move(*answer));
  });
}

}  // namespace karbonetes::chaos
