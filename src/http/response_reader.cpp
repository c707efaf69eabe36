#include "http/response_reader.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>

#include "http/text_body.hpp"

namespace karbonetes::http {

namespace beast = boost::beast;

namespace {
constexpr std::size_t kReadSize = 16u << 10;  // a full TLS record
constexpr std::uint32_t kMaxHead = 64u << 10;
using Parser = beast::http::response_parser<TextBody>;
}  // namespace

class ResponseReader::Impl {
 public:
  void restart() {
    parser.emplace();
    parser->eager(true);
    parser->header_limit(kMaxHead);
    if (max_body) {
      parser->body_limit(*max_body);
    } else {
      parser->body_limit(boost::none);
    }
    parser->skip(to_head);
  }

  Status parse() {
    while (buffer.size() > 0 && !parser->is_done()) {
      beast::error_code error;
      buffer.consume(parser->put(buffer.data(), error));
      if (error == beast::http::error::need_more) return {};
      if (error) return failed(error);
      const int status = static_cast<int>(parser->get().result_int());
      if (parser->is_done() && status >= 100 && status < 200 && status != 101)
        restart();  // interim
    }
    return {};
  }

  Status failed(const beast::error_code& error) const {
    if (error == beast::http::error::body_limit) {
      return fail(Errc::Invalid, "the answer's body is larger than " +
                                     std::to_string(max_body.value_or(0)) + " bytes");
    }
    if (error == beast::http::error::partial_message ||
        error == beast::http::error::end_of_stream) {
      return fail(Errc::Unavailable, "connection cut before the answer was complete");
    }
    return fail(Errc::Unavailable, "the peer does not speak HTTP/1.1: " + error.message());
  }

  beast::flat_buffer buffer;
  std::optional<Parser> parser;
  std::optional<std::uint64_t> max_body;
  bool to_head = false;
  bool any_byte = false;
};

ResponseReader::ResponseReader() : impl_(std::make_unique<Impl>()) { impl_->restart(); }
ResponseReader::~ResponseReader() = default;

void ResponseReader::begin(bool to_head, std::optional<std::uint64_t> max_body) {
  impl_->to_head = to_head;
  impl_->max_body = max_body;
  impl_->any_byte = false;
  impl_->restart();
}

std::span<char> ResponseReader::space() {
  const auto room = impl_->buffer.prepare(kReadSize);
  return {static_cast<char*>(room.data()), room.size()};
}

Status ResponseReader::received(std::size_t bytes) {
  impl_->any_byte = impl_->any_byte || bytes > 0;
  impl_->buffer.commit(bytes);
  return impl_->parse();
}

Status ResponseReader::ended() {
  if (impl_->parser->is_done()) return {};
  beast::error_code error;
  if (impl_->any_byte && impl_->parser->is_header_done()) {
    impl_->parser->put_eof(error);
  } else {
    error = beast::http::error::partial_message;
  }
  return error ? impl_->failed(error) : Status{};
}

bool ResponseReader::any_byte() const { return impl_->any_byte; }
bool ResponseReader::head_done() const { return impl_->parser->is_header_done(); }
bool ResponseReader::done() const { return impl_->parser->is_done(); }
int ResponseReader::status() const { return static_cast<int>(impl_->parser->get().result_int()); }
std::string& ResponseReader::body() { return impl_->parser->get().body(); }

bool ResponseReader::keep_alive() const {
  return impl_->parser->is_done() && impl_->parser->get().keep_alive() &&
         !impl_->parser->get().need_eof() && impl_->buffer.size() == 0;
}

Response ResponseReader::take() {
  auto& message = impl_->parser->get();
  Response response;
  response.status = static_cast<int>(message.result_int());
  for (const auto& field : message) {
    response.headers.push_back({std::string(field.name_string()), std::string(field.value())});
  }
  response.body = std::move(message.body());
  return response;
}

}  // namespace karbonetes::http
