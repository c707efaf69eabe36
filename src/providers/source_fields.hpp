// What each type of source may say in its configuration, and what holds where it says nothing. A
// table; pure.
#pragma once

#include <string_view>
#include <vector>

#include "providers/signal_config.hpp"

namespace karbonetes::providers {

struct TypeFacts {
  SourceType type;
  const char* name;
  std::optional<carbon::KindTag> kind;  // fixed by the type
  bool kind_must_be_said = false;       // where any default would be a guess
  bool has_kind = true;                 // false: static windows
  const char* url = nullptr;            // the official one; nullptr: none
  bool url_must_be_said = false;
  Millis refresh{0};        // default
  Millis least_refresh{0};  // a public service's quota; its own url is the owner's affair
  const char* location_field = nullptr;  // how the YAML spells SourceConfig::location
  std::vector<std::string_view> fields;  // beside name, type, zone
};

[[nodiscard]] const std::vector<TypeFacts>& all_types();
[[nodiscard]] const TypeFacts& facts_of(SourceType type);

}  // namespace karbonetes::providers
