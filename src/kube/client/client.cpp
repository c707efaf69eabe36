#include "kube/client/client.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "kube/client/line_splitter.hpp"
#include "kube/client/status_error.hpp"

namespace karbonetes::kube {

namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

constexpr int kRetries = 3;
constexpr Millis kFirstRetryDelay{100};
constexpr std::size_t kMaxLine = 16u << 20;
constexpr Millis kLongest = std::chrono::hours(24 * 365);
constexpr std::string_view kJson = "application/json";

// client-go's, so that dashboards keep their meaning.
const std::vector<double> kDurationBuckets{0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60};

// False: stop was requested.
bool pause(Millis delay, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, delay, [] { return false; });
  return !stop.stop_requested();
}

void add_query(std::string& target, std::string_view name, std::string_view value) {
  target += target.find('?') == std::string::npos ? '?' : '&';
  target += name;
  target += '=';
  target += http::percent_encode(value);
}

std::string_view content_type(PatchType type) {
  switch (type) {
    case PatchType::Json:
      return "application/json-patch+json";
    case PatchType::Merge:
      return "application/merge-patch+json";
    case PatchType::Apply:
      return "application/apply-patch+yaml";
  }
  return kJson;
}

// "GET /apis/batch/v1/jobs": the query is left out, since continue tokens are long and say nothing.
std::string describe(const http::Request& request) {
  return request.method + ' ' + request.target.substr(0, request.target.find('?'));
}

// "https://host/k8s/clusters/c-1/" -> "/k8s/clusters/c-1": API servers behind a gateway.
std::string path_prefix(const http::Url& server) {
  std::string prefix = server.target.substr(0, server.target.find('?'));
  while (prefix.ends_with('/')) prefix.pop_back();
  return prefix;
}

}  // namespace

class Client::Impl {
 public:
  Impl(ClusterConfig config, std::string user_agent, const Clock& clock, metrics::Registry& metrics,
       std::unique_ptr<http::Client> http)
      : config_(std::move(config)),
        prefix_(path_prefix(config_.server)),
        user_agent_(std::move(user_agent)),
        clock_(clock),
        metrics_(metrics),
        http_(std::move(http)) {}

  const ClusterConfig& config() const { return config_; }

  http::Request request(const char* method, std::string_view path, std::string_view type = {},
                        std::string body = {}) const {
    http::Request request;
    request.method = method;
    request.target = prefix_ + std::string(path);
    request.headers.push_back({"Accept", std::string(kJson)});
    request.headers.push_back({"User-Agent", user_agent_});
    if (!type.empty()) request.headers.push_back({"Content-Type", std::string(type)});
    request.body = std::move(body);
    return request;
  }

  Result<std::string> call(http::Request request, const CallOptions& options,
                           bool json_patch = false) {
    const SteadyTime deadline =
        std::chrono::steady_clock::now() + std::min(options.timeout, kLongest);
    Millis delay = kFirstRetryDelay;
    for (int retries = 0;; ++retries, delay *= 2) {
      auto answer = call_once(request, deadline, options.stop, json_patch);
      const bool again = !answer && request.method == "GET" && retries < kRetries &&
                         answer.error().code == Errc::Unavailable;
      if (!again) return answer;
      const Millis wait = std::max(delay, answer.error().retry_after.value_or(Millis(0)));
      if (std::chrono::steady_clock::now() + wait >= deadline) return answer;
      if (!pause(wait, options.stop)) return fail(Errc::Cancelled, describe(request) + ": stopped");
    }
  }

  Status watch(std::string_view path, Millis idle, const std::stop_token& stop,
               const std::function<bool(std::string_view)>& on_line) {
    http::Request get = request("GET", path);
    LineSplitter splitter(kMaxLine);
    Status broken;
    bool stopped = false;
    const auto on_data = [&](std::string_view piece) {
      auto more = splitter.feed(piece, on_line);
      if (!more) broken = fail(std::move(more.error()));
      stopped = more && !*more;
      return more && *more;
    };
    auto response = authorized(get, [&] { return http_->stream(get, idle, stop, on_data); });
    if (!broken) return fail(broken.error().code, describe(get) + ": " + broken.error().message);
    if (stopped) return {};
    if (!response) return fail(std::move(response.error()));
    if (response->status < 200 || response->status >= 300) {
      return fail(status_error(*response, describe(get), false, clock_.now()));
    }
    splitter.finish(on_line);
    return {};
  }

  std::function<void(TimePoint, Millis)> date_told;

 private:
  void tell_date(const http::Response& response, Millis took) const {
    const auto header = http::find_header(response.headers, "Date");
    const auto second = header ? http::parse_http_date(*header) : std::nullopt;
    if (second) date_told(TimePoint(Seconds(*second)), took);
  }

  Result<std::string> call_once(http::Request& request, SteadyTime deadline,
                                const std::stop_token& stop, bool json_patch) {
    http::CallOptions options;
    const auto exchange = [&]() -> Result<http::Response> {
      const SteadyTime begin = std::chrono::steady_clock::now();
      options.timeout = std::chrono::ceil<Millis>(deadline - begin);
      auto response = http_->exchange(request, options, stop);
      const auto took = std::chrono::steady_clock::now() - begin;
      observe_duration(request.method, took);
      if (response && date_told) tell_date(*response, std::chrono::ceil<Millis>(took));
      return response;
    };
    auto response = authorized(request, exchange);
    if (!response) return fail(std::move(response.error()));
    if (response->status >= 200 && response->status < 300) return std::move(response->body);
    const bool tested = json_patch && response->status == 422 && has_test_operation(request.body);
    return fail(status_error(*response, describe(request), tested, clock_.now()));
  }

  // Sends with the token of the moment; after a 401 once more with a fresh one.
  template <typename Send>
  Result<http::Response> authorized(http::Request& request, Send send) {
    for (bool first = true;; first = false) {
      if (Status s = put_token(request); !s) return fail(std::move(s.error()));
      Result<http::Response> response = send();
      count(request.method, response);
      if (!response) {
        response.error().message = describe(request) + ": " + response.error().message;
        return response;
      }
      if (response->status != 401 || !config_.token) return response;
      config_.token->invalidate();
      if (!first) return response;
    }
  }

  Status put_token(http::Request& request) const {
    if (!config_.token) return {};
    auto token = config_.token->token();
    if (!token) return fail(std::move(token.error()));
    std::erase_if(request.headers,
                  [](const auto& header) { return header.name == "Authorization"; });
    if (!token->empty()) request.headers.push_back({"Authorization", "Bearer " + *token});
    return {};
  }

  void count(const std::string& method, const Result<http::Response>& response) {
    metrics_
        .counter(
            "rest_client_requests_total",
            "Number of HTTP requests, partitioned by status code and method.",
            {{"code", response ? std::to_string(response->status) : "<error>"}, {"method", method}})
        .increment();
  }

  void observe_duration(const std::string& method, std::chrono::steady_clock::duration took) {
    metrics_
        .histogram("rest_client_request_duration_seconds", "Request latency in seconds, by verb.",
                   kDurationBuckets, {{"verb", method}})
        .observe(std::chrono::duration<double>(took).count());
  }

  const ClusterConfig config_;
  const std::string prefix_;
  const std::string user_agent_;
  const Clock& clock_;
  metrics::Registry& metrics_;
  const std::unique_ptr<http::Client> http_;
};

Client::Client(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Client::~Client() = default;

Result<std::unique_ptr<Client>> Client::make(ClusterConfig config, std::string user_agent,
                                             const Clock& clock, metrics::Registry& metrics) {
  http::ClientOptions options;
  options.origin = config.server;
  options.tls = config.tls;
  auto http = http::Client::make(std::move(options));
  if (!http) {
    return fail(http.error().code, "context " + config.context + ": " + http.error().message);
  }
  return std::unique_ptr<Client>(new Client(std::make_unique<Impl>(
      std::move(config), std::move(user_agent), clock, metrics, std::move(*http))));
}

void Client::on_date(std::function<void(TimePoint, Millis)> told) {
  impl_->date_told = std::move(told);
}

const ClusterConfig& Client::config() const { return impl_->config(); }

Result<std::string> Client::get(std::string_view path, const CallOptions& options) {
  return impl_->call(impl_->request("GET", path), options);
}

Result<std::string> Client::create(std::string_view path, std::string body,
                                   const CallOptions& options) {
  auto request = impl_->request("POST", path, kJson, std::move(body));
  if (!options.field_manager.empty())
    add_query(request.target, "fieldManager", options.field_manager);
  return impl_->call(std::move(request), options);
}

Result<std::string> Client::replace(std::string_view path, std::string body,
                                    const CallOptions& options) {
  auto request = impl_->request("PUT", path, kJson, std::move(body));
  if (!options.field_manager.empty())
    add_query(request.target, "fieldManager", options.field_manager);
  return impl_->call(std::move(request), options);
}

Result<std::string> Client::patch(std::string_view path, PatchType type, std::string body,
                                  const CallOptions& options) {
  if (type == PatchType::Apply && options.field_manager.empty()) {
    return fail(Errc::InvalidArgument,
                "server-side apply needs a field manager; set CallOptions::field_manager");
  }
  auto request = impl_->request("PATCH", path, content_type(type), std::move(body));
  if (!options.field_manager.empty())
    add_query(request.target, "fieldManager", options.field_manager);
  if (type == PatchType::Apply && options.force) add_query(request.target, "force", "true");
  return impl_->call(std::move(request), options, type == PatchType::Json);
}

Result<std::string> Client::remove(std::string_view path, const CallOptions& options) {
  return impl_->call(impl_->request("DELETE", path), options);
}

Status Client::watch(std::string_view path, Millis idle, std::stop_token stop,
                     const std::function<bool(std::string_view)>& on_line) {
  return impl_->watch(path, idle, stop, on_line);
}

}  // namespace karbonetes::kube
