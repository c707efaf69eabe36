#include "webhook_server.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <condition_variable>
#include <utility>

namespace karbonetes::cmd {

namespace {

constexpr Millis kShortestPause{100};
// A pause is over at the latest then, whatever the wall clock did meanwhile.
constexpr Millis kLongestPause = std::chrono::minutes(1);

}  // namespace

WebhookServer::WebhookServer(std::unique_ptr<controller::CertificateSource> source,
                             http::ServerOptions options, http::Handler handler, const Clock& clock,
                             std::function<void(Error)> failed)
    : source_(std::move(source)),
      options_(std::move(options)),
      handler_(std::move(handler)),
      clock_(clock),
      failed_(std::move(failed)) {}

WebhookServer::~WebhookServer() { stop(Millis(0)); }

void WebhookServer::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void WebhookServer::run(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  while (!stop.stop_requested()) {
    const auto look = source_->look(stop);
    if (look.pair && !stop.stop_requested()) {
      const auto served = serve(*look.pair);
      if (!served && served.error().code == Errc::Unavailable) return failed_(served.error());
      source_->taken(served);
    }
    const auto pause = std::clamp(look.again_at - clock_.now(), kShortestPause, kLongestPause);
    std::unique_lock lock(mutex);
    wake.wait_for(lock, stop, pause, [] { return false; });
  }
}

Status WebhookServer::serve(const certs::KeyPair& pair) {
  const http::ServerTls tls{pair.certificate_pem, pair.private_key_pem, ""};
  const std::lock_guard lock(mutex_);
  if (server_) {
    auto replaced = server_->replace_certificate(tls);
    if (replaced) spdlog::info("the webhook serves a new certificate");
    return replaced;
  }
  options_.tls = tls;
  auto started = http::Server::start(options_, handler_);
  if (!started) return fail(started.error());
  server_ = std::move(*started);
  ready_ = true;
  spdlog::info("webhook listens on port {}", server_->port());
  return {};
}

void WebhookServer::stop(Millis grace) {
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
  ready_ = false;
  const std::lock_guard lock(mutex_);
  if (server_) server_->stop(grace);
}

}  // namespace karbonetes::cmd
