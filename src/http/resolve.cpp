#include "http/resolve.hpp"

#include <netdb.h>

#include <condition_variable>
#include <cstring>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>

namespace karbonetes::http {

namespace {

struct Lookup {
  int error = 0;
  std::vector<Address> addresses;
};

Lookup look_up(const std::string& host, std::uint16_t port, int flags) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  Lookup lookup;
  lookup.error = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
  if (lookup.error != 0) return lookup;
  for (const addrinfo* one = list; one != nullptr; one = one->ai_next) {
    if (one->ai_addrlen > sizeof(sockaddr_storage)) continue;
    Address& address = lookup.addresses.emplace_back();
    std::memcpy(&address.storage, one->ai_addr, one->ai_addrlen);
    address.length = one->ai_addrlen;
  }
  freeaddrinfo(list);
  return lookup;
}

struct Shared {
  std::mutex mutex;
  std::condition_variable_any done_changed;
  bool done = false;
  Lookup lookup;
};

}  // namespace

Result<std::vector<Address>> resolve(const std::string& host, std::uint16_t port,
                                     std::chrono::steady_clock::time_point deadline,
                                     const std::stop_token& stop) {
  Lookup numeric = look_up(host, port, AI_NUMERICHOST);
  if (numeric.error == 0 && !numeric.addresses.empty()) return std::move(numeric.addresses);

  auto shared = std::make_shared<Shared>();
  try {
    std::thread([shared, host, port] {
      Lookup lookup = look_up(host, port, AI_ADDRCONFIG);
      // A machine with nothing but loopback has no "configured" address; ask again without that
      // condition.
      if (lookup.error != 0) lookup = look_up(host, port, 0);
      const std::lock_guard lock(shared->mutex);
      shared->lookup = std::move(lookup);
      shared->done = true;
      shared->done_changed.notify_all();
    }).detach();
  } catch (const std::system_error&) {
    return fail(Errc::Unavailable, "no thread to look up " + host + " with");
  }

  std::unique_lock lock(shared->mutex);
  if (!shared->done_changed.wait_until(lock, stop, deadline, [&] { return shared->done; })) {
    if (stop.stop_requested()) return fail(Errc::Cancelled, "stopped while looking up " + host);
    return fail(Errc::Timeout, "looking up " + host + " took too long");
  }
  if (shared->lookup.error != 0 || shared->lookup.addresses.empty()) {
    return fail(Errc::Unavailable,
                "host " + host + " is not known: " + gai_strerror(shared->lookup.error));
  }
  return std::move(shared->lookup.addresses);
}

}  // namespace karbonetes::http
