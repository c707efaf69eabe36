// The admission webhook on its port, with a certificate that is renewed under it: a thread asks the
// CertificateSource again and again, starts the server with the first certificate, and gives it
// each new one. Connections that are open keep what they have. Owned by the Manager; ready() and
// stop() from any thread.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "base/clock.hpp"
#include "controller/certificate_source.hpp"
#include "http/server.hpp"

namespace karbonetes::cmd {

class WebhookServer {
 public:
  // `failed` is told when the port cannot be taken: nothing more comes then. A certificate that the
  // server refuses is told to the source, and what is served goes on. options.address is an IP
  // address.
  WebhookServer(std::unique_ptr<controller::CertificateSource> source, http::ServerOptions options,
                http::Handler handler, const Clock& clock, std::function<void(Error)> failed);
  ~WebhookServer();
  WebhookServer(const WebhookServer&) = delete;
  WebhookServer& operator=(const WebhookServer&) = delete;

  // Takes admissions from now on, as soon as there is a certificate.
  void start();
  [[nodiscard]] bool ready() const { return ready_; }
  // No new admissions; those in flight get `grace`.
  void stop(Millis grace);

 private:
  void run(const std::stop_token& stop);
  [[nodiscard]] Status serve(const certs::KeyPair& pair);

  std::unique_ptr<controller::CertificateSource> source_;
  http::ServerOptions options_;
  http::Handler handler_;
  const Clock& clock_;
  std::function<void(Error)> failed_;
  std::atomic<bool> ready_{false};
  std::mutex mutex_;
  std::unique_ptr<http::Server> server_;  // guarded by mutex_
  std::jthread thread_;
};

}  // namespace karbonetes::cmd
