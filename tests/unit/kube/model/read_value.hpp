// Decodes text with a decoder that takes a json::Value, by putting it into a one-member document.
// The Reader outlives the returned views.
#pragma once

#include <string>

#include "json/reader.hpp"

namespace karbonetes::kube {

template <typename View>
Result<View> read_value(json::Reader& reader, const std::string& text,
                        Result<View> (*decode)(json::Value)) {
  Result<View> out = fail(Errc::Internal, "no value was read");
  const Status status =
      reader.each("{\"object\":" + text + "}", [&](std::string_view, json::Value v) -> Status {
        out = decode(v);
        return {};
      });
  if (out && !status) return fail(status.error());
  return out;
}

}  // namespace karbonetes::kube
