#include "json/reader.hpp"

#include <cstring>

namespace karbonetes::json {

tl::unexpected<Error> parse_error(simdjson::error_code code) {
  return fail(Errc::Parse, std::string("JSON: ") + simdjson::error_message(code));
}

void Reader::load(std::string_view text) {
  length_ = text.size();
  const std::size_t needed = length_ + simdjson::SIMDJSON_PADDING;
  if (buffer_.size() < needed) buffer_.resize(needed);
  if (!text.empty()) std::memcpy(buffer_.data(), text.data(), length_);  // data() may be null
  std::memset(buffer_.data() + length_, 0, simdjson::SIMDJSON_PADDING);
}

Result<std::string_view> Value::string() {
  std::string_view out;
  if (auto e = v_.get_string().get(out)) return parse_error(e);
  return out;
}

Result<bool> Value::boolean() {
  bool out = false;
  if (auto e = v_.get_bool().get(out)) return parse_error(e);
  return out;
}

Result<std::int64_t> Value::integer() {
  std::int64_t out = 0;
  if (auto e = v_.get_int64().get(out)) return parse_error(e);
  return out;
}

Result<double> Value::number() {
  double out = 0;
  if (auto e = v_.get_double().get(out)) return parse_error(e);
  return out;
}

Result<Kind> Value::kind() {
  simdjson::ondemand::json_type type{};
  if (auto e = v_.type().get(type)) return parse_error(e);
  switch (type) {
    case simdjson::ondemand::json_type::object:
      return Kind::Object;
    case simdjson::ondemand::json_type::array:
      return Kind::Array;
    case simdjson::ondemand::json_type::string:
      return Kind::String;
    case simdjson::ondemand::json_type::number:
      return Kind::Number;
    case simdjson::ondemand::json_type::boolean:
      return Kind::Boolean;
    case simdjson::ondemand::json_type::null:
      return Kind::Null;
  }
  return fail(Errc::Parse, "JSON: unknown kind of value");
}

bool Value::is_null() {
  // simdjson answers "nul" with an error, which its implicit conversion would throw.
  bool null = false;
  return v_.is_null().get(null) == simdjson::SUCCESS && null;
}

Result<std::string_view> Value::raw() {
  simdjson::ondemand::json_type type{};
  if (auto e = v_.type().get(type)) return parse_error(e);
  std::string_view out;
  switch (type) {
    case simdjson::ondemand::json_type::object: {
      simdjson::ondemand::object object;
      if (auto e = v_.get_object().get(object)) return parse_error(e);
      if (auto e = object.raw_json().get(out)) return parse_error(e);
      break;
    }
    case simdjson::ondemand::json_type::array: {
      simdjson::ondemand::array array;
      if (auto e = v_.get_array().get(array)) return parse_error(e);
      if (auto e = array.raw_json().get(out)) return parse_error(e);
      break;
    }
    default:
      out = v_.raw_json_token();
  }
  while (!out.empty() &&
         (out.back() == ' ' || out.back() == '\n' || out.back() == '\t' || out.back() == '\r')) {
    out.remove_suffix(1);
  }
  return out;
}

}  // namespace karbonetes::json
