// Hot-path JSON: a thin façade over simdjson On-Demand, so that no other folder names simdjson. A
// Reader owns the padded copy of the input and the parser; Values and string_views are views into
// it and die at the next parse() or with the Reader. Forward-only, as On-Demand is: walk each
// object once with each(). Not thread-safe; one Reader per thread, reused, so that its buffers are
// allocated once.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <string_view>

#include "base/result.hpp"

namespace karbonetes::json {

enum class Kind { Object, Array, String, Number, Boolean, Null };

class Value {
 public:
  explicit Value(simdjson::ondemand::value v) : v_(v) {}

  // What the value looks like from its first byte; consumes nothing. Error: Parse when no JSON
  // value begins like this.
  [[nodiscard]] Result<Kind> kind();

  [[nodiscard]] Result<std::string_view> string();
  [[nodiscard]] Result<bool> boolean();
  [[nodiscard]] Result<std::int64_t> integer();
  [[nodiscard]] Result<double> number();
  [[nodiscard]] bool is_null();  // false for anything that is not exactly null; never fails
  // The value's own text, whitespace trimmed: valid JSON if the document is. Consumes the value.
  [[nodiscard]] Result<std::string_view> raw();

  // Calls fn(std::string_view key, Value value) -> Status for each member, in order; stops at the
  // first error. Members that fn does not read are skipped. Error: Parse when this is not an
  // object.
  template <typename Fn>
  [[nodiscard]] Status each(Fn&& fn);

  // Calls fn(Value element) -> Status for each element. Error: Parse when this is not an array.
  template <typename Fn>
  [[nodiscard]] Status each_element(Fn&& fn);

 private:
  simdjson::ondemand::value v_;
};

class Reader {
 public:
  // Parses one document whose top level is an object and calls fn(key, Value) -> Status for each
  // member. Errors: Parse, with simdjson's words; text after the object is an error, too. `text` is
  // copied (padding), so it need not outlive the call. What fn does not read is skipped without
  // being checked beyond its brackets.
  template <typename Fn>
  [[nodiscard]] Status each(std::string_view text, Fn&& fn);

 private:
  void load(std::string_view text);

  simdjson::ondemand::parser parser_;
  std::string buffer_;  // text + SIMDJSON_PADDING, capacity kept between documents
  std::size_t length_ = 0;
};

[[nodiscard]] tl::unexpected<Error> parse_error(simdjson::error_code code);

template <typename Fn>
Status Value::each(Fn&& fn) {
  simdjson::ondemand::object object;
  if (auto e = v_.get_object().get(object)) return parse_error(e);
  for (auto field : object) {
    std::string_view key;
    if (auto e = field.unescaped_key().get(key)) return parse_error(e);
    simdjson::ondemand::value value;
    if (auto e = field.value().get(value)) return parse_error(e);
    if (Status s = fn(key, Value(value)); !s) return s;
  }
  return {};
}

template <typename Fn>
Status Value::each_element(Fn&& fn) {
  simdjson::ondemand::array array;
  if (auto e = v_.get_array().get(array)) return parse_error(e);
  for (auto element : array) {
    simdjson::ondemand::value value;
    if (auto e = element.get(value)) return parse_error(e);
    if (Status s = fn(Value(value)); !s) return s;
  }
  return {};
}

template <typename Fn>
Status Reader::each(std::string_view text, Fn&& fn) {
  load(text);
  simdjson::ondemand::document document;
  if (auto e =
          parser_.iterate(simdjson::padded_string_view(buffer_.data(), length_, buffer_.size()))
              .get(document)) {
    return parse_error(e);
  }
  simdjson::ondemand::object object;
  if (auto e = document.get_object().get(object)) return parse_error(e);
  for (auto field : object) {
    std::string_view key;
    if (auto e = field.unescaped_key().get(key)) return parse_error(e);
    simdjson::ondemand::value value;
    if (auto e = field.value().get(value)) return parse_error(e);
    if (Status s = fn(key, Value(value)); !s) return s;
  }
  if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) {
    return fail(Errc::Parse, "JSON: there is text after the end of the document");
  }
  return {};
}

}  // namespace karbonetes::json
