#include "http/session.hpp"

#include <array>
#include <atomic>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <optional>

#include "http/body_stream.hpp"
#include "http/text_body.hpp"
#include "http/wire.hpp"

namespace karbonetes::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;
using SteadyTime = std::chrono::steady_clock::time_point;

namespace {

constexpr std::size_t kReadSize = 16u << 10;  // a full TLS record
constexpr std::uint32_t kMaxHead = 32u << 10;
constexpr std::size_t kKeptBuffer = 64u << 10;  // what an idle connection may hold on to
constexpr SteadyTime kNever = SteadyTime::max();
constexpr auto kLinger = std::chrono::seconds(1);
constexpr std::size_t kMaxDiscarded = 1u << 20;

using Parser = beast::http::request_parser<TextBody>;

class HttpSession;

// Answers its request exactly once, at the latest by dying. Shared by the copies of one Reply.
class Answer {
 public:
  Answer(std::weak_ptr<HttpSession> session, std::shared_ptr<Gate> gate)
      : session_(std::move(session)), gate_(std::move(gate)) {}
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;
  ~Answer() {
    if (given_) return;
    Response response;
    response.status = 500;
    give(std::move(response));
  }

  void give(Response response);

 private:
  std::atomic<bool> given_{false};
  const std::weak_ptr<HttpSession> session_;
  const std::shared_ptr<Gate> gate_;
};

class HttpSession final : public Session, public std::enable_shared_from_this<HttpSession> {
 public:
  HttpSession(tcp::socket socket, const TlsContext& tls, SessionContext& context)
      : context_(context), socket_(std::move(socket)), timer_(socket_.get_executor()) {
    if (!tls) return;
    SSL* session = new_server_session(tls);
    if (session == nullptr) throw std::bad_alloc();
    tls_.emplace(socket_, session);  // owns the session from here on
  }
  HttpSession(const HttpSession&) = delete;
  HttpSession& operator=(const HttpSession&) = delete;
  ~HttpSession() override {
    if (stream_) stream_->close();
  }

  void start() override {
    asio::dispatch(socket_.get_executor(), [self = shared_from_this()] { self->begin(); });
  }

  void finish() override {
    asio::post(socket_.get_executor(), [self = shared_from_this()] {
      self->finishing_ = true;
      if (self->state_ == State::Idle || self->state_ == State::Handshake) self->close();
      if (self->state_ == State::Streaming) self->stream_->end();
    });
  }

  void abort() override {
    asio::post(socket_.get_executor(), [self = shared_from_this()] { self->close(); });
  }

  // From any thread, with the gate held open.
  void answer(Response response) {
    asio::dispatch(socket_.get_executor(),
                   [self = shared_from_this(), response = std::move(response)] {
                     if (self->state_ == State::Handling) {
                       self->send(response, self->keep_alive_);
                     } else if (response.stream) {
                       response.stream->close();
                     }
                   });
  }

  // From any thread, with the gate held open: the stream has something for us.
  void stream_ready() {
    asio::post(socket_.get_executor(), [self = shared_from_this()] { self->pump(); });
  }

 private:
  enum class State {
    Handshake,
    Idle,      // between requests: not one byte of the next has come
    Reading,   // inside a request
    Handling,  // the handler has it
    Writing,
    Streaming,  // the answer's body comes as its writer writes it
    Lingering,  // answered for the last time; waits until the peer has read that
    Closed,
  };

  void begin() {
    error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    if (!tls_) return next_request();
    due_in(context_.options.read_timeout);
    tls_->async_handshake(asio::ssl::stream_base::server,
                          [self = shared_from_this()](const error_code& error) {
                            if (error || self->finishing_) return self->close();
                            self->next_request();
                          });
  }

  void next_request() {
    if (state_ == State::Closed) return;
    parser_.emplace();
    parser_->eager(true);
    parser_->header_limit(kMaxHead);
    parser_->body_limit(context_.options.max_body);
    continue_sent_ = false;
    if (buffer_.size() > 0) {  // the client did not wait for our answer
      state_ = State::Reading;
      due_in(context_.options.read_timeout);
      return parse();
    }
    if (finishing_) return close();
    if (buffer_.capacity() > kKeptBuffer) buffer_.shrink_to_fit();
    state_ = State::Idle;
    due_at_ = std::chrono::steady_clock::now() + context_.options.keep_alive;
    arm();
    read();
  }

  void read() {
    const auto room = buffer_.prepare(kReadSize);
    reading_ = true;
    auto handler = [self = shared_from_this()](const error_code& error, std::size_t bytes) {
      self->received(error, bytes);
    };
    if (tls_) {
      tls_->async_read_some(room, std::move(handler));
    } else {
      socket_.async_read_some(room, std::move(handler));
    }
  }

  void received(const error_code& error, std::size_t bytes) {
    reading_ = false;
    if (state_ == State::Writing && !error) return;  // too late: the 408 is on its way
    // While we stream we read only to learn that the peer has gone; one that talks on is not heard.
    if (error || state_ == State::Streaming) return close();
    if (state_ == State::Lingering) return discard();
    if (state_ == State::Closed) return;
    buffer_.commit(bytes);
    if (state_ == State::Idle) {
      state_ = State::Reading;
      // Only noted: most requests are complete by now, and then no timer needs to be touched.
      due_at_ = std::chrono::steady_clock::now() + context_.options.read_timeout;
    }
    parse();
  }

  void parse() {
    beast::error_code error;
    while (buffer_.size() > 0 && !parser_->is_done()) {
      buffer_.consume(parser_->put(buffer_.data(), error));
      if (error) break;
    }
    if (error && error != beast::http::error::need_more) return refuse(status_for(error));
    if (parser_->is_done()) return handle();
    if (parser_->is_header_done() && !continue_sent_ && wants_continue()) return send_continue();
    arm();
    read();
  }

  static int status_for(const beast::error_code& error) {
    if (error == beast::http::error::body_limit) return 413;
    if (error == beast::http::error::header_limit) return 431;
    return 400;
  }

  bool wants_continue() const {
    const auto& head = parser_->get();
    return head.version() >= 11 && beast::iequals(head[beast::http::field::expect], "100-continue");
  }

  void send_continue() {
    continue_sent_ = true;
    out_ = "HTTP/1.1 100 Continue\r\n\r\n";
    write([](HttpSession& self) {
      self.arm();
      self.read();
    });
  }

  void handle() {
    auto& message = parser_->get();
    if (message.version() >= 11 && message.find(beast::http::field::host) == message.end()) {
      return refuse(400);
    }
    keep_alive_ = message.version() >= 11 && message.keep_alive();
    head_only_ = message.method() == beast::http::verb::head;
    chunked_ = message.version() >= 11;
    Request request;
    request.method = message.method_string();
    request.target = message.target();
    for (const auto& field : message) {
      request.headers.push_back({std::string(field.name_string()), std::string(field.value())});
    }
    request.body = std::move(message.body());

    state_ = State::Handling;
    due_at_ = kNever;
    auto answer = std::make_shared<Answer>(weak_from_this(), context_.gate);
    try {
      context_.handler(std::move(request),
                       [answer](Response response) { answer->give(std::move(response)); });
    } catch (...) {
      // The handler's contract is not to throw; its Reply dies with it and answers 500.
    }
  }

  void refuse(int status) {
    Response response;
    response.status = status;
    head_only_ = false;
    send(response, /*keep_alive=*/false);
  }

  void send(const Response& response, bool keep_alive) {
    if (response.stream) return stream(response);
    keep_alive_ = keep_alive && !finishing_;
    response_bytes(response, keep_alive_, head_only_, out_);
    if (response.cut_after && *response.cut_after < response.body.size() &&
        out_.ends_with(response.body)) {
      out_.resize(out_.size() - response.body.size() + *response.cut_after);
      cut_ = true;
    }
    state_ = State::Writing;
    due_at_ = std::chrono::steady_clock::now() + context_.options.write_timeout;
    arm();
    write([](HttpSession& self) {
      if (self.out_.capacity() > kKeptBuffer) std::string().swap(self.out_);
      if (self.cut_) return self.close();
      if (!self.keep_alive_) return self.linger();
      self.next_request();
    });
  }

  void stream(const Response& response) {
    stream_ = response.stream;
    keep_alive_ = false;
    out_.clear();
    stream_head_bytes(response, chunked_, out_);
    if (head_only_ || finishing_) {
      stream_->close();
      stream_.reset();
      state_ = State::Writing;
    } else {
      state_ = State::Streaming;
      stream_->attach([weak = weak_from_this(), gate = context_.gate] {
        const std::shared_lock lock(gate->mutex);
        if (!gate->open) return;
        if (const auto session = weak.lock()) session->stream_ready();
      });
      if (!reading_) read();
    }
    write_piece();
  }

  // What the writer has written meanwhile, in one go; while that is under way it collects the next.
  void pump() {
    if (state_ != State::Streaming || writing_) return;
    const auto taken = stream_->take();
    if (taken.cut) return close();
    ended_ = taken.last;
    if (taken.bytes.empty() && !ended_) {
      due_at_ = kNever;
      return;
    }
    out_.clear();
    if (chunked_) {
      chunk_bytes(taken.bytes, ended_, out_);
    } else {
      out_ = taken.bytes;
    }
    write_piece();
  }

  void write_piece() {
    writing_ = true;
    due_in(context_.options.write_timeout);
    write([](HttpSession& self) {
      self.writing_ = false;
      if (self.state_ != State::Streaming || self.ended_) return self.linger();
      self.pump();
    });
  }

  void write(void (*then)(HttpSession&)) {
    auto handler = [self = shared_from_this(), then](const error_code& error, std::size_t) {
      if (self->state_ == State::Closed) return;
      if (error) return self->close();
      then(*self);
    };
    if (tls_) {
      asio::async_write(*tls_, asio::buffer(out_), std::move(handler));
    } else {
      asio::async_write(socket_, asio::buffer(out_), std::move(handler));
    }
  }

  // Closing with unread bytes would make the kernel send a reset, which can destroy the answer
  // before the peer has read it.
  void linger() {
    state_ = State::Lingering;
    due_in(kLinger);
    if (!tls_ || reading_) return half_close();
    tls_->async_shutdown([self = shared_from_this()](const error_code&) { self->half_close(); });
  }

  void half_close() {
    if (state_ == State::Closed) return;
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
    if (!reading_) discard();
  }

  void discard() {
    socket_.async_read_some(
        asio::buffer(discarded_),
        [self = shared_from_this()](const error_code& error, std::size_t bytes) {
          self->discarded_bytes_ += bytes;
          if (error || self->discarded_bytes_ > kMaxDiscarded) return self->close();
          self->discard();
        });
  }

  template <typename Duration>
  void due_in(Duration from_now) {
    due_at_ = std::chrono::steady_clock::now() + from_now;
    arm();
  }

  // The timer is moved only when it would ring too late; when it rings too early it looks again.
  void arm() {
    if (due_at_ >= armed_for_) return;
    armed_for_ = due_at_;
    timer_.expires_at(due_at_);
    timer_.async_wait([weak = weak_from_this()](const error_code& error) {
      if (error == asio::error::operation_aborted) return;
      if (const auto self = weak.lock()) self->rang();
    });
  }

  void rang() {
    armed_for_ = kNever;
    if (state_ == State::Closed) return;
    if (std::chrono::steady_clock::now() < due_at_) return arm();
    if (state_ != State::Reading) return close();
    // The read that still waits finds another state when it ends.
    refuse(408);
  }

  void close() {
    if (state_ == State::Closed) return;
    state_ = State::Closed;
    if (stream_) stream_->close();
    error_code ignored;
    socket_.close(ignored);
    timer_.cancel();
    context_.sessions.remove(this);
  }

  SessionContext& context_;
  tcp::socket socket_;
  std::optional<asio::ssl::stream<tcp::socket&>> tls_;
  asio::steady_timer timer_;
  SteadyTime due_at_ = kNever;
  SteadyTime armed_for_ = kNever;
  beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  std::string out_;
  std::shared_ptr<BodyStream> stream_;
  std::array<char, 1024> discarded_{};
  std::size_t discarded_bytes_ = 0;
  State state_ = State::Handshake;
  bool reading_ = false;  // a read of ours is under way
  bool keep_alive_ = false;
  bool head_only_ = false;
  bool continue_sent_ = false;
  bool finishing_ = false;
  bool cut_ = false;      // closes after this answer, without a word
  bool chunked_ = false;  // what a stream's body is to this peer
  bool writing_ = false;  // Streaming: a write of ours is under way
  bool ended_ = false;    // Streaming: with that write all is written
};

void Answer::give(Response response) {
  if (given_.exchange(true)) return;
  const auto stream = response.stream;
  {
    const std::shared_lock lock(gate_->mutex);
    if (gate_->open) {
      if (const auto session = session_.lock()) return session->answer(std::move(response));
    }
  }
  if (stream) stream->close();  // nobody is there to read it
}

}  // namespace

std::shared_ptr<Session> Session::make(tcp::socket socket, const TlsContext& tls,
                                       SessionContext& context) {
  try {
    return std::make_shared<HttpSession>(std::move(socket), tls, context);
  } catch (const std::exception&) {  // out of memory or descriptors
    return nullptr;
  }
}

}  // namespace karbonetes::http
