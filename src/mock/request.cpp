#include "mock/request.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

#include "base/text.hpp"
#include "base/time.hpp"
#include "json/document.hpp"

namespace karbonetes::mock {

namespace {

constexpr Seconds kLongestWait{60};
constexpr std::size_t kMaxParameters = 64;
constexpr const char* kExample =
    R"(write {"green": true}, {"green": false, "for": "10m"} or {"green": null})";

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Cuts the piece before the first of `separators` off `rest`.
std::string_view next_piece(std::string_view& rest, std::string_view separators) {
  const auto at = rest.find_first_of(separators);
  const auto piece = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view() : rest.substr(at + 1);
  return trim(piece);
}

Result<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(plus_is_space && text[i] == '+' ? ' ' : text[i]);
      continue;
    }
    unsigned value = 0;
    const std::string_view hex = text.substr(i + 1, 2);
    const auto [end, error] = std::from_chars(hex.data(), hex.data() + hex.size(), value, 16);
    if (hex.size() != 2 || error != std::errc() || end != hex.data() + 2) {
      return fail(Errc::InvalidArgument, "the path or query has a broken percent-encoding");
    }
    out.push_back(static_cast<char>(value));
    i += 2;
  }
  return out;
}

}  // namespace

Result<Target> parse_target(std::string_view target) {
  Target out;
  std::string_view query;
  if (const auto mark = target.find('?'); mark != std::string_view::npos) {
    query = target.substr(mark + 1);
    target = target.substr(0, mark);
  }
  auto path = percent_decode(target, false);
  if (!path) return fail(path.error());
  out.path = std::move(*path);
  while (!query.empty() && out.query.size() < kMaxParameters) {
    std::string_view value = next_piece(query, "&");
    const std::string_view name = next_piece(value, "=");
    auto decoded_name = percent_decode(name, true);
    if (!decoded_name) return fail(decoded_name.error());
    auto decoded = percent_decode(value, true);
    if (!decoded) return fail(decoded.error());
    out.query.push_back({std::move(*decoded_name), std::move(*decoded)});
  }
  if (const auto* zone = out.find("zone")) out.zone = *zone;
  return out;
}

const std::string* Target::find(std::string_view name) const {
  const auto it = std::ranges::find(query, name, &Parameter::name);
  return it == query.end() ? nullptr : &it->value;
}

std::vector<std::string_view> segments(std::string_view path) {
  std::vector<std::string_view> out;
  while (!path.empty()) {
    const auto slash = path.find('/');
    if (slash != 0) out.push_back(path.substr(0, slash));
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  }
  return out;
}

bool none_match_hits(std::string_view header, std::string_view etag) {
  while (!header.empty()) {
    std::string_view tag = next_piece(header, ",");
    if (tag == "*") return true;
    if (tag.substr(0, 2) == "W/") tag.remove_prefix(2);
    if (tag == etag) return true;
  }
  return false;
}

std::optional<Seconds> preferred_wait(std::string_view header) {
  while (!header.empty()) {
    std::string_view preference = next_piece(header, ",;");
    const std::string_view name = next_piece(preference, "=");
    if (name.size() != 4 || !std::equal(name.begin(), name.end(), "wait",
                                        [](char a, char b) { return (a | 0x20) == b; })) {
      continue;
    }
    std::string_view value = trim(preference);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
      value = value.substr(1, value.size() - 2);
    }
    std::uint32_t seconds = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
    if (value.empty() || error != std::errc() || end != value.data() + value.size()) {
      return std::nullopt;
    }
    return std::min(Seconds(seconds), kLongestWait);
  }
  return std::nullopt;
}

Result<Change> parse_change(std::string_view body) {
  const auto root = json::parse(body);
  if (!root || !root->is_object()) {
    return fail(Errc::InvalidArgument, std::string("the body must be a JSON object; ") + kExample);
  }
  Change change;
  bool has_green = false;
  for (const auto& [key, value] : root->items()) {
    if (key == "green") {
      has_green = true;
      if (value.is_boolean()) {
        change.green = value.get<bool>();
      } else if (!value.is_null()) {
        return fail(Errc::InvalidArgument,
                    std::string("green must be true, false or null; ") + kExample);
      }
    } else if (key == "for") {
      if (value.is_null()) continue;
      if (!value.is_string()) {
        return fail(Errc::InvalidArgument, R"(for must be a duration; write "for": "10m")");
      }
      const auto duration = parse_duration(value.get_ref<const std::string&>());
      if (!duration) return fail(Errc::InvalidArgument, "for: " + duration.error().message);
      if (*duration <= Millis(0)) {
        return fail(Errc::InvalidArgument, R"(for must be more than zero; write "for": "10m")");
      }
      change.duration = *duration;
    } else {
      return fail(Errc::InvalidArgument, "unknown member " + in_quotes(key) + "; " + kExample);
    }
  }
  if (!has_green) return fail(Errc::InvalidArgument, std::string("green is missing; ") + kExample);
  if (!change.green && change.duration) {
    return fail(Errc::InvalidArgument,
                R"("for" needs green true or false; back to automatic has no duration)");
  }
  return change;
}

}  // namespace karbonetes::mock
