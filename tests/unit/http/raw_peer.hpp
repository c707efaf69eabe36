// Peers for tests that must say exactly which bytes go over the wire, and when: a scripted server
// and a raw client. Plain sockets on 127.0.0.1, blocking, with a time limit of 10 s on every wait.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <thread>

namespace karbonetes::test {

// One end of a TCP connection. Closed when it dies.
class RawConnection {
 public:
  explicit RawConnection(int descriptor) : descriptor_(descriptor) {}
  RawConnection(RawConnection&& other) noexcept : descriptor_(other.descriptor_) {
    other.descriptor_ = -1;
  }
  RawConnection& operator=(RawConnection&&) = delete;
  ~RawConnection();

  void send(std::string_view bytes);
  // What has come until `end` was seen or the peer closed.
  std::string read_until(std::string_view end);
  // All until the peer closes.
  std::string read_all();
  // A whole request or response with Content-Length, or without body.
  std::string read_message();

 private:
  friend void relay(RawConnection& a, RawConnection& b);
  int descriptor_;
  std::string rest_;
};

RawConnection connect_raw(std::uint16_t port);

// Carries bytes both ways until one side closes: what a proxy does with a tunnel.
void relay(RawConnection& a, RawConnection& b);

// Accepts connections one after the other and runs script(connection, number) for each, on a thread
// of its own.
class RawServer {
 public:
  explicit RawServer(std::function<void(RawConnection&, int)> script);
  ~RawServer();
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  int listener_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace karbonetes::test
