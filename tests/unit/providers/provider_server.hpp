// A real HTTP(S) server on 127.0.0.1 that plays a provider: one answer for each path, which a test
// may change at any time, and a count of what was asked. Thread-safe.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "http/server.hpp"

namespace karbonetes::providers {

class ProviderServer {
 public:
  explicit ProviderServer(std::optional<http::ServerTls> tls = std::nullopt)
      : tls_(std::move(tls)) {
    up();
  }
  ~ProviderServer() { down(); }

  void up() {
    http::ServerOptions options;
    options.address = "127.0.0.1";
    options.port = port_;
    options.tls = tls_;
    auto server = http::Server::start(
        std::move(options), [this](http::Request&& request, const http::Reply& reply) {
          const std::string path = request.target.substr(0, request.target.find('?'));
          const std::lock_guard lock(mutex_);
          requests_.push_back(std::move(request));
          if (silent_) {
            kept_.push_back(reply);
            return;
          }
          const auto it = answers_.find(path);
          reply(it == answers_.end() ? http::Response{404, {}, "not found"} : it->second);
        });
    ASSERT_TRUE(server) << server.error().message;
    server_ = std::move(*server);
    port_ = server_->port();
  }
  void down() {
    server_.reset();
    const std::lock_guard lock(mutex_);
    kept_.clear();
  }

  void answer(const std::string& path, http::Response response) {
    const std::lock_guard lock(mutex_);
    answers_[path] = std::move(response);
  }
  void answer(const std::string& path, std::string body) {
    answer(path, {200, {{"Content-Type", "application/json"}}, std::move(body)});
  }
  // Takes requests and answers none.
  void be_silent(bool silent) {
    const std::lock_guard lock(mutex_);
    silent_ = silent;
  }
  [[nodiscard]] std::vector<http::Request> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  [[nodiscard]] int asked() const { return static_cast<int>(requests().size()); }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url(const std::string& path = {}) const {
    return std::string(tls_ ? "https" : "http") + "://127.0.0.1:" + std::to_string(port_) + path;
  }

 private:
  const std::optional<http::ServerTls> tls_;
  mutable std::mutex mutex_;
  std::map<std::string, http::Response> answers_;
  std::vector<http::Request> requests_;
  std::vector<http::Reply> kept_;
  bool silent_ = false;
  std::uint16_t port_ = 0;
  std::unique_ptr<http::Server> server_;
};

// What Electricity Maps says of one hour.
inline std::string latest(const std::string& zone, double grams, const std::string& datetime) {
  return "{\"zone\":\"" + zone + "\",\"carbonIntensity\":" + std::to_string(grams) +
         ",\"datetime\":\"" + datetime + "\",\"isEstimated\":false}";
}

// What Prometheus says of one instant.
inline std::string vector_of(double grams, std::int64_t seconds) {
  return R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[)" +
         std::to_string(seconds) + ",\"" + std::to_string(grams) + "\"]}]}}";
}

}  // namespace karbonetes::providers
