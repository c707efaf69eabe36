// A TCP relay on 127.0.0.1 that can be told to be a bad network: delay, small pieces, resets,
// connections that go silent without being closed, flipped bits, refusals. It sees bytes only (of
// TLS, as a rule). Faults hold from when they are set, for open connections too, and are drawn from
// a seed. Started by its constructor, stopped by its destructor. set() from any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <thread>

#include "base/time.hpp"

namespace karbonetes::chaos {

struct Network {
  Millis delay{0};        // of each piece, each way
  std::size_t piece = 0;  // at most so many bytes at a time; 0: as they come
  double reset = 0;       // chance for each piece: the connection ends with RST
  double flip = 0;        // chance for each piece: one bit of it is wrong
  bool silent = false;    // what arrives is thrown away, and nobody is told
  bool refuse = false;    // new connections end at once
};

class TcpRelay {
 public:
  TcpRelay(std::uint16_t listen_port, std::uint16_t target_port, unsigned seed);
  ~TcpRelay();
  TcpRelay(const TcpRelay&) = delete;
  TcpRelay& operator=(const TcpRelay&) = delete;

  void set(const Network& network);
  // Ends all open connections by RST.
  void reset_all();
  // Connections that are open now stay silent until they are closed, whatever is set later: as when
  // a NAT has forgotten them.
  void forget_all();

  [[nodiscard]] int connections() const { return connections_; }  // so far
  [[nodiscard]] int resets() const { return resets_; }            // by chance or by reset_all()

 private:
  struct Link;
  void accept_loop(const std::stop_token& stop);
  void relay(const std::stop_token& stop, Link& link);

  const std::uint16_t target_port_;
  const unsigned seed_;
  int listener_ = -1;
  std::atomic<int> connections_{0}, resets_{0};
  std::atomic<unsigned> epoch_{0}, forgotten_{0};  // links of an earlier epoch: reset, or silent
  mutable std::mutex mutex_;
  Network network_;                         // guarded by mutex_
  std::list<std::unique_ptr<Link>> links_;  // of accept_loop alone
  std::jthread thread_;
};

}  // namespace karbonetes::chaos
