#include "signals.hpp"

#include "base/text_file.hpp"
#include "cli/published.hpp"
#include "providers/signal_service.hpp"

namespace karbonetes::cmd {

namespace {

constexpr std::size_t kMaxAnswer = 4u << 20;

Result<carbon::Signal> ask(const Flags& flags) {
  auto url = http::parse_url(flags.signal_url);
  if (!url) return fail(url.error());
  http::ClientOptions options;
  options.origin = *url;
  if (!flags.signal_ca_file.empty()) {
    auto pem = read_text_file(flags.signal_ca_file, kMaxAnswer);
    if (!pem) return fail(pem.error());
    options.tls.ca_pem = std::move(*pem);
  }
  auto client = http::Client::make(std::move(options));
  if (!client) return fail(client.error());
  http::Request request;
  request.target = "/v1/signal";
  http::CallOptions call;
  call.timeout = Seconds(5);
  call.max_body = kMaxAnswer;
  const auto response = (*client)->exchange(request, call, {});
  if (!response) return fail(response.error());
  if (response->status != 200)
    return fail(Errc::Unavailable, "it answered " + std::to_string(response->status));
  return providers::parse_signal(response->body);
}

}  // namespace

std::optional<carbon::Signals> known_signals(const Context& context,
                                             std::vector<std::string>& notes) {
  const Flags& flags = context.flags;
  if (flags.signal_url.empty()) {
    return cli::published_signals(context.fetch, flags.system_namespace, context.clock.now(),
                                  notes);
  }
  auto signal = ask(flags);
  if (!signal) {
    notes.push_back("the signal service cannot be asked: " + signal.error().message);
    return std::nullopt;
  }
  signal->observed_at = context.clock.now();
  return carbon::only(std::move(*signal));
}

}  // namespace karbonetes::cmd
