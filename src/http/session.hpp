// One accepted connection: reads a request, hands it to the handler, writes the answer, and so on.
// Everything runs on the connection's strand, so nothing here is locked. Owned by the server's
// SessionSet from start() until it closes itself. Failure: a bad request is answered and the
// connection closed after it; anything else just closes it.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>
#include <vector>

#include "http/server.hpp"
#include "http/tls_context.hpp"

namespace karbonetes::http {

class Session;

// Says whether the server still runs; a Reply kept past its end checks here before it touches a
// session. Thread-safe.
struct Gate {
  std::shared_mutex mutex;
  bool open = true;
};

// The connections that are open. Thread-safe.
class SessionSet {
 public:
  // False: the limit is reached, or the set is draining.
  [[nodiscard]] bool add(const std::shared_ptr<Session>& session, std::size_t limit);
  void remove(Session* session);
  // No more from now on, except those already here.
  [[nodiscard]] std::vector<std::shared_ptr<Session>> drain();
  [[nodiscard]] std::vector<std::shared_ptr<Session>> all();
  // True: empty before `timeout` was over.
  bool wait_empty(Millis timeout);
  void clear();

 private:
  std::mutex mutex_;
  std::condition_variable became_empty_;
  std::unordered_map<Session*, std::shared_ptr<Session>> sessions_;
  bool draining_ = false;
};

// What all sessions of a server share. Outlives them.
struct SessionContext {
  ServerOptions options;
  Handler handler;
  SessionSet sessions;
  std::shared_ptr<Gate> gate = std::make_shared<Gate>();
};

class Session {
 public:
  // `tls` null: plain TCP. The socket's executor is a strand of its own. Null when memory is short.
  [[nodiscard]] static std::shared_ptr<Session> make(boost::asio::ip::tcp::socket socket,
                                                     const TlsContext& tls,
                                                     SessionContext& context);
  virtual ~Session() = default;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  virtual void start() = 0;
  // From any thread: closes at once when idle, else after the answer in progress.
  virtual void finish() = 0;
  // From any thread: closes at once.
  virtual void abort() = 0;

 protected:
  Session() = default;
};

}  // namespace karbonetes::http
