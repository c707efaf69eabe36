#include "mock/service.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "mock/answers.hpp"
#include "mock/shape.hpp"
#include "mock/signal_body.hpp"

namespace karbonetes::mock {

namespace {

// The wall clock may be set while polls wait on it.
constexpr Millis kLongestSleep = std::chrono::seconds(1);

// What steers the service is neither counted nor spoiled.
bool steers(const http::Request& request, const Target& target) {
  return target.path == "/v1/faults" || target.path == "/v1/requests" ||
         target.path == "/healthz" || target.path == "/readyz" || target.path == "/metrics" ||
         (target.path == "/v1/signal" && request.method == "PUT");
}

http::Response signal_answer(const View& view, TimePoint now,
                             const std::optional<Fault>& fault = std::nullopt) {
  auto response = json_answer(200, render(view, now, fault));
  response.headers.push_back({"ETag", view.etag});
  response.headers.push_back({"Cache-Control", "no-cache"});
  return response;
}

}  // namespace

Service::Service(ServiceOptions options, const Clock& clock, metrics::Registry& metrics)
    : clock_(clock),
      metrics_(metrics),
      state_(std::move(options.windows), std::move(options.timeline)),
      credentials_(std::move(options.credentials)) {
  auto green = metrics.gauge("signal_green", "1 while the signal is green");
  auto forced = metrics.gauge("signal_forced", "1 while the signal is forced by PUT");
  auto waiting = metrics.gauge("signal_long_polls", "Requests that wait for a change");
  metrics.before_scrape([this, green, forced, waiting]() mutable {
    const std::lock_guard lock(mutex_);
    const View view = state_.at(clock_.now());
    green.set(view.green ? 1 : 0);
    forced.set(view.forced ? 1 : 0);
    waiting.set(static_cast<double>(polls_.size()));
  });
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Service::~Service() {
  stop();
  thread_.request_stop();
  thread_.join();
}

void Service::handle(http::Request&& request, http::Reply reply) {
  const bool head = request.method == "HEAD";
  const auto target = parse_target(request.target);
  if (!target) return answer(reply, error_answer(400, target.error().message), head);
  http::Response response;
  std::optional<Fault> fault;
  try {
    if (!steers(request, *target)) {
      const std::lock_guard lock(mutex_);
      counts_.add(target->path);
      fault = faults_.take(target->path);
    }
    if (!fault && keep_waiting(request, *target, reply)) return;
    response = respond(request, *target, fault);
    if (fault) response = spoiled(std::move(response), *fault);
    if (keep_late(fault, response, head, reply)) return;
  } catch (const std::exception&) {
    // Only memory can run out here; the server's thread must live on.
    response = error_answer(500, "internal error");
  }
  answer(reply, std::move(response), head);
  if (request.method == "PUT") tick();
}

http::Response Service::respond(const http::Request& request, const Target& target,
                                const std::optional<Fault>& fault) {
  if (target.path == "/v1/signal") return signal(request, target, fault);
  if (target.path == "/v1/faults") return faults(request);
  if (find_shape(segments(target.path)) != nullptr) return shape(request, target, fault);
  return control(request, target);
}

bool Service::other_zone(const Target& target) const {
  return target.zone && !target.zone->empty() && *target.zone != state_.zone();
}

http::Response Service::signal(const http::Request& request, const Target& target,
                               const std::optional<Fault>& fault) {
  if (request.method != "PUT" && !reads(request)) return wrong_method("GET, HEAD, PUT");
  if (other_zone(target)) {
    return error_answer(404, fmt::format("this service serves zone \"{}\" only", state_.zone()));
  }
  if (request.method == "PUT") return put_signal(request);
  const std::lock_guard lock(mutex_);
  const TimePoint now = clock_.now();
  const View view = state_.at(now);
  const auto known = http::find_header(request.headers, "If-None-Match");
  if (!fault && known && none_match_hits(*known, view.etag)) return not_modified(view.etag);
  return signal_answer(view, now, fault);
}

http::Response Service::put_signal(const http::Request& request) {
  const auto change = parse_change(request.body);
  if (!change) return error_answer(400, change.error().message);
  const std::lock_guard lock(mutex_);
  const TimePoint now = clock_.now();
  if (change->green) {
    Force force{*change->green, std::nullopt};
    if (change->duration) force.until = now + *change->duration;
    state_.force(force, now);
  } else {
    state_.automatic(now);
  }
  woken_ = true;  // the next change by time may be nearer now
  wake_.notify_one();
  return signal_answer(state_.at(now), now);
}

http::Response Service::faults(const http::Request& request) {
  const std::lock_guard lock(mutex_);
  if (request.method == "PUT") {
    auto fault = parse_fault(request.body);
    if (!fault) return error_answer(400, fault.error().message);
    if (auto ok = faults_.put(std::move(*fault)); !ok) return error_answer(400, ok.error().message);
  } else if (request.method == "DELETE") {
    faults_.clear();
  } else if (!reads(request)) {
    return wrong_method("GET, HEAD, PUT, DELETE");
  }
  return json_answer(200, faults_.to_json());
}

http::Response Service::shape(const http::Request& request, const Target& target,
                              const std::optional<Fault>& fault) {
  if (!reads(request)) return wrong_method("GET, HEAD");
  const auto all = segments(target.path);
  const std::lock_guard lock(mutex_);
  return find_shape(all)->answer(
      {request, target, std::span(all).subspan(1), state_, clock_.now(), fault, credentials_});
}

http::Response Service::control(const http::Request& request, const Target& target) {
  if (target.path == "/v1/requests") {
    const std::lock_guard lock(mutex_);
    if (request.method == "DELETE") {
      counts_.clear();
    } else if (!reads(request)) {
      return wrong_method("GET, HEAD, DELETE");
    }
    return json_answer(200, counts_.to_json());
  }
  const bool health = target.path == "/healthz" || target.path == "/readyz";
  if (!health && target.path != "/metrics") {
    return error_answer(404,
                        "not found; there are /v1/signal, /v1/faults, /v1/requests, /healthz, "
                        "/readyz, /metrics and the providers' shapes below /electricity-maps, "
                        "/watttime, /gb, /energy-charts, /carbon-aware-sdk and /prometheus");
  }
  if (!reads(request)) return wrong_method("GET, HEAD");
  if (!health) {
    return {200, {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}}, metrics_.expose()};
  }
  const std::lock_guard lock(mutex_);
  if (stopping_ && target.path == "/readyz") return text_answer(503, "stopping\n");
  return text_answer(200, "ok\n");
}

// Takes the request as a long poll when it is one and nothing has changed yet.
bool Service::keep_waiting(const http::Request& request, const Target& target, http::Reply& reply) {
  if (!reads(request) || target.path != "/v1/signal" || other_zone(target)) return false;
  const auto known = http::find_header(request.headers, "If-None-Match");
  const auto prefer = http::find_header(request.headers, "Prefer");
  if (!known || !prefer) return false;
  const auto wait = preferred_wait(*prefer);
  if (!wait || *wait <= Seconds(0)) return false;

  const std::lock_guard lock(mutex_);
  const TimePoint now = clock_.now();
  if (stopping_ || polls_.size() >= kMaxPolls || !none_match_hits(*known, state_.at(now).etag)) {
    return false;
  }
  polls_.push_back({std::string(*known), now + *wait, request.method == "HEAD", std::move(reply)});
  woken_ = true;
  wake_.notify_one();
  return true;
}

bool Service::keep_late(const std::optional<Fault>& fault, http::Response& response, bool head,
                        http::Reply& reply) {
  if (!fault || fault->delay <= Millis(0)) return false;
  const std::lock_guard lock(mutex_);
  if (stopping_ || late_.size() >= kMaxPolls) return false;
  late_.push_back({clock_.now() + fault->delay, head, std::move(response), std::move(reply)});
  woken_ = true;
  wake_.notify_one();
  return true;
}

void Service::tick() {
  std::vector<Poll> due;
  std::vector<Late> late;
  http::Response changed;
  std::string etag;
  {
    const std::lock_guard lock(mutex_);
    const TimePoint now = clock_.now();
    const auto delayed = std::ranges::stable_partition(
        late_, [&](const Late& one) { return !stopping_ && now < one.due; });
    std::ranges::move(delayed, std::back_inserter(late));
    late_.erase(delayed.begin(), delayed.end());
    if (!polls_.empty()) {
      const View view = state_.at(now);
      etag = view.etag;
      const auto answered = std::ranges::stable_partition(polls_, [&](const Poll& poll) {
        return !stopping_ && now < poll.until && none_match_hits(poll.etag, etag);
      });
      std::ranges::move(answered, std::back_inserter(due));
      polls_.erase(answered.begin(), answered.end());
      changed = signal_answer(view, now);
    }
  }
  // Outside of the lock: a reply may come straight back with the next request.
  for (Late& one : late) answer(one.reply, std::move(one.response), one.head);
  for (const Poll& poll : due) {
    answer(poll.reply, none_match_hits(poll.etag, etag) ? not_modified(etag) : changed, poll.head);
  }
}

void Service::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  tick();
}

std::size_t Service::polls() const {
  const std::lock_guard lock(mutex_);
  return polls_.size();
}

void Service::answer(const http::Reply& reply, http::Response response, bool head) {
  metrics_
      .counter("signal_http_requests_total", "Requests answered, by status code",
               {{"code", std::to_string(response.status)}})
      .increment();
  if (head) response.body.clear();
  reply(std::move(response));
}

void Service::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock(mutex_);
      woken_ = false;
      if (polls_.empty() && late_.empty()) {
        wake_.wait(lock, stop, [&] { return !polls_.empty() || !late_.empty(); });
        continue;
      }
      const TimePoint now = clock_.now();
      TimePoint next = state_.next_change(now);
      for (const Poll& poll : polls_) next = std::min(next, poll.until);
      for (const Late& one : late_) next = std::min(next, one.due);
      if (next > now) {
        wake_.wait_for(lock, stop, std::min(next - now, kLongestSleep), [&] { return woken_; });
      }
    }
    if (!stop.stop_requested()) tick();
  }
}

}  // namespace karbonetes::mock
