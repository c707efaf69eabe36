#include "providers/transport.hpp"

#include <fmt/format.h>

#include "base/text_file.hpp"
#include "providers/answer.hpp"

namespace karbonetes::providers {

namespace {
constexpr std::size_t kMaxCaBytes = 4u << 20;
}

Result<std::string> read_ca(const std::string& path) {
  auto pem = read_text_file(path, kMaxCaBytes);
  if (pem && pem->find("-----BEGIN CERTIFICATE-----") == std::string::npos) {
    return fail(Errc::InvalidArgument, fmt::format("{}: holds no PEM certificate", path));
  }
  return pem;
}

Result<std::unique_ptr<Transport>> Transport::make(const TransportOptions& options) {
  const auto url = http::parse_url(options.url);
  if (!url) return fail(url.error());
  http::ClientOptions client;
  client.origin = *url;
  client.max_idle = 1;
  if (!options.ca_file.empty()) {
    auto pem = read_ca(options.ca_file);
    if (!pem) return fail(pem.error());
    client.tls.ca_pem = std::move(*pem);
  }
  auto proxy = http::proxy_for(*url, options.environment);
  if (!proxy) return fail(proxy.error());
  client.proxy = std::move(*proxy);
  auto made = http::Client::make(std::move(client));
  if (!made) return fail(made.error());
  std::unique_ptr<Transport> out(new Transport);
  out->client_ = std::move(*made);
  out->base_ = url->target.substr(0, url->target.find('?'));
  while (out->base_.ends_with('/')) out->base_.pop_back();
  out->timeout_ = options.timeout;
  return out;
}

Result<http::Response> Transport::exchange(const http::Request& request,
                                           const std::stop_token& stop) {
  http::Request full = request;
  full.target.insert(0, base_);
  full.headers.push_back({"User-Agent", "karbonetes"});
  http::CallOptions call;
  call.timeout = timeout_;
  call.max_body = kMaxAnswerBytes;
  return client_->exchange(full, call, stop);
}

}  // namespace karbonetes::providers
