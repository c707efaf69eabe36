// Reading members of an object whose wrong types must be named: "metadata.labels[team]: write a
// string". null counts as absent, as the API machinery has it. Internal to kube/model; nothing here
// allocates unless it fails.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json/reader.hpp"

namespace karbonetes::kube::fields {

[[nodiscard]] tl::unexpected<Error> wrong(std::string_view field, std::string_view expected);

// Each leaves `out` untouched when the value is null. Error: Parse, naming the field.
[[nodiscard]] Status read(json::Value value, std::string_view field, std::string_view& out);
[[nodiscard]] Status read(json::Value value, std::string_view field, bool& out);
[[nodiscard]] Status read(json::Value value, std::string_view field, std::int64_t& out);

// Raw JSON text of an object or array of the given kind; empty when null.
[[nodiscard]] Status read_raw(json::Value value, std::string_view field, json::Kind kind,
                              std::string_view& out);

// A map of strings, in document order. null values are empty strings. Replaces what `out` held.
[[nodiscard]] Status read_map(json::Value value, std::string_view field,
                              std::vector<std::pair<std::string_view, std::string_view>>& out);

// True when the value is of this kind, false when it is null. Error: Parse, naming the field.
[[nodiscard]] Result<bool> present(json::Value& value, std::string_view field, json::Kind kind);

// fn(key, value) for each member; nothing when null.
template <typename Fn>
[[nodiscard]] Status each(json::Value value, std::string_view field, Fn&& fn) {
  const Result<bool> here = present(value, field, json::Kind::Object);
  if (!here) return fail(here.error());
  if (!*here) return {};
  return value.each(std::forward<Fn>(fn));
}

// fn(element) for each element; nothing when null.
template <typename Fn>
[[nodiscard]] Status each_element(json::Value value, std::string_view field, Fn&& fn) {
  const Result<bool> here = present(value, field, json::Kind::Array);
  if (!here) return fail(here.error());
  if (!*here) return {};
  return value.each_element(std::forward<Fn>(fn));
}

}  // namespace karbonetes::kube::fields
