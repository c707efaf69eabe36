#include "http/connection.hpp"

#include <chrono>
#include <thread>

namespace karbonetes::http {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kMaxStreamErrorBody = 1u << 20;

// An API server writes its events one by one. In a burst of them (the first list of 100,000
// objects) being woken for each costs more than reading it, so who had to wait, but not for long,
// lets some more arrive. Bytes that were there at once, and those that come alone, are not held up.
constexpr auto kAtOnce = std::chrono::microseconds(20);
constexpr auto kLull = std::chrono::milliseconds(1);

void let_more_arrive(SteadyClock::duration waited) {
  if (waited > kAtOnce && waited < kLull) std::this_thread::sleep_for(kLull);
}

}  // namespace

tl::unexpected<Failure> Connection::failure(Error error) const {
  return tl::unexpected<Failure>(Failure{std::move(error), reader_.any_byte()});
}

Status Connection::read_once(Deadline deadline, const std::stop_token& stop) {
  auto got = socket_->read_some(reader_.space(), deadline, stop);
  if (!got) return fail(std::move(got.error()));
  return *got == 0 ? reader_.ended() : reader_.received(*got);
}

tl::expected<Response, Failure> Connection::exchange(std::string_view request, bool to_head,
                                                     std::size_t max_body, Deadline deadline,
                                                     const std::stop_token& stop) {
  reader_.begin(to_head, max_body);
  if (Status s = socket_->write(request, deadline, stop); !s) return failure(std::move(s.error()));
  while (!reader_.done()) {
    if (Status s = read_once(deadline, stop); !s) return failure(std::move(s.error()));
  }
  return reader_.take();
}

tl::expected<Response, Failure> Connection::stream(
    std::string_view request, Millis idle, const std::stop_token& stop,
    const std::function<bool(std::string_view)>& on_data) {
  reader_.begin(false, std::nullopt);
  if (Status s = socket_->write(request, SteadyClock::now() + idle, stop); !s)
    return failure(std::move(s.error()));
  bool success = false;
  for (;;) {
    if (reader_.head_done()) {
      success = reader_.status() >= 200 && reader_.status() < 300;
      std::string& body = reader_.body();
      if (success && !body.empty()) {
        const bool more = on_data(body);
        body.clear();
        if (!more) break;
      }
      if (!success && body.size() > kMaxStreamErrorBody) {
        return failure({Errc::Invalid, "the answer's body is larger than 1 MiB", std::nullopt});
      }
    }
    if (reader_.done()) break;
    const auto asked = SteadyClock::now();
    if (Status s = read_once(asked + idle, stop); !s) {
      // What came together with the cut still counts.
      if (success && reader_.head_done() && !reader_.body().empty()) {
        if (!on_data(reader_.body())) break;
      }
      return failure(std::move(s.error()));
    }
    let_more_arrive(SteadyClock::now() - asked);
  }
  return reader_.take();
}

}  // namespace karbonetes::http
