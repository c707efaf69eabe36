#include "kube/model/fields.hpp"

#include "base/text.hpp"

namespace karbonetes::kube::fields {

namespace {

constexpr std::size_t kExpectedMapSize = 8;
constexpr std::size_t kMaxNamedKey = 80;

std::string_view describe(json::Kind kind) {
  switch (kind) {
    case json::Kind::Object:
      return "an object";
    case json::Kind::Array:
      return "an array";
    case json::Kind::String:
      return "a string";
    case json::Kind::Number:
      return "a whole number";
    case json::Kind::Boolean:
      return "true or false";
    case json::Kind::Null:
      return "null";
  }
  return "something else";
}

template <typename T>
Status read_as(json::Value& value, std::string_view field, json::Kind kind, T& out,
               Result<T> (json::Value::*reader)()) {
  const Result<bool> here = present(value, field, kind);
  if (!here) return fail(here.error());
  if (!*here) return {};
  Result<T> read = (value.*reader)();
  if (!read) return wrong(field, describe(kind));
  out = *read;
  return {};
}

}  // namespace

tl::unexpected<Error> wrong(std::string_view field, std::string_view expected) {
  std::string message(field);
  message += ": write ";
  message += expected;
  return fail(Errc::Parse, one_line(std::move(message)));
}

Result<bool> present(json::Value& value, std::string_view field, json::Kind kind) {
  const Result<json::Kind> found = value.kind();
  if (!found) return wrong(field, describe(kind));
  if (*found == kind) return true;
  if (*found == json::Kind::Null && value.is_null()) return false;
  return wrong(field, describe(kind));
}

Status read(json::Value value, std::string_view field, std::string_view& out) {
  return read_as(value, field, json::Kind::String, out, &json::Value::string);
}

Status read(json::Value value, std::string_view field, bool& out) {
  return read_as(value, field, json::Kind::Boolean, out, &json::Value::boolean);
}

Status read(json::Value value, std::string_view field, std::int64_t& out) {
  return read_as(value, field, json::Kind::Number, out, &json::Value::integer);
}

Status read_raw(json::Value value, std::string_view field, json::Kind kind, std::string_view& out) {
  const Result<bool> here = present(value, field, kind);
  if (!here) return fail(here.error());
  if (!*here) return {};
  Result<std::string_view> raw = value.raw();
  if (!raw) return wrong(field, describe(kind));
  out = *raw;
  return {};
}

Status read_map(json::Value value, std::string_view field,
                std::vector<std::pair<std::string_view, std::string_view>>& out) {
  out.clear();
  return each(value, field, [&](std::string_view key, json::Value member) -> Status {
    std::string_view text;
    const Result<bool> here = present(member, "", json::Kind::String);
    Result<std::string_view> read =
        here && *here ? member.string() : Result<std::string_view>(text);
    if (!here || !read) {
      return wrong(std::string(field) + "[" + std::string(key.substr(0, kMaxNamedKey)) + "]",
                   "a string");
    }
    if (out.capacity() == 0) out.reserve(kExpectedMapSize);
    out.emplace_back(key, *read);
    return {};
  });
}

}  // namespace karbonetes::kube::fields
