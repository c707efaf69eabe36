#include "providers/yaml_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/text.hpp"

namespace karbonetes::providers {

std::string cut(const std::string& text) {
  return text.size() <= 64 ? text : text.substr(0, 64) + "...";
}

tl::unexpected<Error> at(const YAML::Node& node, const std::string& what) {
  return fail(Errc::InvalidArgument,
              one_line(fmt::format("line {}: {}", node.Mark().line + 1, what)));
}

Status only_keys(const YAML::Node& map, const std::vector<std::string_view>& known,
                 std::string_view where) {
  std::set<std::string> seen;
  for (const auto& entry : map) {
    const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : std::string("?");
    if (std::ranges::find(known, key) == known.end()) {
      return at(entry.first, fmt::format("unknown field \"{}\" in {}; known are {}", cut(key),
                                         where, fmt::join(known, ", ")));
    }
    // yaml-cpp keeps both and answers with the first: the second would be silent.
    if (!seen.insert(key).second) {
      return at(entry.first, fmt::format("{} is given twice in {}; keep one", key, where));
    }
  }
  return {};
}

Result<std::string> scalar(const YAML::Node& map, const char* key, const char* example,
                           std::size_t longest) {
  const YAML::Node node = map[key];
  if (!node) return at(map, fmt::format("{} is missing; write {}", key, example));
  if (!node.IsScalar() || node.Scalar().size() > longest) {
    return at(node, fmt::format("{} must be a short text; write {}", key, example));
  }
  return node.Scalar();
}

Status text_field(const YAML::Node& map, const char* key, const char* example, std::string& out,
                  std::size_t longest) {
  if (!map[key]) return {};
  auto text = scalar(map, key, example, longest);
  if (!text) return fail(text.error());
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (text->empty() || std::ranges::any_of(*text, control)) {
    return at(map[key], fmt::format("{} must be one line of text; write {}", key, example));
  }
  out = std::move(*text);
  return {};
}

Status duration_field(const YAML::Node& map, const char* key, const char* example, Millis least,
                      Millis most, Millis& out) {
  if (!map[key]) return {};
  const auto text = scalar(map, key, example);
  if (!text) return fail(text.error());
  const auto value = parse_duration(*text);
  if (!value) return at(map[key], fmt::format("{}: {}", key, value.error().message));
  if (*value < least || *value > most) {
    return at(map[key], fmt::format("{} must be from {} to {}; write {}", key,
                                    format_duration(least), format_duration(most), example));
  }
  out = *value;
  return {};
}

Status bool_field(const YAML::Node& map, const char* key, bool& out) {
  const YAML::Node node = map[key];
  if (!node) return {};
  if (!node.IsScalar() || (node.Scalar() != "true" && node.Scalar() != "false")) {
    return at(node, fmt::format("{} must be true or false", key));
  }
  out = node.Scalar() == "true";
  return {};
}

Status number_field(const YAML::Node& map, const char* key, double least, double most,
                    double& out) {
  const YAML::Node node = map[key];
  if (!node) return {};
  double value = 0;
  if (!node.IsScalar() || !YAML::convert<double>::decode(node, value) || !std::isfinite(value) ||
      value < least || value > most) {
    return at(node, fmt::format("{} must be a number from {} to {}", key, least, most));
  }
  out = value;
  return {};
}

}  // namespace karbonetes::providers
