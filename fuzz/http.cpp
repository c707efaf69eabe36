// URLs, proxies and dates as configuration and servers have them.
#include "base/time.hpp"
#include "http/proxy.hpp"
#include "http/types.hpp"
#include "target.hpp"

using namespace karbonetes;  // NOLINT(google-build-using-namespace): a target is one function

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text(data, size);
  const auto url = http::parse_url(text);
  fuzz::check_result(url);
  if (url) {
    fuzz::check(!url->host.empty(), "a URL has a host");
    fuzz::check(url->target.starts_with('/'), "a target begins with a slash");
  }
  fuzz::check_result(http::parse_proxy(text));
  (void)http::parse_http_date(text);
  http::Response response;
  response.headers.push_back({"Retry-After", std::string(text)});
  const auto wait = http::retry_after(response, 1'764'000'000);
  if (wait) fuzz::check(*wait >= Millis{0} && *wait <= std::chrono::hours(1), "a wait is bounded");
  return 0;
}
