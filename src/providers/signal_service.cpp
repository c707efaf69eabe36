#include "providers/signal_service.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <random>
#include <stop_token>
#include <thread>

#include "base/snapshot.hpp"
#include "providers/answer.hpp"
#include "providers/backoff.hpp"

namespace karbonetes::providers {

namespace {

using Steady = std::chrono::steady_clock;

constexpr const char* kSource = "karbonetes-signal";
constexpr Millis kWait = std::chrono::seconds(25);
constexpr Millis kMargin = std::chrono::seconds(10);  // for the answer itself, beyond the wait
constexpr std::size_t kMaxBody = 4u << 20;
constexpr std::size_t kMaxEtag = 256;
// A forecast ages without the ETag changing: fetch it whole now and then.
constexpr auto kRefetch = std::chrono::hours(1);
// A source that does not hold long polls must not be asked in a tight loop.
constexpr Millis kQuickAnswer = std::chrono::seconds(1);
constexpr Millis kPollInterval = std::chrono::seconds(5);
constexpr Millis kAfterChange = Millis(50);

std::string target_of(const SignalServiceOptions& options) {
  std::string target = options.url.target;
  while (!target.empty() && target.back() == '/') target.pop_back();
  return target + signal_request(options.zone).target;
}

bool same_windows(const carbon::Signal& a, const carbon::Signal& b) {
  return std::ranges::equal(a.green_windows, b.green_windows, [](const auto& x, const auto& y) {
    return x.start == y.start && x.end == y.end;
  });
}

class SignalService final : public Provider {
 public:
  SignalService(SignalServiceOptions options, std::unique_ptr<http::Client> client,
                const Clock& clock, metrics::Registry& metrics)
      : options_(std::move(options)),
        target_(target_of(options_)),
        client_(std::move(client)),
        clock_(clock),
        metrics_(metrics) {}
  ~SignalService() override { SignalService::stop(); }

  std::shared_ptr<const carbon::Signal> current() const override { return snapshot_.get(); }

  Health health() const override {
    const std::lock_guard lock(mutex_);
    return health_;
  }

  void start(std::function<void()> on_change) override {
    thread_ = std::jthread([this, on_change = std::move(on_change)](const std::stop_token& stop) {
      run(stop, on_change);
    });
  }

  void stop() override {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    thread_.join();
  }

 private:
  void run(const std::stop_token& stop, const std::function<void()>& on_change) {
    std::minstd_rand random(std::random_device{}());
    std::uniform_real_distribution<double> unit(0, 1);
    Backoff backoff(options_.first_retry, options_.longest_retry);
    announced_ = snapshot_.get();
    announced_state_ = carbon::GreenState::Unknown;
    announced_freshness_ = carbon::Freshness::Unknown;

    while (!stop.stop_requested()) {
      const auto began = Steady::now();
      const Result<Answer> answer = fetch(stop);
      if (stop.stop_requested()) return;
      count(!answer                          ? name(answer.error().code)
            : *answer == Answer::NotModified ? "not_modified"
                                             : "ok");
      log_transition(answer);
      note(answer);
      announce(on_change);

      if (!answer) {
        const Millis pause =
            std::max(backoff.next(unit(random)), answer.error().retry_after.value_or(Millis(0)));
        sleep_ageing(stop, pause, on_change);
        continue;
      }
      backoff.reset();
      if (*answer == Answer::News) {
        sleep_ageing(stop, kAfterChange, on_change);
      } else if (Steady::now() - began < kQuickAnswer && !recovering_) {
        sleep_ageing(stop, kPollInterval, on_change);
      }
      recovering_ = false;
    }
  }

  enum class Answer { News, Repeated, NotModified };

  Result<Answer> fetch(const std::stop_token& stop) {
    http::Request request;
    request.target = target_;
    request.headers.push_back({"Accept", "application/json"});
    http::CallOptions call;
    call.max_body = kMaxBody;
    call.timeout = kMargin;
    const bool conditional = !etag_.empty() && Steady::now() - fetched_at_ < kRefetch;
    if (conditional) {
      request.headers.push_back({"If-None-Match", etag_});
      // After a failure the wish is to hear from it again, not to wait for a change.
      if (!recovering_) {
        request.headers.push_back({"Prefer", fmt::format("wait={}", kWait / Seconds(1))});
        call.timeout += kWait;
      }
    }
    auto taken = take(client_->exchange(request, call, stop), conditional);
    if (!taken) recovering_ = true;
    return taken;
  }

  Result<Answer> take(Result<http::Response> response, bool conditional) {
    if (!response) return fail(response.error());
    if (response->status == 304 && conditional) {
      carbon::Signal same = *snapshot_.get();
      same.observed_at = clock_.now();
      snapshot_.set(std::move(same));
      return Answer::NotModified;
    }
    if (response->status != 200) return fail(signal_status_error(*response, clock_.now()));
    auto signal = parse_signal(response->body);
    if (!signal) return fail(signal.error());
    if (auto ok = check_signal(*signal, options_.zone, options_.kind); !ok) return fail(ok.error());
    if (!options_.name.empty()) signal->source = options_.name;
    signal->observed_at = clock_.now();
    signal->stale_after = options_.stale_after;
    signal->unknown_after = options_.unknown_after;
    snapshot_.set(std::move(*signal));
    const auto etag = http::find_header(response->headers, "ETag");
    std::string next = etag && etag->size() <= kMaxEtag ? std::string(*etag) : std::string();
    // The same answer again is no news: a source that ignores If-None-Match is polled, not spun on.
    const auto taken = snapshot_.get();
    const bool news =
        next != etag_ || taken->green != announced_->green || !same_windows(*announced_, *taken);
    etag_ = std::move(next);
    fetched_at_ = Steady::now();
    return news ? Answer::News : Answer::Repeated;
  }

  // Calls on_change when what a decision sees has changed since the last call: by an answer, or by
  // time alone.
  void announce(const std::function<void()>& on_change) {
    const auto signal = snapshot_.get();
    const TimePoint now = clock_.now();
    const auto state = carbon::state_at(*signal, now);
    const auto freshness = carbon::freshness(*signal, now);
    if (state == announced_state_ && freshness == announced_freshness_ &&
        same_windows(*announced_, *signal)) {
      return;
    }
    announced_ = signal;
    announced_state_ = state;
    announced_freshness_ = freshness;
    if (on_change) on_change();
  }

  // Sleeps for `pause`, interruptible; the signal ages meanwhile, and that is announced within a
  // second.
  void sleep_ageing(const std::stop_token& stop, Millis pause,
                    const std::function<void()>& on_change) {
    const auto end = Steady::now() + pause;
    while (!stop.stop_requested() && Steady::now() < end) {
      {
        std::unique_lock lock(mutex_);
        wake_.wait_until(lock, stop, std::min(end, Steady::now() + Seconds(1)),
                         [] { return false; });
      }
      if (!stop.stop_requested()) announce(on_change);
    }
  }

  void note(const Result<Answer>& outcome) {
    const TimePoint now = clock_.now();
    const std::lock_guard lock(mutex_);
    health_.next_fetch = now;  // the poll goes on; a back-off is seconds
    if (!outcome) {
      ++health_.failures_in_a_row;
      health_.last_error = outcome.error().message;
      return;
    }
    ++health_.successes;
    health_.failures_in_a_row = 0;
    health_.last_error.clear();
    health_.last_answer = now;
  }

  void count(const char* result) {
    const std::string source = options_.name.empty() ? kSource : options_.name;
    metrics_
        .counter("karbonetes_signal_fetch_total", "Fetches of the carbon signal, by their result",
                 {{"source", source}, {"result", result}})
        .increment();
  }

  void log_transition(const Result<Answer>& outcome) {
    if (!outcome) {
      if (!failing_) {
        spdlog::warn("carbon signal: {}; the last known signal is kept and ages",
                     outcome.error().message);
      }
    } else if (failing_) {
      spdlog::info("carbon signal: the source answers again");
    }
    failing_ = !outcome;
  }

  const SignalServiceOptions options_;
  const std::string target_;
  const std::unique_ptr<http::Client> client_;
  const Clock& clock_;
  metrics::Registry& metrics_;
  Snapshot<carbon::Signal> snapshot_;

  // The thread's own.
  std::string etag_;
  Steady::time_point fetched_at_;
  bool recovering_ = false;
  bool failing_ = false;
  std::shared_ptr<const carbon::Signal> announced_;
  carbon::GreenState announced_state_ = carbon::GreenState::Unknown;
  carbon::Freshness announced_freshness_ = carbon::Freshness::Unknown;

  mutable std::mutex mutex_;  // guards health_
  Health health_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

}  // namespace

http::Request signal_request(const std::string& zone) {
  http::Request request;
  request.target = "/v1/signal";
  if (!zone.empty()) request.target += "?zone=" + http::percent_encode(zone);
  request.headers.push_back({"Accept", "application/json"});
  return request;
}

Error signal_status_error(const http::Response& response, TimePoint now) {
  return status_error(response, now, {"the signal service", "the zone or path", {}});
}

Status check_signal(const carbon::Signal& signal, const std::string& zone,
                    std::optional<carbon::KindTag> kind) {
  if (!zone.empty() && signal.zone != zone) {
    return fail(Errc::Invalid, fmt::format("signal: the answer is not for zone \"{}\"", zone));
  }
  if (signal.forecast && kind && signal.forecast->kind() != *kind) {
    return fail(Errc::Invalid,
                fmt::format("signal: the answer is of kind {0}; write kind: {0} at the source",
                            name(signal.forecast->kind())));
  }
  return {};
}

Result<std::unique_ptr<Provider>> make_signal_service(SignalServiceOptions options,
                                                      const Clock& clock,
                                                      metrics::Registry& metrics) {
  if (options.url.target.find_first_of("?#") != std::string::npos) {
    return fail(Errc::InvalidArgument, "signal URL: has a query; write http(s)://host:port");
  }
  http::ClientOptions client_options;
  client_options.origin = options.url;
  client_options.tls = options.tls;
  client_options.proxy = options.proxy;
  client_options.max_idle = 1;
  auto client = http::Client::make(std::move(client_options));
  if (!client) return fail(client.error());
  return std::unique_ptr<Provider>(
      std::make_unique<SignalService>(std::move(options), std::move(*client), clock, metrics));
}

}  // namespace karbonetes::providers
