// Strict reading of YAML maps, for this room's configuration files. What yaml-cpp throws is caught
// by whoever calls YAML::Load. Failure: InvalidArgument, with line, field and an example of what to
// write.
#pragma once

#include <yaml-cpp/yaml.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace karbonetes::providers {

[[nodiscard]] std::string cut(const std::string& text);
[[nodiscard]] tl::unexpected<Error> at(const YAML::Node& node, const std::string& what);

[[nodiscard]] Status only_keys(const YAML::Node& map, const std::vector<std::string_view>& known,
                               std::string_view where);
[[nodiscard]] Result<std::string> scalar(const YAML::Node& map, const char* key,
                                         const char* example, std::size_t longest = 256);

// Each leaves `out` alone when the key is missing.
[[nodiscard]] Status text_field(const YAML::Node& map, const char* key, const char* example,
                                std::string& out, std::size_t longest = 256);
[[nodiscard]] Status duration_field(const YAML::Node& map, const char* key, const char* example,
                                    Millis least, Millis most, Millis& out);
[[nodiscard]] Status bool_field(const YAML::Node& map, const char* key, bool& out);
[[nodiscard]] Status number_field(const YAML::Node& map, const char* key, double least, double most,
                                  double& out);

}  // namespace karbonetes::providers
