#include "mock/service.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "json/document.hpp"
#include "mock/request.hpp"

namespace karbonetes::mock {

namespace {

// The wall clock may be set while polls wait on it.
constexpr Millis kLongestSleep = std::chrono::seconds(1);

http::Response json_answer(int status, std::string body) {
  return {status, {{"Content-Type", "application/json"}}, std::move(body)};
}

http::Response error_answer(int status, const std::string& sentence) {
  const json::Document body = {{"error", sentence}};
  return json_answer(status,
                     body.dump(-1, ' ', false, json::Document::error_handler_t::replace) + "\n");
}

http::Response text_answer(int status, std::string body) {
  return {status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::move(body)};
}

http::Response not_modified(const std::string& etag) {
  return {304, {{"ETag", etag}, {"Cache-Control", "no-cache"}}, {}};
}

bool reads(const http::Request& request) {
  return request.method == "GET" || request.method == "HEAD";
}

http::Response wrong_method(const char* allowed) {
  auto response = error_answer(405, fmt::format("this path answers to {}", allowed));
  response.headers.push_back({"Allow", allowed});
  return response;
}

}  // namespace

Service::Service(providers::WindowsFile config, const Clock& clock, metrics::Registry& metrics)
    : clock_(clock), metrics_(metrics), state_(std::move(config)) {
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
  if (keep_waiting(request, reply)) return;
  http::Response response;
  try {
    response = route(request);
  } catch (const std::exception&) {
    // Only memory can run out here; the server's thread must live on.
    response = error_answer(500, "internal error");
  }
  answer(reply, std::move(response), request.method == "HEAD");
  if (request.method == "PUT") tick();
}

http::Response Service::route(const http::Request& request) {
  const auto target = parse_target(request.target);
  if (!target) return error_answer(400, target.error().message);

  if (target->path == "/v1/signal") {
    if (request.method != "PUT" && !reads(request)) return wrong_method("GET, HEAD, PUT");
    if (target->zone && !target->zone->empty() && *target->zone != state_.zone()) {
      return error_answer(404, fmt::format("this service serves zone \"{}\" only", state_.zone()));
    }
    if (request.method == "PUT") return put(request);
    const std::lock_guard lock(mutex_);
    const TimePoint now = clock_.now();
    const View view = state_.at(now);
    const auto known = http::find_header(request.headers, "If-None-Match");
    if (known && none_match_hits(*known, view.etag)) return not_modified(view.etag);
    return signal_answer(view, now);
  }
  const bool health = target->path == "/healthz" || target->path == "/readyz";
  if (!health && target->path != "/metrics") {
    return error_answer(404, "not found; there are /v1/signal, /healthz, /readyz and /metrics");
  }
  if (!reads(request)) return wrong_method("GET, HEAD");
  if (!health) {
    return {200, {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}}, metrics_.expose()};
  }
  const std::lock_guard lock(mutex_);
  if (stopping_ && target->path == "/readyz") return text_answer(503, "stopping\n");
  return text_answer(200, "ok\n");
}

http::Response Service::put(const http::Request& request) {
  const auto change = parse_change(request.body);
  if (!change) return error_answer(400, change.error().message);
  const std::lock_guard lock(mutex_);
  const TimePoint now = clock_.now();
  if (change->green) {
    Force force{*change->green, std::nullopt};
    if (change->duration) force.until = now + *change->duration;
    state_.force(force);
  } else {
    state_.automatic();
  }
  woken_ = true;  // the next change by time may be nearer now
  wake_.notify_one();
  return signal_answer(state_.at(now), now);
}

http::Response Service::signal_answer(const View& view, TimePoint now) const {
  auto response = json_answer(200, render(view, now));
  response.headers.push_back({"ETag", view.etag});
  response.headers.push_back({"Cache-Control", "no-cache"});
  return response;
}

// Takes the request as a long poll when it is one and nothing has changed yet.
bool Service::keep_waiting(const http::Request& request, http::Reply& reply) {
  if (!reads(request)) return false;
  const auto known = http::find_header(request.headers, "If-None-Match");
  const auto prefer = http::find_header(request.headers, "Prefer");
  if (!known || !prefer) return false;
  const auto wait = preferred_wait(*prefer);
  if (!wait || *wait <= Seconds(0)) return false;
  const auto target = parse_target(request.target);
  if (!target || target->path != "/v1/signal") return false;

  const std::lock_guard lock(mutex_);
  if (target->zone && !target->zone->empty() && *target->zone != state_.zone()) return false;
  const TimePoint now = clock_.now();
  if (stopping_ || polls_.size() >= kMaxPolls || !none_match_hits(*known, state_.at(now).etag)) {
    return false;
  }
  polls_.push_back({std::string(*known), now + *wait, request.method == "HEAD", std::move(reply)});
  woken_ = true;
  wake_.notify_one();
  return true;
}

void Service::tick() {
  std::vector<Poll> due;
  http::Response changed;
  std::string etag;
  {
    const std::lock_guard lock(mutex_);
    if (polls_.empty()) return;
    const TimePoint now = clock_.now();
    const View view = state_.at(now);
    etag = view.etag;
    const auto answered = std::ranges::stable_partition(polls_, [&](const Poll& poll) {
      return !stopping_ && now < poll.until && none_match_hits(poll.etag, etag);
    });
    std::ranges::move(answered, std::back_inserter(due));
    polls_.erase(answered.begin(), answered.end());
    changed = signal_answer(view, now);
  }
  // Outside of the lock: a reply may come straight back with the next request.
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
      if (polls_.empty()) {
        wake_.wait(lock, stop, [&] { return !polls_.empty(); });
        continue;
      }
      const TimePoint now = clock_.now();
      TimePoint next = state_.next_change(now);
      for (const Poll& poll : polls_) next = std::min(next, poll.until);
      if (next > now) {
        wake_.wait_for(lock, stop, std::min(next - now, kLongestSleep), [&] { return woken_; });
      }
    }
    if (!stop.stop_requested()) tick();
  }
}

}  // namespace karbonetes::mock
