#include "api/v1alpha1/validate.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace karbonetes::api {

namespace {

bool lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool alphanumeric(char c) { return lower_or_digit(c) || (c >= 'A' && c <= 'Z'); }

bool is_dns_label(std::string_view text) {
  if (text.empty() || text.size() > 63) return false;
  for (const char c : text) {
    if (!lower_or_digit(c) && c != '-') return false;
  }
  return text.front() != '-' && text.back() != '-';
}

bool is_subdomain(std::string_view text) {
  if (text.size() > 253) return false;
  for (;;) {
    const auto dot = text.find('.');
    if (!is_dns_label(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool is_key_name(std::string_view text) {
  if (text.empty() || text.size() > 63) return false;
  for (const char c : text) {
    if (!alphanumeric(c) && c != '-' && c != '_' && c != '.') return false;
  }
  return alphanumeric(text.front()) && alphanumeric(text.back());
}

}  // namespace

Status check_dns_label(std::string_view text) {
  if (is_dns_label(text)) return {};
  return fail(Errc::InvalidArgument,
              in_quotes(text) +
                  R"( is not a name: write at most 63 of a-z, 0-9 and "-", e.g. "green-batch")");
}

Status check_object_name(std::string_view text) {
  if (is_subdomain(text)) return {};
  return fail(Errc::InvalidArgument,
              in_quotes(text) + R"( is not a name: write a-z, 0-9, "-" and ".", e.g. "default")");
}

Status check_label_key(std::string_view text) {
  const auto slash = text.find('/');
  const bool ok = slash == std::string_view::npos
                      ? is_key_name(text)
                      : is_subdomain(text.substr(0, slash)) && is_key_name(text.substr(slash + 1));
  if (ok) return {};
  return fail(Errc::InvalidArgument,
              in_quotes(text) + R"( is not a taint key: write e.g. "carbon-aware.io/green")");
}

Status check_zone(std::string_view text) {
  const auto fits = [](char c) { return c > ' ' && c < 0x7f && c != '"' && c != '\\'; };
  if (!text.empty() && text.size() <= 64 && std::ranges::all_of(text, fits)) return {};
  return fail(
      Errc::InvalidArgument,
      in_quotes(text) + R"( is not a zone: write it as the carbon source does, e.g. "GB" or "DE")");
}

Status validate(const PolicySpec& spec) {
  const auto bad = [](std::string message) {
    return fail(Errc::InvalidArgument, std::move(message));
  };
  const auto too_long = [](const std::optional<Millis>& d) { return d && *d > kHardMaxDelay; };
  if (too_long(spec.max_delay)) return bad("spec.maxDelay: write at most 720h (30 days)");
  if (too_long(spec.max_delay_limit))
    return bad("spec.maxDelayLimit: write at most 720h (30 days)");
  if (too_long(spec.expected_duration)) {
    return bad("spec.expectedDuration: write at most 720h (30 days)");
  }
  if (spec.max_delay && spec.max_delay_limit && *spec.max_delay > *spec.max_delay_limit) {
    return bad("spec.maxDelay is longer than spec.maxDelayLimit (" +
               format_duration(*spec.max_delay_limit) +
               "): write a shorter maxDelay or a longer maxDelayLimit");
  }
  if (spec.release.burst && !spec.release.per_minute) {
    return bad("spec.release.burst needs spec.release.perMinute: write e.g. perMinute: 60");
  }
  const auto& placement = spec.placement;
  if (placement.fallback_node_pool &&
      *placement.fallback_node_pool == placement.green_node_pool.value_or(kDefaultGreenNodePool)) {
    return bad(
        "spec.placement.fallbackNodePool is the green pool: write another pool, or leave it out "
        "for any pool "
        "but the green one");
  }
  return {};
}

}  // namespace karbonetes::api
