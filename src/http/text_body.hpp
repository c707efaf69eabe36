// The Beast body type of both sides: a std::string that grows with what has really come. Unlike
// Beast's string_body it does not believe a Content-Length enough to reserve that much memory at
// once.
#pragma once

#include <algorithm>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/optional.hpp>
#include <cstdint>
#include <string>

namespace karbonetes::http {

struct TextBody {
  using value_type = std::string;
  static constexpr std::uint64_t kMaxReserve = 256u << 10;

  class reader {
   public:
    template <bool IsRequest, class Fields>
    reader(boost::beast::http::header<IsRequest, Fields>&, std::string& body) : body_(body) {}

    void init(const boost::optional<std::uint64_t>& length, boost::beast::error_code& error) {
      if (length) body_.reserve(static_cast<std::size_t>(std::min(*length, kMaxReserve)));
      error = {};
    }

    template <class Buffers>
    std::size_t put(const Buffers& buffers, boost::beast::error_code& error) {
      std::size_t taken = 0;
      for (const auto buffer : boost::beast::buffers_range_ref(buffers)) {
        body_.append(static_cast<const char*>(buffer.data()), buffer.size());
        taken += buffer.size();
      }
      error = {};
      return taken;
    }

    void finish(boost::beast::error_code& error) { error = {}; }

   private:
    std::string& body_;
  };
};

}  // namespace karbonetes::http
